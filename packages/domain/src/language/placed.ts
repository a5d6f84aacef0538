import { Failure, type Problem } from "../failure.ts";
import type { Document } from "./document.ts";

/**
 * Runs what looks at a document's values and knows nothing of its text; what it finds wrong gets its place there.
 * @throws Failure as it is, with places where they were missing
 */
export function atTheirPlaces<T>(document: Document, look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof Failure) || error.problems.length === 0) throw error;
    const { kind, message, reason, facts } = error;
    throw new Failure(kind, message, { reason, facts, problems: error.problems.map((problem) => placed(document, problem)), cause: error });
  }
}

export function placed(document: Document, problem: Problem): Problem {
  if (problem.line !== undefined) return problem;
  return { ...problem, ...document.placeOf(segmentsOf(problem.path)) };
}

/** `spec.env["node.name"][0]` → its segments. */
function segmentsOf(path: string): readonly (string | number)[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, word = ""]) => (index === undefined ? (quoted === undefined ? word : unquoted(quoted)) : Number(index)));
}

/** As `pathText` quotes it. */
function unquoted(text: string): string {
  return JSON.parse(`"${text}"`) as string;
}
