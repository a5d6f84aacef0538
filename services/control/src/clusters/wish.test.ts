import type { Json } from "@troupe/domain/json";
import { documentOfValue } from "@troupe/domain/language/document";
import { describe, expect, test } from "vitest";
import type { StoredCluster } from "../store.ts";
import { aSpec, snapshot } from "../testing/mutations.ts";
import { maskedWish } from "./wish.ts";

const present: StoredCluster = { ...snapshot({ spec: aSpec({ params: { list: ["a", "b"], size: 3, map: { x: 1 } }, needs: { source: { kind: "cluster", cluster: "zk" } } }) }), revision: 1, version: 1, guard: { epoch: 0, seq: 0 }, formed: false, appUid: undefined, goneTime: undefined };
const wished = (spec: Json, ...path: readonly string[]) => maskedWish(documentOfValue({ apiVersion: "troupe.dev/v1", kind: "Cluster", metadata: { name: "c", namespace: "payments" }, spec }), [path])(present).cluster.spec;

describe("a mask", () => {
  test("replaces a list as a whole, and what is inside maps", () => {
    expect(wished({ app: "queue", params: { list: ["c"] } }, "spec", "params", "list").params).toEqual({ list: ["c"], size: 3, map: { x: 1 } });
    expect(wished({ app: "queue", params: { map: { z: 2 } } }, "spec", "params", "map", "z").params).toMatchObject({ map: { x: 1, z: 2 } });
    expect(wished({ app: "queue" }, "spec", "params", "new", "x").params).toEqual(present.spec.params);
  });

  test.each([
    ["a list that is there", ["spec", "params", "list", "0"], { params: { list: { 0: "c" } } }],
    ["a list of the document", ["spec", "params", "map", "x"], { params: { map: ["c"] } }],
    ["a number", ["spec", "params", "size", "x"], { params: { size: { x: 1 } } }],
    ["a name", ["spec", "needs", "source", "address"], { needs: { source: { address: "h" } } }],
  ])("that leads into %s is refused", (_what, path, spec) => {
    expect(() => wished({ app: "queue", ...spec }, ...path)).toThrow(expect.objectContaining({ kind: "invalid", reason: "UPDATE_MASK_INVALID" }));
  });
});
