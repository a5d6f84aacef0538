import { describe, expect, it } from "vitest";
import { parseTimeoutMs } from "./usage.ts";

describe("a timeout", () => {
  it("is hours, minutes and seconds", () => {
    expect([parseTimeoutMs("90s"), parseTimeoutMs("1h30m"), parseTimeoutMs("5")]).toEqual([90_000, 5_400_000, 5_000]);
  });

  it.each(["", "5x", "600h", "99999999999s"])('"%s" is wrong usage', (text) => {
    expect(() => parseTimeoutMs(text)).toThrow(expect.objectContaining({ reason: "USAGE" }));
  });
});
