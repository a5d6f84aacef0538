import { describe, expect, it } from "vitest";
import { parseDurationMs } from "./usage.ts";

describe("a timeout", () => {
  it("is hours, minutes and seconds", () => {
    expect([parseDurationMs("90s"), parseDurationMs("1h30m"), parseDurationMs("5")]).toEqual([90_000, 5_400_000, 5_000]);
  });

  it.each(["", "5x", "600h", "99999999999s"])('"%s" is wrong usage', (text) => {
    expect(() => parseDurationMs(text)).toThrow(expect.objectContaining({ reason: "USAGE" }));
  });
});
