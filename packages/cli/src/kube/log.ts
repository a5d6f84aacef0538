import { delayMs } from "@troupe/runtime/backoff";
import { wait } from "@troupe/runtime/wait";
import { Failure } from "@troupe/domain/failure";
import { linesOf } from "../lines.ts";
import type { Kube } from "./kube.ts";
import { notReached } from "./not-reached.ts";
import { noContainer, notRunning, type Pod, type Run, runOf } from "./pod.ts";

/** Where a log is begun: with everything, its last lines, or what came within a time. */
export interface LogBegin {
  readonly tailLines: number | undefined;
  readonly sinceSeconds: number | undefined;
}

export interface LogWish extends LogBegin {
  readonly container: string;
  /** Each line begins with its time. */
  readonly timestamps: boolean;
  /** Of the process that ran before the last restart. */
  readonly previous: boolean;
}

/** What a container of a pod has written so far, lines as they come. */
export async function* readLog(kube: Kube, pod: Pod, { container, tailLines, sinceSeconds, timestamps, previous }: LogWish, signal: AbortSignal): AsyncGenerator<readonly Buffer[]> {
  const absent = noContainer(pod, container);
  if (absent) throw absent;
  yield* linesOf(await openLog(kube, pod, container, { tailLines, sinceSeconds, timestamps, previous, follow: false }, signal));
}

export interface LogFollow extends Omit<LogWish, "previous"> {
  /** The pod of the member, whichever it is now; undefined: there is none. */
  readonly findPod: () => Promise<Pod | undefined>;
  /** No other pod will come. */
  readonly isOver: () => boolean;
  /** Kubernetes is away. */
  readonly onAway: (failure: Failure) => void;
  /** Its container has not started yet. */
  readonly onWait: (why: Failure | undefined) => void;
  readonly random: () => number;
}

/** How far it has been read. */
interface Mark {
  readonly run: Run;
  /** Where that run was begun. */
  readonly begin: Partial<LogBegin>;
  /** Of the last line, as the kubelet writes it; empty: none was read. */
  readonly time: string;
  /** Read to its end. */
  readonly ended: boolean;
}

const lookMs = 1_000;
const backoff = { firstMs: 500, mostMs: 5_000 };

/**
 * What a container writes, from one start of it to the next and over to the pod that is made in its place, until nothing more
 * can come. A connection that breaks is made again, and goes on after the last line.
 */
export async function* followLog(kube: Kube, follow: LogFollow, signal: AbortSignal): AsyncGenerator<readonly Buffer[]> {
  let mark: Mark | undefined;
  let told = false;
  for (let attempt = 0; ; ) {
    try {
      const pod = await follow.findPod();
      const run = pod && runToRead(pod, follow.container, mark);
      if (pod && run) {
        let read: Mark = mark?.run.id === run.id ? { ...mark, run } : { run, begin: mark ? {} : beginOf(follow), time: "", ended: false };
        for await (const { lines, time } of linesAfter(kube, pod, follow, read, signal)) {
          mark = read = { ...read, time };
          yield lines;
        }
        mark = { ...read, ended: !run.isRunning };
      } else if (follow.isOver()) return;
      else if (pod && mark === undefined && !told) {
        told = true;
        follow.onWait(notRunning(pod, follow.container));
      }
      attempt = 0;
      await wait(lookMs, signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const failure = passing(error);
      if (attempt === 0) follow.onAway(failure);
      await wait(lookMs + delayMs(attempt, follow.random, backoff), signal);
      attempt += 1;
    }
  }
}

function beginOf({ tailLines, sinceSeconds }: LogBegin): LogBegin {
  return { tailLines, sinceSeconds };
}

/** The one that has written something which was not read yet, or may write more. */
function runToRead(pod: Pod, container: string, mark: Mark | undefined): Run | undefined {
  const absent = noContainer(pod, container);
  if (absent) throw absent;
  const run = runOf(pod, container);
  return run !== undefined && (run.id !== mark?.run.id || !mark.ended) ? run : undefined;
}

/** The server counts whole seconds, so lines that are known of the first one are left out. Nothing, where it is not there just now. */
async function* linesAfter(kube: Kube, pod: Pod, { container, timestamps }: LogFollow, { begin, time: known }: Mark, signal: AbortSignal): AsyncGenerator<{ readonly lines: readonly Buffer[]; readonly time: string }> {
  const query: LogQuery = { ...(known === "" ? begin : { sinceTime: known }), timestamps: true, previous: false, follow: true };
  const log = await openLog(kube, pod, container, query, signal).catch(undefinedIfGone);
  for await (const batch of log ? linesOf(log) : []) {
    const fresh = batch.map(split).filter((line) => line.time > known);
    const last = fresh.at(-1);
    if (last) yield { lines: fresh.map(({ whole, text }) => (timestamps ? whole : text)), time: last.time };
  }
}

/** The kubelet writes the time before each line. */
function split(whole: Buffer): { readonly whole: Buffer; readonly time: string; readonly text: Buffer } {
  const space = whole.indexOf(0x20);
  const end = space < 0 ? whole.length : space;
  return { whole, time: whole.toString("latin1", 0, end), text: whole.subarray(end + 1) };
}

interface LogQuery extends Partial<LogBegin> {
  readonly timestamps: boolean;
  readonly previous: boolean;
  readonly follow: boolean;
  readonly sinceTime?: string;
}

async function openLog(kube: Kube, pod: Pod, container: string, query: LogQuery, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  const { namespace, name } = pod.metadata;
  const asked = Object.entries({ container, ...query }).flatMap(([key, value]): [string, string][] => (value === undefined || value === false ? [] : [[key, String(value)]]));
  try {
    return await kube.read(`/api/v1/namespaces/${namespace}/pods/${name}/log?${new URLSearchParams(asked).toString()}`, signal);
  } catch (error) {
    throw error instanceof Failure ? inOurWords(error, pod, container) : error;
  }
}

/** What depends on the state that the container is in is told as that, and not as a wrong request. */
function inOurWords(failure: Failure, pod: Pod, container: string): Failure {
  const what = `${container} of pod ${pod.metadata.name}`;
  if (failure.message.includes("previous terminated container")) return new Failure("conflict", `${what} has not ended before: there is no log of a previous run`, { cause: failure });
  const [, reason] = /is waiting to start: (.*)$/.exec(failure.message) ?? [];
  if (reason !== undefined) return new Failure("conflict", `${what} has not started yet: ${reason}`, { cause: failure });
  return notReached(failure, pod, "nothing is written");
}

/** It ended between two looks, or has not begun. */
function undefinedIfGone(error: unknown): undefined {
  if (error instanceof Failure && (error.kind === "not_found" || error.kind === "conflict")) return undefined;
  throw error;
}

/** What another try may find otherwise; throws all else. Connections that break are errors of Node's, which have codes. */
function passing(error: unknown): Failure {
  if (error instanceof Failure && error.kind === "unavailable") return error;
  if (error instanceof Error && !(error instanceof Failure) && "code" in error) return new Failure("unavailable", `the connection to Kubernetes broke: ${error.message}`, { cause: error });
  throw error;
}
