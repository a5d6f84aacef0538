import { describe, expect, test } from "vitest";
import { parseClusterName, parseName, parseProjectName, shapes } from "./name.ts";

const refused = expect.objectContaining({ kind: "invalid", reason: "NAME_INVALID" });

describe("a name", () => {
  test.each(["a", "a-b", "a1", "x".repeat(40)])("%s is one", (text) => expect(parseClusterName(text)).toBe(text));
  test.each(["", "A", "1a", "-a", "a-", "a_b", "a.b", "é", "x".repeat(41)])("%j is none", (text) => expect(() => parseClusterName(text)).toThrowError(refused));
  test("is told by what it is for", () => expect(() => parseName("A", 30, "role name")).toThrowError(expect.objectContaining({ message: expect.stringContaining("role name") })));
});

describe("a project", () => {
  test.each(["payments", "3d", "x".repeat(63)])("%s is one", (text) => expect(parseProjectName(text)).toBe(text));
  test.each(["", "a-", "A", "x".repeat(64)])("%j is none", (text) => expect(() => parseProjectName(text)).toThrowError(refused));
});

describe("a name in expressions", () => {
  test.each(["a", "camelCase", "snake_case", "A1"])("%s is one", (text) => expect(shapes.identifier.pattern.test(text)).toBe(true));
  test.each(["", "1a", "a-b", "_a", "in", "true"])("%j is none", (text) => expect(shapes.identifier.pattern.test(text)).toBe(false));
});
