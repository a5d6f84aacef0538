import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { covers } from "./covers.ts";

describe("what is there covers what we would write", () => {
  test("when the server has added its defaults", () => {
    const wanted = { spec: { ports: [{ name: "a", port: 1 }], resources: { cpu: "1", memory: "1024Mi" } } };
    expect(covers({ spec: { type: "ClusterIP", ports: [{ name: "a", port: 1, protocol: "TCP" }], resources: { cpu: "1000m", memory: "1Gi" } } }, wanted)).toBe(true);
  });

  test("when somebody else has added to a list that is merged by key", () => {
    expect(covers({ ports: [{ name: "b", port: 2 }, { name: "a", port: 1 }] }, { ports: [{ name: "a", port: 1 }] })).toBe(true);
  });

  test("not when a field of ours was changed or taken away, nor when a selector chooses others", () => {
    expect(covers({ ports: [{ name: "a", port: 2 }] }, { ports: [{ name: "a", port: 1 }] })).toBe(false);
    expect(covers({ labels: {} }, { labels: { a: "b" } })).toBe(false);
    expect(covers({ selector: { a: "b", c: "d" } }, { selector: { a: "b" } })).toBe(false);
    expect(covers({ args: ["a", "b"] }, { args: ["a"] })).toBe(false);
  });

  test("when it is just that, whatever it is", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => covers(value, value)));
  });
});
