import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../failure.ts";
import { matches, parsePattern } from "./pattern.ts";

const found = (pattern: string, text: string) => matches(parsePattern(pattern), text);

describe("a pattern", () => {
  test.each([
    ["^[a-z][a-z0-9-]*$", "node-1", true],
    ["^[a-z][a-z0-9-]*$", "Node-1", false],
    ["b+", "abbbc", true],
    ["^(?:a|bc){2,3}$", "abca", true],
    ["^(?:a|bc){2,3}$", "abcabc", false],
    ["^\\d{4}-\\d{2}$", "2026-11", true],
    ["^a{2,}$", "a", false],
    ["^a{2,}$", "aaaa", true],
    ["^[^a-c]$", "b", false],
    ["^a?b$", "b", true],
    ["", "anything", true],
    ["^é$", "é", true],
    ["^(a|b|c)*d$", "abcabcd", true],
    ["^()*$", "", true],
    ["[]a]", "]", true],
  ])("%s finds %s: %s", (pattern, text, expected) => expect(found(pattern, text)).toBe(expected));

  test.each(["(", ")", "[", "a**", "*a", "(?=a)", "\\1", "a{3,2}", "(a{99}){99}", "\\"])("%s is refused", (pattern) => {
    expect(() => parsePattern(pattern)).toThrow(Failure);
  });

  test("ends soon on what makes a backtracking engine run for ever", () => {
    expect(found("^(a+)+$", `${"a".repeat(4000)}!`)).toBe(false);
  });

  test("agrees with the engine of the language", () => {
    const piece = fc.constantFrom("a", "b", "(a|b)", "[ab]", "a*", "b+", "a?", "(ab)*", "a{1,2}", ".", "(a|bb)+", "^", "$", "|");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.stringMatching(/^[abc]{0,8}$/), (pieces, text) => {
        const pattern = pieces.join("");
        expect(found(pattern, text)).toBe(new RegExp(pattern).test(text));
      }),
      { numRuns: 2000 },
    );
  });
});
