import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { delayMs } from "./backoff.ts";

const limits = { firstMs: 100, mostMs: 5_000 };
const almostOne = () => 1 - Number.EPSILON;

describe("a back-off", () => {
  it("doubles its longest delay with each attempt", () => {
    expect([0, 1, 2, 3].map((attempt) => delayMs(attempt, almostOne, limits))).toEqual([99, 199, 399, 799]);
  });

  it("is full jitter: anything from nothing up to the longest delay", () => {
    expect(delayMs(3, () => 0, limits)).toBe(0);
    expect(delayMs(3, () => 0.5, limits)).toBe(400);
  });

  it("stays within its limit for any attempt", () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, random) => {
        const delay = delayMs(attempt, () => random, limits);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThan(limits.mostMs);
      }),
    );
  });
});
