import { isMachineReadable, printNext, type Session } from "../session.ts";
import { prefixOf } from "./prefix.ts";

/** Lines of one member, as they were written: they may steer the terminal, as those of any log may. */
export interface LogLines {
  /** `broker-0` */
  readonly member: string;
  /** Whose lines are shown. */
  readonly members: readonly string[];
  readonly lines: readonly Buffer[];
  /** Each begins with its time. */
  readonly timestamps: boolean;
}

const newline = Buffer.from("\n");

export async function printLogLines(session: Session, { member, members, lines, timestamps }: LogLines): Promise<void> {
  if (isMachineReadable(session)) {
    for (const line of lines) await printNext(session, { member, ...fieldsOf(line.toString("utf8"), timestamps) });
    return;
  }
  const prefix = Buffer.from(members.length > 1 ? prefixOf(member, members, session.paint) : "");
  await session.terminal.out.writeBytes(Buffer.concat(lines.flatMap((line) => [prefix, line, newline])));
}

function fieldsOf(line: string, timestamps: boolean): { readonly time?: string; readonly message: string } {
  const space = line.indexOf(" ");
  return timestamps && space > 0 ? { time: line.slice(0, space), message: line.slice(space + 1) } : { message: line };
}
