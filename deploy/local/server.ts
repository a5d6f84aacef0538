import { type Exit, exitInWords, type Part } from "./part.ts";

/** A part that holds its place over restarts: same port, same data. */
export interface Server {
  readonly logFiles: readonly string[];
  /** Stops it in order, for good; what was scratch is removed. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash. */
  kill(): Promise<void>;
  /** An orderly stop that `start` undoes. */
  pause(): Promise<void>;
  start(): Promise<void>;
  restart(): Promise<void>;
}

export interface ServerOptions {
  /** Starts the process; called again by every start. */
  readonly launch: () => Promise<Part>;
  /** Resolves when it can be used. */
  readonly ready: (part: Part, signal: AbortSignal) => Promise<void>;
  /** It ended and nobody asked for it. Not called while it starts: then the start rejects. */
  readonly onDeath: ((exit: Exit) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  readonly logFile: string;
}

/** Rejects, with nothing left running, if the program ends or the signal is aborted before it is ready. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { onDeath, logFile } = options;
  let part: Part | undefined;
  const end = async (how: "stop" | "kill") => {
    await part?.[how]();
    part = undefined;
  };
  const start = async () => {
    if (part !== undefined) throw new Error(`${part.name} is running`);
    const begun = await launchReady(options);
    part = begun;
    void begun.exited.then((exit) => {
      if (part === begun) part = undefined;
      if (!exit.asked) onDeath?.(exit);
    });
  };
  await start();
  return {
    logFiles: [logFile],
    stop: () => end("stop"),
    pause: () => end("stop"),
    kill: () => end("kill"),
    start,
    restart: async () => {
      await end("stop");
      await start();
    },
  };
}

async function launchReady({ launch, ready, signal }: ServerOptions): Promise<Part> {
  signal?.throwIfAborted();
  const part = await launch();
  const died = new AbortController();
  void part.exited.then((exit) => died.abort(new Error(exitInWords(exit))));
  try {
    await ready(part, signal === undefined ? died.signal : AbortSignal.any([signal, died.signal]));
    died.signal.throwIfAborted();
    return part;
  } catch (error) {
    // A timer that is aborted rejects with its own error; what says something is the reason.
    const cause = [died.signal, signal].find((each) => each?.aborted)?.reason ?? error;
    await part.stop();
    throw cause;
  }
}
