import { describe, expect, test } from "vitest";
import { parseReferences } from "./kinds.ts";

describe("what a command is for", () => {
  test("is a kind and names, each way that people write it", () => {
    for (const words of [["cluster", "a", "b"], ["clusters", "a", "b"], ["cluster/a", "cluster/b"], ["cluster", "cluster/a", "b"]]) {
      expect(parseReferences(words, ["cluster", "app"])).toEqual({ kind: "cluster", names: ["a", "b"] });
    }
    expect(parseReferences(["apps"], ["cluster", "app"])).toEqual({ kind: "app", names: [] });
  });

  test("needs no kind where there is only one, and a name may be the word of another", () => {
    expect(parseReferences(["a", "b"], ["cluster"])).toEqual({ kind: "cluster", names: ["a", "b"] });
    expect(parseReferences(["events"], ["cluster"])).toEqual({ kind: "cluster", names: ["events"] });
    expect(parseReferences(["cluster", "events"], ["cluster"])).toEqual({ kind: "cluster", names: ["events"] });
  });

  test.each([["app", "a"], ["app/a"], ["cluster/"], ["cluster", "app/a"], ["a/b"], ["cluster/a", "app/b"]])("is refused where it is of another kind or none: %s", (...words) => {
    expect(() => parseReferences(words, ["cluster"])).toThrowError(expect.objectContaining({ reason: "USAGE" }));
  });
});
