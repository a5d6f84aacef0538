import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson, digestOf, isSameJson } from "./canonical.ts";

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, shuffled(item)]),
  );
}

describe("canonical JSON", () => {
  test("sorts keys by code unit, and leaves out what is undefined", () => {
    expect(canonicalJson({ b: 1, a: [true, null, "é"], B: undefined, Z: { y: 1.5, "": "" } })).toBe('{"Z":{"":"","y":1.5},"a":[true,null,"é"],"b":1}');
  });

  test("is the same whatever order a value was built in, and reads as that value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(shuffled(value))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(digestOf(shuffled(value))).toBe(digestOf(value));
      }),
    );
  });

  test.each([["a map", new Map([["a", 1]])], ["a date", new Date(0)], ["not a number", Number.NaN], ["a bigint", 1n], ["a function", () => 1], ["a hole", [undefined]]])("has no word for %s", (_, value) => {
    expect(() => canonicalJson({ value })).toThrowError(expect.objectContaining({ kind: "internal" }));
  });

  test("has a digest in hex", () => {
    expect(digestOf({})).toBe("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  });
});

describe("values are the same", () => {
  test("when their canonical JSON is, and only then", () => {
    fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => isSameJson(a, b) === (canonicalJson(a) === canonicalJson(b)) && isSameJson(a, shuffled(a))));
  });

  test("where fields that are undefined do not count, and inherited ones neither", () => {
    expect(isSameJson({ a: undefined, b: 1 }, { b: 1 })).toBe(true);
    expect(isSameJson({}, { constructor: 1 })).toBe(false);
    expect(isSameJson({ toString: 1 }, {})).toBe(false);
  });
});
