import { describe, expect, test } from "vitest";
import { refuseCycles } from "./needs.ts";

const topology = (...edges: readonly string[]) => ({ count: 0, edges: edges.map((edge) => ({ consumer: edge.charAt(0), provider: edge.charAt(1) })) });
const binding = (provider: string) => [{ slot: "source", provider }];

describe("needs", () => {
  test.each([
    ["itself", "a", topology()],
    ["one that needs it", "b", topology("ba")],
    ["one that needs it by way of others", "b", topology("bc", "cd", "da", "be")],
  ])("of %s are a cycle", (_what, provider, edges) => {
    expect(() => refuseCycles("a", binding(provider), edges)).toThrow(expect.objectContaining({ kind: "conflict", reason: "NEEDS_CYCLE" }));
  });

  test("of others are none, and what the cluster needed before does not count", () => {
    expect(() => refuseCycles("a", binding("b"), topology("bc", "bd", "cd", "ca".replace("a", "x")))).not.toThrow();
    expect(() => refuseCycles("a", binding("c"), topology("ab", "ba"))).not.toThrow();
  });

  test("name the way round", () => {
    expect(() => refuseCycles("a", binding("b"), topology("bc", "ca"))).toThrow("a needs b needs c needs a");
  });

  test("name the ends of a way that is long, however long it is", () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `c${index}`);
    const edges = names.slice(1).map((provider, index) => ({ consumer: names[index] ?? "", provider }));
    expect(() => refuseCycles("c19999", [{ slot: "source", provider: "c0" }], { count: 0, edges })).toThrow(/^c19999 would need itself: c19999 needs c0 needs c1 .* needs 19981 others needs .* needs c19999$/);
  });
});
