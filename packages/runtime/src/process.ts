import { Failure } from "@troupe/domain/failure";
import type { Log } from "./log.ts";
import { unlessAborted } from "./wait.ts";

/** Something that runs for as long as the process does. */
export interface Part {
  readonly name: string;
  /** Resolves when others may rely on it. It must not wait for other processes for ever: one that is away is no reason not to start. */
  start(signal: AbortSignal): Promise<void>;
  /** Ends what `start` began. Called at most once, and only after `start` resolved. */
  stop(): Promise<void>;
}

export interface Assembly {
  /** In the order of starting; they are stopped in the reverse one. */
  readonly parts: readonly Part[];
  readonly log: Log;
}

export interface RunOptions {
  readonly log: Log;
  /** How long all parts together may take to stop. */
  readonly stopMs?: number;
}

const exitCodes = { stopped: 0, failed: 1, misconfigured: 2 };

/**
 * The body of a `main.ts`: puts the parts together and runs them until the process is told to stop.
 * What is wrong with the environment is written to stderr, a line each, and the process ends with code 2.
 */
export async function main(assemble: () => Assembly | Promise<Assembly>): Promise<void> {
  let assembly: Assembly;
  try {
    assembly = await assemble();
  } catch (error) {
    console.error(error instanceof Failure && error.kind === "invalid" ? listOf(error) : error);
    process.exit(exitCodes.misconfigured);
  }
  await run(assembly.parts, { log: assembly.log });
}

/**
 * Starts the parts in order. SIGTERM or SIGINT stops them in reverse order and ends the process with code 0, or with 1 when
 * they take longer than `stopMs`; a second signal ends it at once. So does whatever was thrown and caught by nobody: a process
 * in an unknown state must not go on.
 */
export async function run(parts: readonly Part[], { log, stopMs = 15_000 }: RunOptions): Promise<void> {
  const stopping = new AbortController();
  const end = (code: number) => process.exit(code);
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      log.error({ error, event }, "the process ends: an error that nobody handled");
      end(exitCodes.failed);
    });
  }
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    process.on(name, () => {
      if (stopping.signal.aborted) return end(exitCodes.failed);
      log.info({ signal: name }, "stopping");
      stopping.abort(new Failure("unavailable", "the process is stopping", { reason: "PROCESS_STOPPING" }));
    });
  }
  const { started, failed } = await startAll(parts, stopping.signal, log);
  if (!failed) await untilAborted(stopping.signal);
  const stopped = await stopAll(started, log, stopMs);
  end(failed && !stopping.signal.aborted ? exitCodes.failed : stopped ? exitCodes.stopped : exitCodes.failed);
}

async function startAll(parts: readonly Part[], signal: AbortSignal, log: Log) {
  const started: Part[] = [];
  for (const part of parts) {
    try {
      signal.throwIfAborted();
      await part.start(signal);
      started.push(part);
    } catch (error) {
      if (!signal.aborted) log.error({ part: part.name, error }, "a part did not start");
      return { started, failed: true };
    }
  }
  log.info({ parts: started.map(({ name }) => name) }, "started");
  return { started, failed: false };
}

/** Whether all of them stopped in time. One that fails to stop does not keep the others from it. */
async function stopAll(started: readonly Part[], log: Log, stopMs: number): Promise<boolean> {
  const deadline = AbortSignal.timeout(stopMs);
  let well = true;
  for (const part of started.toReversed()) {
    try {
      await unlessAborted(part.stop(), deadline);
    } catch (error) {
      well = false;
      log.error({ part: part.name, error }, deadline.aborted ? "a part did not stop in time" : "a part did not stop well");
    }
  }
  if (well) log.info({}, "stopped");
  return well;
}

/** Waiting for a signal does not keep Node running; a timer does. */
function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    setInterval(() => undefined, 2 ** 30);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function listOf({ message, problems }: Failure): string {
  return problems.length === 0 ? message : problems.map(({ path, message: what }) => `${path} ${what}`).join("\n");
}
