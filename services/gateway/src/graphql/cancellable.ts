import { unlessAborted } from "@troupe/runtime/wait";

/**
 * The values of a source that ends as soon as its reader leaves. An async generator's own return() waits for the next() that
 * is pending, which may be for ever: here it aborts the signal that the source was opened with, and the pending next() is over.
 */
export function cancellable<T>(open: (signal: AbortSignal) => AsyncIterable<T>): AsyncIterableIterator<T, undefined> {
  const left = new AbortController();
  const source = open(left.signal)[Symbol.asyncIterator]();
  const over = { done: true, value: undefined } as const;
  return {
    async next() {
      try {
        const { done, value } = await unlessAborted(source.next(), left.signal);
        return done ? over : { done: false, value };
      } catch (error) {
        if (left.signal.aborted) return over;
        throw error;
      }
    },
    async return() {
      left.abort();
      source.return?.().catch(() => undefined);
      return over;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
