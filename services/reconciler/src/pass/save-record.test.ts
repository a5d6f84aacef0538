import type { Json, JsonObject } from "@troupe/domain/json";
import { emptyRecord } from "@troupe/domain/life/empty-record";
import type { ClusterRecord } from "@troupe/domain/life/record";
import { aCluster } from "@troupe/domain/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StoredRecord } from "../kube/cache.ts";
import { merged } from "../testing/fake-merge.ts";
import { FakeKube } from "../testing/fake-kube.ts";
import { Replica } from "../testing/replica.ts";
import { confirmOwner, mergePatch, saveRecord } from "./save-record.ts";

const cluster = aCluster();
const first: ClusterRecord = { ...emptyRecord(cluster), roles: { server: { firstSet: [0, 1], formed: false, nextLife: {} } } };
const formed: ClusterRecord = { ...first, formed: true, roles: { server: { firstSet: [0, 1], formed: true, nextLife: { 2: 2 } } } };

describe("saving a record", () => {
  it("creates it with the owner's epoch, and its namespace when there is none", async () => {
    const world = await aWorld({ namespaces: [] });
    const stored = await world.save(first, { epoch: 3 });
    expect(stored.record).toEqual({ ...first, epoch: 3 });
    expect(world.kube.writes).toEqual(["create Namespace shop", "create ClusterRecord c"]);
    expect(world.cache.recordOf(cluster)).toEqual(stored);
  });

  it("goes on where another cluster of the project has made the namespace meanwhile", async () => {
    const [one, other] = [await aWorld({ namespaces: [] }), aCluster(undefined, { name: "d", uid: "01900000-0000-7000-8000-000000000002" })];
    const both = await Promise.allSettled([one.save(first), saveRecord({ kube: one.kube, cache: one.cache, epoch: 1 }, other, undefined, { ...first, uid: other.uid })]);
    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
  });

  it("writes what differs, and takes away what is no more", async () => {
    const world = await aWorld();
    const before = await world.save(formed);
    const stored = await world.save(first, { saved: before });
    expect(stored.record).toEqual({ ...first, epoch: 1 });
  });

  it("sends nothing when nothing differs", async () => {
    const world = await aWorld();
    const saved = await world.save(first);
    expect(await world.save({ ...first }, { saved })).toBe(saved);
    expect(await world.save(saved.record, { saved, epoch: 2 })).toBe(saved);
    expect(world.kube.writes).toEqual(["create ClusterRecord c"]);
  });

  it("is refused where somebody has written meanwhile, and changes nothing then", async () => {
    const world = await aWorld();
    const saved = await world.save(first);
    await world.save({ ...first, version: 2 }, { saved });
    await expect(world.save(formed, { saved })).rejects.toMatchObject({ kind: "conflict" });
    expect(world.cache.recordOf(cluster)?.record).toMatchObject({ version: 2, formed: false });
  });

  it("is refused where a first one was made meanwhile", async () => {
    const world = await aWorld();
    await world.save(first);
    await expect(world.save(formed)).rejects.toMatchObject({ kind: "already_exists" });
  });

  it("is refused without a request where a later owner has written", async () => {
    const world = await aWorld();
    const saved = await world.save(first, { epoch: 5 });
    await expect(world.save(formed, { saved, epoch: 4 })).rejects.toMatchObject({ kind: "conflict", reason: "NOT_OWNER" });
    expect(world.kube.writes).toHaveLength(1);
  });

  it("raises the epoch with the first write of a new owner, so that the earlier one is refused", async () => {
    const world = await aWorld();
    const saved = await world.save(first, { epoch: 4 });
    expect((await world.save(formed, { saved, epoch: 5 })).record.epoch).toBe(5);
    await expect(world.save({ ...first, version: 9 }, { saved, epoch: 4 })).rejects.toMatchObject({ kind: "conflict" });
  });
});

describe("asking the record who owns the cluster", () => {
  it("writes the epoch of the one who asks", async () => {
    const world = await aWorld();
    const saved = await world.save(first, { epoch: 4 });
    expect((await world.confirm(saved, 5)).record.epoch).toBe(5);
    expect(world.cache.recordOf(cluster)?.record.epoch).toBe(5);
  });

  it("refuses an owner of the past, whether it has seen its successor or not", async () => {
    const world = await aWorld();
    const saved = await world.save(first, { epoch: 4 });
    const taken = await world.confirm(saved, 5);
    await expect(world.confirm(saved, 4)).rejects.toMatchObject({ kind: "conflict" });
    await expect(world.confirm(taken, 4)).rejects.toMatchObject({ kind: "conflict", reason: "NOT_OWNER" });
  });
});

describe("a merge patch", () => {
  it("makes of the one what the other is, whatever they are", () => {
    fc.assert(
      fc.property(aMap, aMap, (before, after) => {
        const patch = mergePatch(before, after);
        expect(patch === undefined ? before : merged(before, patch as JsonObject)).toEqual(after);
      }),
    );
  });

  it("is none where both are equal, whatever the order of their keys", () => {
    fc.assert(
      fc.property(aMap, (map) => {
        expect(mergePatch(map, reversed(map))).toBeUndefined();
      }),
    );
  });

  it("says only what differs", () => {
    expect(mergePatch({ a: { x: 1, y: 1 }, b: [1, 2], c: 1, d: 1 }, { a: { x: 1, y: 2 }, b: [1], c: 1 })).toEqual({ a: { y: 2 }, b: [1], d: null });
  });
});

/** As records are made of: no null, which a merge patch cannot write. */
const aValue = fc.letrec<{ value: Json; map: JsonObject }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, fc.string(), fc.integer(), fc.boolean(), fc.array(fc.integer()), tie("map")),
  map: fc.dictionary(fc.constantFrom("a", "b", "c", "0", "1"), tie("value"), { maxKeys: 4 }),
}));
const aMap = aValue.map;

function reversed(value: Json): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toReversed().map(([key, each]) => [key, reversed(each)]));
}

async function aWorld({ namespaces = ["shop"] }: { readonly namespaces?: readonly string[] } = {}) {
  const kube = new FakeKube({ namespaces });
  const { cache } = new Replica(kube);
  return {
    kube,
    cache,
    save: (record: ClusterRecord, { saved, epoch = 1 }: { readonly saved?: StoredRecord; readonly epoch?: number } = {}) => saveRecord({ kube, cache, epoch }, cluster, saved, record),
    confirm: (saved: StoredRecord, epoch: number) => confirmOwner({ kube, cache, epoch }, cluster, saved),
  };
}
