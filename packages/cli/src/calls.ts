import { delayMs } from "@troupe/runtime/backoff";
import { wait } from "@troupe/runtime/wait";
import type { Failure } from "@troupe/domain/failure";
import type { Api } from "./connect.ts";
import { note } from "./session.ts";
import type { Session } from "./session.ts";
import { explained, isRefused } from "./unreachable.ts";

/** How long a call that found the server away is tried again. A server that never answered is not waited for. */
const patienceMs = 15_000;
const backoff = { firstMs: 200, mostMs: 2_000 };

export interface CallOptions {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** Asks for something that changes nothing. */
export function read<T>(session: Session, call: (api: Api, options: CallOptions) => Promise<T>): Promise<T> {
  return persistently(session, call);
}

/**
 * Changes something: every try carries the same request id, so that it takes effect once however often the answer is lost.
 */
export function mutate<T>(session: Session, call: (api: Api, requestId: string, options: CallOptions) => Promise<T>): Promise<T> {
  const requestId = session.terminal.newId();
  session.changing = true;
  return persistently(session, (api, options) => call(api, requestId, options));
}

async function persistently<T>(session: Session, call: (api: Api, options: CallOptions) => Promise<T>): Promise<T> {
  const { terminal } = session;
  const api = await session.api();
  const giveUpMs = terminal.nowMs() + patienceMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await call(api, { deadlineMs: 30_000, signal: terminal.signal });
      session.answered = true;
      return answer;
    } catch (error) {
      const failure = await failureOf(error, session);
      const delay = delayMs(attempt, terminal.random, backoff) + 50;
      if (!isWorthAnother(failure, session) || terminal.nowMs() + delay > giveUpMs) throw failure;
      if (attempt === 0) note(session, `${failure.message}; trying again for ${patienceMs / 1000} s`);
      await wait(delay, terminal.signal);
    }
  }
}

/** An error of a call, told as far as the connection is concerned. */
export async function failureOf(error: unknown, { address, terminal }: Session): Promise<Failure> {
  if (terminal.signal.aborted) throw terminal.signal.reason;
  const { toFailure } = await import("@troupe/runtime/grpc-status");
  return explained(toFailure(error), address);
}

function isWorthAnother(failure: Failure, { answered }: Session): boolean {
  return failure.kind === "unavailable" && (answered || !isRefused(failure));
}
