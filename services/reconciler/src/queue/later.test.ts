import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Later } from "./later.ts";

// Time stands still until a test lets it pass.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function aLater() {
  const added: string[] = [];
  return { added, later: new Later(200, (uid) => added.push(uid)) };
}

test("all that comes for a cluster within a while is one pass", () => {
  const { added, later } = aLater();
  later.want("a");
  vi.advanceTimersByTime(150);
  later.want("a");
  later.want("b");
  vi.advanceTimersByTime(50);
  expect(added).toEqual(["a"]);
  vi.advanceTimersByTime(150);
  expect(added).toEqual(["a", "b"]);
});

test("a pass that begins meanwhile has seen it; what comes after it is another", () => {
  const { added, later } = aLater();
  later.want("a");
  later.passed("a");
  vi.advanceTimersByTime(1_000);
  expect(added).toEqual([]);
  later.want("a");
  vi.advanceTimersByTime(200);
  expect(added).toEqual(["a"]);
});

test("none comes after it was stopped", () => {
  const { added, later } = aLater();
  later.want("a");
  later.stop();
  vi.advanceTimersByTime(1_000);
  expect(added).toEqual([]);
});
