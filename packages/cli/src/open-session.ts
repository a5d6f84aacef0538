import type { Api } from "./connect.ts";
import { paintFor } from "./print/paint.ts";
import type { Globals } from "./program.ts";
import type { Session } from "./session.ts";
import { processTerminal } from "./terminal.ts";

export function openSession({ address, project, output, color }: Globals, signal: AbortSignal): Session & { close(): void } {
  const terminal = processTerminal(signal);
  let api: Promise<Api> | undefined;
  let opened: Api | undefined;
  return {
    terminal,
    address,
    givenProject: project,
    project: project ?? "default",
    output,
    paint: paintFor({ isTerminal: terminal.out.isTerminal, refused: !color, env: terminal.env }),
    errPaint: paintFor({ isTerminal: terminal.err.isTerminal, refused: !color, env: terminal.env }),
    answered: false,
    api: () => {
      api ??= import("./connect.ts").then(({ connect }) => (opened = connect(address)));
      return api;
    },
    close: () => opened?.close(),
  };
}
