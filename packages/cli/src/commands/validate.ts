import { readSubmissions } from "../input/documents.ts";
import { isMachineReadable, printValue, type Session } from "../session.ts";
import { checkAll } from "./apply.ts";

/** Says everything that is wrong with documents, and sends nothing to be stored. */
export async function validate(session: Session, { filename, recursive }: { readonly filename: readonly string[]; readonly recursive: boolean }): Promise<void> {
  const input = await readSubmissions(session, filename, recursive);
  await checkAll(session, input);
  const count = input.submissions.length;
  if (isMachineReadable(session)) await printValue(session, { problems: [] });
  else session.terminal.out.write(`${count} ${count === 1 ? "document is" : "documents are"} valid\n`);
}
