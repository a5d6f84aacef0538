import { CommanderError } from "commander";
import type { Failure } from "@troupe/domain/failure";
import type { InFile } from "./in-file.ts";
import { makeProgram, type Globals } from "./program.ts";
import type { Session } from "./session.ts";

/** The whole command: parses, runs, and says what went wrong. Resolves with the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  let session: Session | undefined;
  endWithReader(() => session?.changing === true);
  const program = makeProgram(async (globals, act) => {
    exitCode = await runCommand(globals, (opened) => act((session = opened)));
  }, process.env);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    // Commander has said it already, with a hint.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

/**
 * Whoever reads what is written may have had enough, as `head` has: that is no error, unless a command that changes things is cut
 * off by it. Help is written before there is a session, so this comes first.
 */
function endWithReader(isChanging: () => boolean): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" && !isChanging() ? 0 : 1));
  }
}

async function runCommand(globals: Globals, act: (session: Session) => Promise<void | number>): Promise<number> {
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  process.once("SIGINT", onSignal);
  const { openSession } = await import("./open-session.ts");
  const session = openSession(globals, interrupt.signal);
  try {
    return (await act(session)) ?? 0;
  } catch (error) {
    return tell(session, error);
  } finally {
    process.off("SIGINT", onSignal);
    session.close();
  }
}

async function tell(session: Session, error: unknown): Promise<number> {
  const [{ Failure: FailureClass }, { InFile: InFileClass }, { renderFailure }, { exitCodeOf }, { interrupted }] = await Promise.all([
    import("@troupe/domain/failure"),
    import("./in-file.ts"),
    import("./print/failure.ts"),
    import("./exit-codes.ts"),
    import("./session.ts"),
  ]);
  const { terminal, output, errPaint } = session;
  const style = (textOf: (file: string) => string | undefined) => ({ paint: errPaint, output, columns: terminal.err.columns(), textOf });
  if (error instanceof InFileClass) {
    const all: readonly InFile[] = [error, ...error.others];
    for (const each of all) terminal.err.write(renderFailure(each.failure, each.file, style((file) => each.textOf(file))));
    return error.exitCode ?? exitCodeOf(error.failure);
  }
  const failure: Failure = terminal.signal.aborted ? interrupted(terminal.signal) : error instanceof FailureClass ? error : new FailureClass("internal", error instanceof Error ? (error.stack ?? error.message) : String(error), { cause: error });
  terminal.err.write(renderFailure(failure, "", style(() => undefined)));
  return exitCodeOf(failure);
}
