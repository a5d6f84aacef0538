import type { Interface } from "node:readline/promises";

/** One of the two ways out. */
export interface Sink {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** It can be told to move its cursor. */
  readonly redraws: boolean;
  columns(): number;
  rows(): number;
}

/** One that takes what is no text of ours too. */
export interface ByteSink extends Sink {
  /** Resolves once it takes more. */
  writeBytes(bytes: Uint8Array): Promise<void>;
}

/** ◆ All that the command knows of the process it runs in. */
export interface Terminal {
  /** Results only, so that they can be piped. */
  readonly out: ByteSink;
  /** Progress, notes and errors. */
  readonly err: ByteSink;
  /** Calls whenever the terminal that results go to has another size, until the signal aborts. */
  onResize(act: () => void, signal: AbortSignal): void;
  readonly input: {
    readonly isTerminal: boolean;
    /** What comes, as it comes, until its end or the signal's; nothing can be read afterwards. */
    chunks(signal: AbortSignal): AsyncIterable<Uint8Array>;
    /** From now on keys come as they are pressed, Ctrl-C too; what is returned ends that. */
    raw(): () => void;
    /** Up to the first bytes beyond `mostBytes`. Rejects when Ctrl-C ends it. */
    readAll(mostBytes: number): Promise<Uint8Array>;
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
    onResize: (act, until) => {
      process.stdout.on("resize", act);
      until.addEventListener("abort", () => process.stdout.off("resize", act), { once: true });
    },
    input: { isTerminal: process.stdin.isTTY === true, chunks, raw, readAll: (mostBytes) => readAll(mostBytes, signal), ask: (question) => ask(question, signal) },
    env: process.env,
    signal,
    nowMs: () => Date.now(),
    random: () => Math.random(),
    newId: () => globalThis.crypto.randomUUID(),
  };
}

function sinkOf(stream: NodeJS.WriteStream): ByteSink {
  return {
    write: (text) => void stream.write(text),
    writeBytes: (bytes) => new Promise((resolve) => (stream.write(bytes) ? resolve() : void stream.once("drain", resolve))),
    isTerminal: stream.isTTY === true,
    redraws: stream.isTTY === true && process.env["TERM"] !== "dumb",
    columns: () => stream.columns ?? 80,
    rows: () => stream.rows ?? 24,
  };
}

async function* chunks(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { stdin } = process;
  // Nothing else wakes a read that waits for a writer.
  const stop = () => void stdin.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    if (!signal.aborted) yield* stdin as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    stdin.destroy();
  }
}

function raw(): () => void {
  process.stdin.setRawMode(true);
  return () => void process.stdin.setRawMode(false);
}

async function readAll(mostBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const { stdin } = process;
  // Nothing else wakes a read that waits for a writer.
  const stop = () => stdin.destroy(signal.reason as Error);
  signal.addEventListener("abort", stop, { once: true });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stdin as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostBytes) break;
  }
  signal.removeEventListener("abort", stop);
  return Buffer.concat(chunks);
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
