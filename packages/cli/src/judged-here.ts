import { Failure, type Problem } from "@troupe/domain/failure";
import { parseDocument } from "@troupe/domain/language/document";
import { type AskedApp, judge } from "@troupe/domain/plan/judge";
import { attempt, type ReadDocument, readSubmitted } from "@troupe/domain/plan/submitted";
import { InFile } from "./in-file.ts";
import type { Submission } from "./input/documents.ts";
import type { TextFile } from "./input/read-files.ts";

/** A document, and all that is wrong with it as far as can be told without a server. */
export interface Judged {
  readonly submission: Submission;
  /** Undefined where the text is no document. */
  readonly read: ReadDocument | undefined;
  readonly problems: readonly Problem[];
  /** Apps that did not come along: beside them it was not looked at. */
  readonly missing: readonly AskedApp[];
}

/** By the server's own rules: an App by itself, all else beside the Apps that come along. */
export function judgeHere(submissions: readonly Submission[]): readonly Judged[] {
  const readings = submissions.map((submission) => ({ submission, ...readingOf(submission) }));
  const judgements = judge(readings.flatMap(({ read }) => read ?? []), () => undefined);
  const known = new Map(readings.flatMap(({ read }) => read ?? []).map((read, index) => [read, judgements[index]]));
  return readings.map(({ submission, read, problems }) => ({ submission, read, problems, missing: [], ...(read && known.get(read)) }));
}

function readingOf({ manifest: { text, firstLine, package: packageFiles } }: Submission): { readonly read: ReadDocument | undefined; readonly problems: readonly Problem[] } {
  const { made, problems } = attempt(() => parseDocument(text, { firstLine }));
  return { read: made && readSubmitted({ document: made, packageFiles }), problems };
}

/** All problems as one error, each in its file; undefined where there is none. */
export function inTheirFiles(judged: readonly Pick<Judged, "submission" | "problems">[], files: readonly TextFile[]): InFile | undefined {
  const wrong = judged.filter(({ problems }) => problems.length > 0);
  const [first, ...others] = wrong.map(({ submission, problems }) => new InFile(new Failure("invalid", "the document is not valid", { problems }), submission.file, files));
  return first?.with(others);
}
