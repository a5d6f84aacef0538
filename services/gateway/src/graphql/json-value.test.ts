import { describe, expect, it } from "vitest";
import { checkedJson } from "./json-value.ts";

/** What `look` throws, as reason and path. */
function refusal(value: unknown): unknown {
  try {
    checkedJson(value);
    return undefined;
  } catch (error) {
    return (error as { problems: readonly { reason: string; path: string }[] }).problems.map(({ reason, path }) => [reason, path]);
  }
}

const nested = (levels: number): unknown => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`);

describe("a value of the scalar JSON", () => {
  it("comes back as it is", () => {
    const value = { a: [1, -0.5, true, null, "ü😀"], b: { c: Number.MAX_SAFE_INTEGER } };
    expect(checkedJson(value)).toBe(value);
  });

  it("is refused where it would not arrive as it was sent, with its path", () => {
    expect(refusal({ a: [0, 2 ** 53] })).toEqual([["NUMBER_UNSAFE", "a[1]"]]);
    expect(refusal({ a: { b: Number.POSITIVE_INFINITY } })).toEqual([["NUMBER_UNSAFE", "a.b"]]);
    expect(refusal({ a: "\ud800" })).toEqual([["CHARACTER_INVALID", "a"]]);
    expect(refusal({ a: { "\ud800": 1 } })).toEqual([["CHARACTER_INVALID", "a"]]);
  });

  it("may be 64 deep, and is refused beyond however deep it is", () => {
    expect(refusal(nested(64))).toBeUndefined();
    expect(refusal(nested(66))).toEqual([["TOO_DEEP", expect.any(String)]]);
    expect(refusal(nested(5_000))).toEqual([["TOO_DEEP", expect.any(String)]]);
  });
});
