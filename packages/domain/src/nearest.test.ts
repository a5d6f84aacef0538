import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

test.each([
  ["membres", ["members", "memory"], "members"],
  ["Image", ["image"], "image"],
  ["prot", ["port", "path"], "port"],
  ["TERM", ["SIGTERM", "SIGINT"], "SIGTERM"],
  ["xyz", ["members"], undefined],
  ["a", ["b"], undefined],
  ["", ["a"], undefined],
  ["mebmers", ["numbers", "members"], "members"],
  ["servers", ["server-b", "serves", "server"], "serves"],
  ["abcdefgh", ["abcd", "efgh"], undefined],
  ["x".repeat(1000), ["a"], undefined],
])("near %s of %j is %s", (word, known, expected) => {
  expect(nearest(word, known)).toBe(expected);
});
