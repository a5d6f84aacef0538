import type { PipelineSpec } from "@troupe/domain/language/pipeline";
import type { Intent } from "@troupe/domain/plan/sources";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StoredCluster } from "../store.ts";
import { aSpec, snapshot } from "../testing/mutations.ts";
import { leave, nextToLeave } from "./leaving.ts";

const run: Intent = { kind: "run" };
const end: Intent = { kind: "delete", deleteVolumes: false };

function aMember(key: string, intent: Intent = run): StoredCluster {
  return { ...snapshot({ uid: key, name: `p-${key}`, pipeline: { uid: "p", key }, intent }), revision: 1, version: 1, guard: { epoch: 0, seq: 0 }, formed: false, appUid: "a", goneTime: undefined };
}

function specOf(...keys: readonly string[]): PipelineSpec {
  return { clusters: Object.fromEntries(keys.map((key) => [key, aSpec()])) };
}

const needs = (consumer: string, provider: string) => ({ consumer: `p-${consumer}`, provider: `p-${provider}` });
const keysOf = (clusters: readonly StoredCluster[]) => clusters.map(({ pipeline }) => pipeline?.key);

describe("of a pipeline that is deleted", () => {
  test("those go first that no sibling needs", () => {
    const living = [aMember("log"), aMember("work"), aMember("aside")];
    expect(keysOf(nextToLeave({ spec: specOf("log", "work", "aside"), intent: end }, living, { edges: [needs("work", "log")] }))).toEqual(["work", "aside"]);
  });

  test("one that is on its way out is still in the way of what it needs, and is not told again", () => {
    const living = [aMember("log"), aMember("work", end)];
    expect(nextToLeave({ spec: specOf("log", "work"), intent: end }, living, { edges: [needs("work", "log")] })).toEqual([]);
  });

  test("whoever needs one of them from outside does not hold it up any more", () => {
    expect(keysOf(nextToLeave({ spec: specOf("log"), intent: end }, [aMember("log")], { edges: [{ consumer: "outside", provider: "p-log" }] }))).toEqual(["log"]);
  });

  test("that volumes go too is told also to those that were told to keep them", () => {
    const asked: Intent = { kind: "delete", deleteVolumes: true };
    const [first] = nextToLeave({ spec: specOf("log"), intent: asked }, [aMember("log", end)], { edges: [] });
    expect(first && leave({ intent: asked }, first, "2026-11-28T00:00:00.000Z").write).toMatchObject({ kind: "delete", deleteVolumes: true });
    expect(nextToLeave({ spec: specOf("log"), intent: end }, [aMember("log", asked)], { edges: [] })).toEqual([]);
  });
});

test("of a pipeline that stays, only those go that it no longer has, whatever has come to need them since", () => {
  const living = [aMember("log"), aMember("old"), aMember("older")];
  expect(keysOf(nextToLeave({ spec: specOf("log"), intent: run }, living, { edges: [needs("old", "older"), needs("old", "log"), needs("log", "old")] }))).toEqual(["old"]);
});

test("whatever needs what, and in whatever order they are gone, all go, and none before those that need it", () => {
  const graphs = fc.integer({ min: 1, max: 12 }).chain((size) => fc.record({ size: fc.constant(size), pairs: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 30 }), order: fc.infiniteStream(fc.nat(11)) }));
  fc.assert(
    fc.property(graphs, ({ size, pairs, order }) => {
      const keys = Array.from({ length: size }, (_, index) => `k${index}`);
      const edges = pairs.filter(([consumer, provider]) => consumer < provider).map(([consumer, provider]) => needs(`k${consumer}`, `k${provider}`));
      const pipeline = { spec: specOf(...keys), intent: end };
      let living = keys.map((key) => aMember(key));
      while (living.length > 0) {
        const told = new Set(keysOf(nextToLeave(pipeline, living, { edges })));
        living = living.map((cluster) => (told.has(cluster.pipeline?.key) ? { ...cluster, intent: end } : cluster));
        const going = living.filter(({ intent }) => intent.kind === "delete");
        const gone = going[order.next().value % Math.max(1, going.length)];
        expect(gone).toBeDefined();
        expect(edges.some(({ consumer, provider }) => provider === gone?.name && living.some(({ name }) => name === consumer))).toBe(false);
        living = living.filter((cluster) => cluster !== gone);
      }
    }),
  );
});
