import { setTimeout as delay } from "node:timers/promises";

export interface UntilOptions {
  /** What is waited for, to be said when it does not come: "PostgreSQL to accept connections". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly everyMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Asks again and again until the answer is something. Rejects when the time is over, the signal is aborted, or `ask` rejects. */
export async function until<T>(ask: () => Promise<T | undefined> | T | undefined, options: UntilOptions): Promise<T> {
  const { what, timeoutMs, everyMs = 20, signal } = options;
  const deadlineMs = performance.now() + timeoutMs;
  while (true) {
    signal?.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadlineMs) throw new Error(`waited ${Math.round(timeoutMs / 1000)} s in vain for ${what}`);
    await delay(everyMs, undefined, { signal });
  }
}
