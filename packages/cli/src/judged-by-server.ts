import type { Problem } from "@troupe/domain/failure";
import type { Problem as ProblemMessage } from "@troupe/proto/troupe/v1/problem";
import { read } from "./calls.ts";
import type { Submission } from "./input/documents.ts";
import { problemsOfLast, together } from "./input/together.ts";
import type { Session } from "./session.ts";

/** What the server finds wrong with a document, beside the Apps that come along with it. */
export async function problemsByServer(session: Session, submission: Submission, apps: readonly Submission[]): Promise<readonly Problem[]> {
  const { manifest, lastLine } = apps.length === 0 ? { manifest: submission.manifest, lastLine: submission.manifest.firstLine } : together(apps, submission);
  const { problems } = await read(session, (api, call) => api.apps.validate({ manifest }, call));
  return problemsOfLast(problems, lastLine, submission.manifest.firstLine).map(placed);
}

/** Zero and empty are proto's way to say that something is absent. */
function placed({ path, line, column, reason, message, suggestion }: ProblemMessage): Problem {
  return { path, reason: reason as Uppercase<string>, message, ...(line > 0 && { line }), ...(column > 0 && { column }), ...(suggestion !== "" && { suggestion }) };
}
