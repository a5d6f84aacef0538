import { Failure } from "@troupe/domain/failure";
import { exitCodes } from "../exit-codes.ts";
import { InFile } from "../in-file.ts";
import { readSubmissions } from "../input/documents.ts";
import { problemsByServer } from "../judged-by-server.ts";
import { inTheirFiles, type Judged, judgeHere } from "../judged-here.ts";
import { notesOf } from "../notes.ts";
import { spokenFile } from "../print/problem.ts";
import { isMachineReadable, note, printValue, type Session } from "../session.ts";

export interface ValidateOptions {
  readonly filename: readonly string[];
  readonly recursive: boolean;
}

/**
 * Says everything that is wrong with documents, and sends nothing to be stored. The server is asked only of those whose App did
 * not come along. That something is wrong is an answer: exit code 1. Notes are of what is right, and change no exit code.
 */
export async function validate(session: Session, files: readonly string[], { filename, recursive }: ValidateOptions): Promise<number> {
  const input = await readSubmissions(session, [...files, ...filename], recursive).catch((error: unknown) => {
    throw error instanceof InFile ? error.exiting(exitCodes.failed) : error;
  });
  const judged = await judgeAll(session, judgeHere(input.submissions));
  const wrong = inTheirFiles(judged, input.files);
  const notes = inTheFile(judged, ({ read }) => (read ? notesOf(read) : []));
  if (isMachineReadable(session)) {
    await printValue(session, { problems: inTheFile(judged, ({ problems }) => problems), notes });
    return wrong ? exitCodes.failed : exitCodes.ok;
  }
  for (const { file, line, column, path, message } of notes) note(session, `${spokenFile(file)}:${line}:${column}: note: ${path}: ${message}`);
  if (wrong) throw wrong.exiting(exitCodes.failed);
  session.terminal.out.write(`${judged.length} ${judged.length === 1 ? "document is" : "documents are"} valid\n`);
  return exitCodes.ok;
}

function inTheFile<T>(judged: readonly Judged[], each: (one: Judged) => readonly T[]): readonly (T & { readonly file: string })[] {
  return judged.flatMap((one) => each(one).map((found) => ({ file: one.submission.file, ...found })));
}

/** With the server's word on what could not be judged here. That it is away does not hide what is known to be wrong. */
async function judgeAll(session: Session, here: readonly Judged[]): Promise<readonly Judged[]> {
  try {
    return await Promise.all(here.map(async (one) => (one.missing.length === 0 ? one : { ...one, problems: await problemsByServer(session, one.submission, appsFor(one, here)) })));
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "unavailable" || here.every(({ problems }) => problems.length === 0)) throw error;
    for (const { submission, missing } of here) if (missing.length > 0) note(session, `${submission.name || submission.file} was not judged beside its app ${missing.map(({ app }) => app).join(", ")}: ${error.message}`);
    return here;
  }
}

function appsFor({ submission }: Judged, among: readonly Judged[]) {
  return among.map((one) => one.submission).filter(({ kind, name }) => kind === "App" && submission.apps.includes(name));
}
