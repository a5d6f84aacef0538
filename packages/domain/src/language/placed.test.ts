import { describe, expect, test } from "vitest";
import { Failure } from "../failure.ts";
import { parseDocument } from "./document.ts";
import { pathText } from "./path.ts";
import { atTheirPlaces, placed } from "./placed.ts";

describe("problems that were found without their text", () => {
  test("get their places in it, and keep those that they have", () => {
    const document = parseDocument('kind: Cluster\nspec:\n  roles:\n    "a.b": {members: [1]}', { firstLine: 10 });
    const problem = { path: 'spec.roles["a.b"].members[0]', reason: "X", message: "x" } as const;
    const look = () => atTheirPlaces(document, () => { throw new Failure("conflict", "x", { reason: "X", problems: [problem, { ...problem, line: 1, column: 1 }] }); });
    expect(look).toThrow(expect.objectContaining({ kind: "conflict", problems: [expect.objectContaining({ line: 13, column: 23 }), expect.objectContaining({ line: 1 })] }));
  });

  test("get them at keys of any characters", () => {
    const document = parseDocument('spec: {a: 1, "b\\n\\x07\\"": 2}');
    expect(placed(document, { path: pathText(["spec", 'b\n\u0007"']), reason: "X", message: "x" })).toMatchObject({ line: 1, column: 27 });
  });
});
