import { describe, expect, it } from "vitest";
import { cancellable } from "./cancellable.ts";

/** One value, and then nothing until the signal aborts. */
async function* oneThenSilence(signal: AbortSignal, ended: () => void) {
  try {
    yield 1;
    await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
  } finally {
    ended();
  }
}

describe("a cancellable source", () => {
  it("ends at once when its reader leaves while it waits", async () => {
    const ended = Promise.withResolvers<void>();
    const values = cancellable((signal) => oneThenSilence(signal, ended.resolve));
    expect(await values.next()).toEqual({ done: false, value: 1 });
    const pending = values.next();
    expect(await values.return?.()).toEqual({ done: true, value: undefined });
    expect(await pending).toEqual({ done: true, value: undefined });
    await ended.promise;
  });

  it("fails as its source does", async () => {
    const values = cancellable(async function* () {
      yield 1;
      throw new RangeError("no more");
    });
    await values.next();
    await expect(values.next()).rejects.toThrow(RangeError);
  });
});
