import type { Part } from "@troupe/runtime/process";

/** Work that goes on until the process stops. It starts at once and keeps nobody waiting; stopping waits for its end. */
export function background(name: string, work: (signal: AbortSignal) => Promise<void>, close: () => Promise<void> = async () => {}): Part {
  const stopping = new AbortController();
  let ended: Promise<void> | undefined;
  return {
    name,
    start: async () => {
      ended = work(stopping.signal).catch((error: unknown) => {
        if (!stopping.signal.aborted) throw error;
      });
    },
    stop: async () => {
      stopping.abort();
      await ended;
      await close();
    },
  };
}
