import { Failure } from "@troupe/domain/failure";

/** What a handler may know about the call besides the request. */
export interface Call {
  /**
   * Aborts when nobody waits for the answer any more. Its reason is a Failure: `unavailable`, with reason CANCELLED,
   * DEADLINE_EXCEEDED or SERVER_STOPPING.
   */
  readonly signal: AbortSignal;
  /** The first text value of each key; keys are lower case. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch; undefined when the caller set none. */
  readonly deadlineMs: number | undefined;
  /** Address of the caller, or of the proxy before it. */
  readonly peer: string;
}

/** The part of a grpc-js call that this needs, the same for each type of call. */
export interface ServerCall {
  readonly metadata: { getMap(): Readonly<Record<string, unknown>> };
  getDeadline(): Date | number;
  getPeer(): string;
  on(event: "cancelled", listener: () => void): unknown;
}

export interface OpenCall extends Call {
  /** The answer is on its way: nothing aborts the call's signal from now on. */
  close(): void;
}

/** grpc-js answers DEADLINE_EXCEEDED itself; but where a caller reads nothing it tells the handler too late or never. */
const deadlineGraceMs = 50;
const longestTimerMs = 2 ** 31 - 1;

export function openCall(call: ServerCall, stopping: AbortSignal): OpenCall {
  const controller = new AbortController();
  const deadlineMs = finite(Number(call.getDeadline()));
  const end = (reason: "CANCELLED" | "DEADLINE_EXCEEDED" | "SERVER_STOPPING", message: string) => {
    controller.abort(new Failure("unavailable", message, { reason }));
    close();
  };
  const expire = () => end("DEADLINE_EXCEEDED", "the call took longer than its deadline");
  const stop = () => end("SERVER_STOPPING", "the server is stopping: call again");
  const timer = deadlineMs === undefined ? undefined : setTimeout(expire, Math.min(deadlineMs - Date.now() + deadlineGraceMs, longestTimerMs));
  stopping.addEventListener("abort", stop);
  let open = true;
  function close() {
    open = false;
    clearTimeout(timer);
    stopping.removeEventListener("abort", stop);
  }
  call.on("cancelled", () => {
    if (!open) return;
    if (deadlineMs !== undefined && Date.now() >= deadlineMs) expire();
    else end("CANCELLED", "the caller cancelled the call");
  });
  if (stopping.aborted) stop();
  return { signal: controller.signal, metadata: textsOf(call.metadata.getMap()), deadlineMs, peer: call.getPeer(), close };
}

function textsOf(map: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
