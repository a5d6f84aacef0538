import { unlessAborted } from "./wait.ts";

/** How much of a stream may be handed to the connection and not be sent yet, in bytes; one message may go beyond. */
export const mostUnsentBytes = 1024 * 1024;

/** Where a stream's messages go: `sent` is called when the connection has taken the bytes, or never once the call is over. */
export interface Sink {
  write(bytes: Buffer, sent: () => void): unknown;
}

/**
 * Moves everything from `source` to `sink`, no faster than the caller reads: the iterator's `next()` is called only while less
 * than 1 MiB is unsent. When the signal aborts it rejects with its reason and tells the iterator to return, without waiting for it.
 */
export async function pump<T>(source: AsyncIterable<T>, encode: (message: T) => Buffer, sink: Sink, signal: AbortSignal): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  let unsentBytes = 0;
  let wake: (() => void) | undefined;
  const send = (bytes: Buffer) => {
    unsentBytes += bytes.length;
    sink.write(bytes, () => {
      unsentBytes -= bytes.length;
      wake?.();
    });
  };
  const someSent = () => new Promise<void>((resolve) => (wake = resolve));

  try {
    for (;;) {
      while (unsentBytes >= mostUnsentBytes) await unlessAborted(someSent(), signal);
      const next = await unlessAborted(iterator.next(), signal);
      if (next.done) return;
      send(encode(next.value));
    }
  } catch (error) {
    // An async generator returns only once its pending next() has settled, which the signal is to bring about.
    iterator.return?.().catch(() => undefined);
    throw error;
  }
}
