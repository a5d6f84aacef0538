import { Failure, invalid, type Problem } from "@troupe/domain/failure";
import type { Document } from "@troupe/domain/language/document";
import { clusterDocumentIn, problemOfCluster } from "@troupe/domain/language/pipeline";

/** What was refused of the clusters of one pipeline, so that all of it is told at once. */
export class FailuresOfClusters {
  readonly #document: Document;
  readonly #failures: Failure[] = [];

  constructor(document: Document) {
    this.#document = document;
  }

  /** Undefined where it was refused. What is nobody's mistake is thrown. */
  async during<T>(key: string, decide: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await decide();
    } catch (error) {
      if (!(error instanceof Failure) || !mendable.has(error.kind) || error.reason === "CHANGED_MEANWHILE") throw error;
      this.#failures.push(this.#inPipeline(key, error));
      return undefined;
    }
  }

  /** Several are invalid together if one of them is: that has to be mended whatever becomes of the others. */
  refuse(): void {
    const [first] = this.#failures;
    if (!first) return;
    if (this.#failures.length === 1) throw first;
    const problems = this.#failures.flatMap((failure) => failure.problems).toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
    const all = invalid(problems);
    if (this.#failures.some(({ kind }) => kind === "invalid")) throw all;
    throw new Failure(first.kind, all.message, { reason: first.reason, facts: first.facts, problems });
  }

  #inPipeline(key: string, failure: Failure): Failure {
    const { kind, message, reason, facts } = failure;
    const whole: Problem = { path: "", ...clusterDocumentIn(this.#document, key).placeOf([], { key: true }), reason, message };
    const problems = (failure.problems.length > 0 ? failure.problems : [whole]).map((problem) => problemOfCluster(key, problem));
    return new Failure(kind, kind === "invalid" ? invalid(problems).message : message, { reason, facts, problems, cause: failure });
  }
}

const mendable: ReadonlySet<Failure["kind"]> = new Set<Failure["kind"]>(["invalid", "conflict", "already_exists", "not_found"]);
