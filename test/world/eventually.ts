import { setTimeout as delay } from "node:timers/promises";

/**
 * Looks at the outside world until something is so: for what sends no message when it changes. Rejects with the last
 * error, or what it was about, once that took too long.
 */
export async function eventually<T>(what: string, look: () => Promise<T | false | undefined>, timeoutMs = 60_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  do {
    try {
      const found = await look();
      if (found !== false && found !== undefined) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await delay(50);
  } while (performance.now() < deadline);
  throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause: last });
}
