import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Failure } from "@troupe/domain/failure";
import { buildSchema, parse, validate } from "graphql";
import { describe, expect, it } from "vitest";
import { limitRules, limits } from "./limits.ts";

const schema = buildSchema(readFileSync(join(import.meta.dirname, "schema.graphql"), "utf8"));

/** Reasons of what the limits refuse. */
function refused(query: string): readonly unknown[] {
  return validate(schema, parse(query, { maxTokens: limits.tokens }), limitRules).map(({ originalError }) => (originalError as Failure).reason);
}

/** `count` fragments, each of which spreads the next twice. */
const doubling = (count: number, last: string) =>
  Array.from({ length: count }, (_, index) => `fragment f${index} on Query { ${index < count - 1 ? `...f${index + 1} ...f${index + 1}` : last} }`).join(" ");

const aliases = (count: number) => Array.from({ length: count }, (_, index) => `a${index}: caller`).join(" ");

describe("the limits of an operation", () => {
  it("weigh a fragment once, so that a hundred that double each other cost nothing", () => {
    expect(refused(`{ ...f0 } ${doubling(100, "viewer { caller }")}`)).toEqual([]);
  });

  it("count aliases wherever their fragment is spread", () => {
    expect(refused(`{ viewer { ${aliases(30)} } }`)).toEqual([]);
    expect(refused(`{ viewer { ${aliases(31)} } }`)).toEqual(["OPERATION_TOO_LARGE"]);
    expect(refused(`{ a: viewer { ...f } b: viewer { ...f } c: viewer { ...f } } fragment f on Viewer { ${aliases(10)} }`)).toEqual(["OPERATION_TOO_LARGE"]);
    expect(refused(`{ ...f0 } ${doubling(100, "a: viewer { caller }")}`)).toEqual(["OPERATION_TOO_LARGE"]);
  });

  it("count the depth through fragments", () => {
    const deep = (levels: number) => `{ clusters { nodes { ...f0 } } } ${Array.from({ length: levels }, (_, index) => `fragment f${index} on App { x { ...f${index + 1} } }`).join(" ")} fragment f${levels} on App { name }`;
    expect(refused(deep(9))).toEqual([]);
    expect(refused(deep(10))).toEqual(["OPERATION_TOO_LARGE"]);
  });

  it("are no trap for a fragment that spreads itself", () => {
    expect(refused("{ viewer { ...a } } fragment a on Viewer { ...b } fragment b on Viewer { ...a }")).toEqual([]);
  });
});
