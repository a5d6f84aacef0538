import { parseAddress } from "./address.ts";
import type { Api } from "./connect.ts";
import { paintFor } from "./print/paint.ts";
import type { Globals } from "./program.ts";
import type { Session } from "./session.ts";
import { processTerminal } from "./terminal.ts";

/** Throws nothing: what is wrong with the address is said by the command that needs it. */
export function openSession({ address, project, output, color }: Globals, signal: AbortSignal): Session & { close(): void } {
  const terminal = processTerminal(signal);
  let api: Promise<Api> | undefined;
  let opened: Api | undefined;
  return {
    terminal,
    get address() {
      return parseAddress(address);
    },
    givenProject: project,
    project: project ?? "default",
    output,
    paint: paintFor({ isTerminal: terminal.out.isTerminal, refused: !color, env: terminal.env }),
    errPaint: paintFor({ isTerminal: terminal.err.isTerminal, refused: !color, env: terminal.env }),
    answered: false,
    changing: false,
    api: () => {
      const parsed = parseAddress(address);
      api ??= import("./connect.ts").then(({ connect }) => (opened = connect(parsed)));
      return api;
    },
    close: () => opened?.close(),
  };
}
