import { exitCodes } from "../exit-codes.ts";
import { InFile } from "../in-file.ts";
import { readSubmissions } from "../input/documents.ts";
import { isMachineReadable, printValue, type Session } from "../session.ts";
import { checkAll } from "./apply.ts";

export interface ValidateOptions {
  readonly filename: readonly string[];
  readonly recursive: boolean;
}

/** Says everything that is wrong with documents, and sends nothing to be stored. That something is wrong is an answer: exit code 1. */
export async function validate(session: Session, files: readonly string[], { filename, recursive }: ValidateOptions): Promise<void> {
  const input = await readSubmissions(session, [...files, ...filename], recursive);
  await checkAll(session, input).catch((error: unknown) => {
    throw error instanceof InFile ? error.exiting(exitCodes.failed) : error;
  });
  const count = input.submissions.length;
  if (isMachineReadable(session)) await printValue(session, { problems: [] });
  else session.terminal.out.write(`${count} ${count === 1 ? "document is" : "documents are"} valid\n`);
}
