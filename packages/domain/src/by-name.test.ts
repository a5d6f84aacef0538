import { expect, test } from "vitest";
import { canonicalJson } from "./canonical.ts";
import { byName, mapNames } from "./by-name.ts";

test("a name of JavaScript's own is one like any other", () => {
  const map = byName([["toString", 1]]);
  expect(map["toString"]).toBe(1);
  expect(map["constructor"]).toBeUndefined();
  expect("valueOf" in map).toBe(false);
  expect(canonicalJson(mapNames(map, (value, name) => `${name} ${value}`))).toBe('{"toString":"toString 1"}');
});
