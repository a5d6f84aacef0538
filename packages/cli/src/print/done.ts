import { isMachineReadable, printValue, type Session } from "../session.ts";
import { listDocument } from "./document.ts";
import { visible } from "./visible.ts";

/** One thing that a command did. */
export interface Done {
  /** `cluster/events` */
  readonly name: string;
  /** What to say of it. */
  readonly lines: readonly string[];
  readonly document: object;
}

/**
 * Tells what a command does while it does it; for machines, as one value at the end. What was done before a failure is told
 * too, because it is done.
 */
export async function telling(session: Session, act: (tell: (done: Done) => void) => Promise<void>): Promise<void> {
  const documents: object[] = [];
  const print = () => printValue(session, documents.length === 1 ? documents[0] : listDocument(documents));
  try {
    await act(({ name, lines, document }) => {
      documents.push(document);
      if (session.output === "name") session.terminal.out.write(`${visible(name)}\n`);
      else if (!isMachineReadable(session)) session.terminal.out.write(lines.map((line) => `${visible(line)}\n`).join(""));
    });
  } catch (error) {
    if (isMachineReadable(session) && documents.length > 0) await print();
    throw error;
  }
  if (isMachineReadable(session)) await print();
}
