import { describe, expect, it } from "vitest";
import { unlessAborted, wait } from "./wait.ts";

const reason = new Error("enough");

describe("waiting", () => {
  it("ends after its time", async () => {
    await expect(wait(1)).resolves.toBeUndefined();
  });

  it("ends at once with the reason of an abort", async () => {
    const controller = new AbortController();
    const waiting = wait(1_000_000, controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  it("does not begin when the signal has aborted already", async () => {
    await expect(wait(1_000_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe("work that may be abandoned", () => {
  it("gives its result, or its failure", async () => {
    const { signal } = new AbortController();
    await expect(unlessAborted(Promise.resolve(3), signal)).resolves.toBe(3);
    await expect(unlessAborted(Promise.reject(reason), signal)).rejects.toBe(reason);
  });

  it("is left when the signal aborts, before or while it runs", async () => {
    const controller = new AbortController();
    const work = unlessAborted(new Promise(() => undefined), controller.signal);
    controller.abort(reason);
    await expect(work).rejects.toBe(reason);
    await expect(unlessAborted(Promise.reject(new Error("late")), controller.signal)).rejects.toBe(reason);
  });
});
