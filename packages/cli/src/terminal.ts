import type { Interface } from "node:readline/promises";

/** One of the two ways out. */
export interface Sink {
  write(text: string): void;
  readonly isTerminal: boolean;
  columns(): number;
  rows(): number;
}

/** ◆ All that the command knows of the process it runs in. */
export interface Terminal {
  /** Results only, so that they can be piped. */
  readonly out: Sink;
  /** Progress, notes and errors. */
  readonly err: Sink;
  readonly input: {
    readonly isTerminal: boolean;
    readAll(): Promise<string>;
    /** One line, without its end; only where the input is a terminal. */
    ask(question: string): Promise<string>;
  };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  nowMs(): number;
  random(): number;
  /** A new UUID. */
  newId(): string;
}

export function processTerminal(signal: AbortSignal): Terminal {
  return {
    out: sinkOf(process.stdout),
    err: sinkOf(process.stderr),
    input: { isTerminal: process.stdin.isTTY === true, readAll, ask: (question) => ask(question, signal) },
    env: process.env,
    signal,
    nowMs: () => Date.now(),
    random: () => Math.random(),
    newId: () => globalThis.crypto.randomUUID(),
  };
}

function sinkOf(stream: NodeJS.WriteStream): Sink {
  // Whoever reads has had enough, as `head` does: that is no error.
  stream.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    columns: () => stream.columns ?? 80,
    rows: () => stream.rows ?? 24,
  };
}

async function readAll(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

async function ask(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const lines: Interface = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question, { signal });
  } finally {
    lines.close();
  }
}
