import fc from "fast-check";
import { expect, test } from "vitest";
import { firstPlace, lastPlace, piecesOf } from "./search.ts";

test("finds what the engine's own search finds", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 30 });
  const short = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(text, short, fc.nat(30), (whole, search, from) => {
      expect(firstPlace(whole, search)).toBe(whole.indexOf(search));
      expect(firstPlace(whole, search, from)).toBe(whole.indexOf(search, from));
      expect(lastPlace(whole, search)).toBe(whole.lastIndexOf(search));
      expect(lastPlace(whole, search, from)).toBe(whole.lastIndexOf(search, from));
      expect(piecesOf(whole, search)).toEqual(whole.split(search));
    }),
    { numRuns: 1000 },
  );
});

test("an empty text stands everywhere", () => {
  expect([firstPlace("ab", ""), lastPlace("ab", ""), piecesOf("ab", "")]).toEqual([0, 2, ["a", "b"]]);
});
