import { Failure } from "@troupe/domain/failure";
import type { JsonObject } from "@troupe/domain/json";
import { label } from "@troupe/domain/render/identity";
import { describe, expect, it } from "vitest";
import { aMemberObject, anObject, aRecordObject, aUid } from "../testing/objects.ts";
import { KubeCache } from "./cache.ts";
import { watchedKinds } from "./kinds.ts";

const cluster = { uid: aUid, namespace: "shop", name: "c", adopt: undefined };
const other = "01900000-0000-7000-8000-000000000002";

describe("the newer state of an object", () => {
  it("wins when it comes by the watch after an answer", () => {
    const { cache, data } = aCache();
    cache.offer("ConfigMap", aConfigMap(1, "answered"));
    cache.events("ConfigMap", [{ kind: "put", object: aConfigMap(2, "watched") }]);
    expect(data()).toBe("watched");
  });

  it("wins when it comes by an answer before the watch has caught up", () => {
    const { cache, data } = aCache();
    cache.offer("ConfigMap", aConfigMap(3, "answered"));
    cache.events("ConfigMap", [{ kind: "put", object: aConfigMap(2, "watched") }]);
    expect(data()).toBe("answered");
  });

  it("wins over a list that was made before it", () => {
    const { cache, data } = aCache();
    cache.listBegun("ConfigMap");
    cache.offer("ConfigMap", aConfigMap(3, "answered"));
    cache.put("ConfigMap", [aConfigMap(2, "listed")]);
    cache.listComplete("ConfigMap", "2");
    expect(data()).toBe("answered");
  });

  it("is compared as a number", () => {
    const { cache, data } = aCache();
    cache.offer("ConfigMap", aConfigMap(9, "older"));
    cache.offer("ConfigMap", aConfigMap(10, "newer"));
    expect(data()).toBe("newer");
  });
});

describe("a change of an object", () => {
  const condition = (type: string) => ({ type, status: "True" });
  const pod = (version: number, status: JsonObject) => aMemberObject({ version }, { status });

  it("is told with whether a decision rests on it, or only what a status shows", () => {
    const told: boolean[] = [];
    const cache = new KubeCache((_uid, isShownOnly) => told.push(isShownOnly), () => undefined);
    cache.offer("Pod", pod(1, { phase: "Pending" }));
    cache.offer("Pod", pod(2, { phase: "Pending", conditions: [condition("PodScheduled")] }));
    cache.offer("Pod", pod(3, { phase: "Running", conditions: [condition("PodScheduled")] }));
    cache.offer("Pod", pod(4, { phase: "Running", conditions: [condition("PodScheduled"), condition("Ready")] }));
    cache.offer("Pod", pod(5, { phase: "Failed", conditions: [condition("PodScheduled")] }));
    expect(told).toEqual([false, true, true, false, false]);
  });

  it("is not told where it means nothing here", () => {
    const { cache, changes } = aCache();
    cache.offer("PodDisruptionBudget", anObject({ version: 1 }, { spec: { minAvailable: 1 }, status: { currentHealthy: 0 } }));
    cache.offer("PodDisruptionBudget", anObject({ version: 2 }, { spec: { minAvailable: 1 }, status: { currentHealthy: 1 } }));
    expect(changes).toHaveLength(1);
    cache.offer("PodDisruptionBudget", anObject({ version: 3 }, { spec: { minAvailable: 0 } }));
    expect(changes).toHaveLength(2);
  });
});

describe("an object that is gone", () => {
  it("does not come back with an answer to a write that was under way", () => {
    const { cache, names } = aCache();
    cache.events("Pod", [{ kind: "gone", object: aPod(5) }]);
    cache.offer("Pod", aPod(4));
    expect(names()).toEqual([]);
  });

  it("does not come back with an answer that a list has overtaken", () => {
    const { cache, names } = aCache();
    list(cache, "Pod", [], 5);
    cache.offer("Pod", aPod(4));
    expect(names()).toEqual([]);
  });

  it("may be made anew under its name", () => {
    const { cache, names } = aCache();
    cache.events("Pod", [{ kind: "gone", object: aPod(5) }]);
    cache.offer("Pod", aPod(6, { uid: "another" }));
    expect(names()).toEqual(["a"]);
  });

  it("does not take the new one of its name with it when the watch is late", () => {
    const { cache, names } = aCache();
    cache.offer("Pod", aPod(4));
    cache.offer("Pod", aPod(6, { uid: "another" }));
    cache.events("Pod", [{ kind: "gone", object: aPod(5) }]);
    expect(names()).toEqual(["a"]);
  });

  it("is no longer seen once a list does not have it", () => {
    const { cache, names } = aCache();
    cache.offer("Pod", aPod(4));
    list(cache, "Pod", [aPod(3, { name: "b" })], 5);
    expect(names()).toEqual(["b"]);
  });

  it("is no longer seen once a write was answered so, unless it is another by now", () => {
    const { cache, names } = aCache();
    cache.offer("Pod", aPod(4));
    cache.absent("Pod", "shop", "a", "another");
    expect(names()).toEqual(["a"]);
    cache.absent("Pod", "shop", "a", "uid of a");
    expect(names()).toEqual([]);
  });

  it("only leaves its own kind", () => {
    const { cache, names } = aCache();
    cache.offer("Pod", aPod(4));
    list(cache, "Service", [], 9);
    expect(names()).toEqual(["a"]);
  });
});

describe("a list that was broken off", () => {
  it("takes nothing away", () => {
    const { cache, names } = aCache();
    cache.offer("Pod", aPod(4));
    cache.listBegun("Pod");
    cache.put("Pod", [aPod(5, { name: "b" })]);
    cache.listBegun("Pod");
    expect(names()).toEqual(["a", "b"]);
    cache.put("Pod", [aPod(4)]);
    cache.listComplete("Pod", "8");
    expect(names()).toEqual(["a"]);
  });
});

describe("what is seen of a cluster", () => {
  it("is all that carries its uid, and nothing of others", () => {
    const { cache, names } = aCache();
    cache.offer("Pod", aPod(1));
    cache.offer("ConfigMap", anObject({ name: "files", version: 2 }));
    cache.offer("Pod", aPod(3, { name: "theirs", of: other, instance: "d" }));
    expect(names()).toEqual(["a", "files"]);
    expect(Object.keys(cache.seen(cluster).pods)).toEqual(["a"]);
  });

  it("follows an object whose uid label changes, and calls both clusters", () => {
    const { cache, changes, names } = aCache();
    cache.offer("PersistentVolumeClaim", aClaim(1, { of: other }));
    changes.length = 0;
    cache.offer("PersistentVolumeClaim", aClaim(2));
    expect(changes.toSorted()).toEqual([aUid, other]);
    expect(names()).toEqual(["a"]);
    expect(cache.seen({ ...cluster, uid: other }).objects).toEqual([]);
  });

  it("has claims and Secrets that earlier clusters of its name left in its namespace, and not elsewhere", () => {
    const { cache } = aCache();
    cache.offer("PersistentVolumeClaim", aClaim(1, { name: "left", of: other }));
    cache.offer("Secret", anObject({ name: "c-secrets", version: 2, of: other }));
    cache.offer("PersistentVolumeClaim", aClaim(3, { name: "elsewhere", of: other, namespace: "else" }));
    cache.offer("PersistentVolumeClaim", aClaim(4, { name: "another", of: other, instance: "d" }));
    const { keptClaims, claims, secrets, objects } = cache.seen(cluster);
    expect(Object.values(keptClaims).map(({ name, clusterUid }) => [name, clusterUid])).toEqual([["left", other]]);
    expect([...secrets]).toEqual(["c-secrets"]);
    expect([claims, objects]).toEqual([{}, []]);
  });

  it("has what an adopted cluster left, whatever its name was", () => {
    const { cache } = aCache();
    cache.offer("PersistentVolumeClaim", aClaim(1, { name: "left", of: other, instance: "d" }));
    cache.offer("Secret", anObject({ name: "d-secrets", version: 2, of: other, instance: "d" }));
    const seen = cache.seen({ ...cluster, adopt: other });
    expect(Object.keys(seen.keptClaims)).toEqual(["left"]);
    expect(seen).toMatchObject({ adoptedSecret: "d-secrets", adoptedIsThere: false });
    expect(cache.seen(cluster)).toMatchObject({ keptClaims: {}, adoptedSecret: undefined });
  });

  it("says that an adopted cluster is still there while it has a pod or its record", () => {
    const { cache } = aCache();
    cache.offer("ClusterRecord", aRecordObject({ name: "d", version: 1, of: other }));
    expect(cache.seen({ ...cluster, adopt: other }).adoptedIsThere).toBe(true);
    cache.events("ClusterRecord", [{ kind: "gone", object: aRecordObject({ name: "d", version: 2, of: other }) }]);
    expect(cache.seen({ ...cluster, adopt: other }).adoptedIsThere).toBe(false);
  });
});

describe("a cluster's record", () => {
  it("is found with the version that its next write must name", () => {
    const { cache } = aCache();
    cache.offer("ClusterRecord", aRecordObject({ version: 7, uid: "r" }, { epoch: 3 }));
    expect(cache.recordOf(cluster)).toMatchObject({ uid: "r", resourceVersion: "7", deleting: false, record: { epoch: 3 } });
  });

  it("is decoded once for each state, so that it can be compared by identity", () => {
    const { cache } = aCache();
    cache.offer("ClusterRecord", aRecordObject({ version: 7 }));
    expect(cache.recordOf(cluster)?.record).toBe(cache.recordOf(cluster)?.record);
  });

  it("of an earlier cluster of the name is not taken for its own", () => {
    const { cache } = aCache();
    cache.offer("ClusterRecord", aRecordObject({ version: 7, of: other }));
    expect(cache.recordOf(cluster)).toBeUndefined();
  });

  it("that cannot be read is a failure of its own cluster only", () => {
    const { cache } = aCache();
    cache.offer("ClusterRecord", aRecordObject({ version: 7 }, { epoch: "one" }));
    cache.offer("ClusterRecord", aRecordObject({ name: "d", version: 8, of: other }));
    expect(() => cache.recordOf(cluster)).toThrow(expect.objectContaining({ kind: "internal", reason: "BROKEN_RECORD" }));
    expect(cache.recordOf({ ...cluster, uid: other, name: "d" })).toBeDefined();
  });
});

describe("a change", () => {
  it("calls its cluster, and is none where nothing means anything else", () => {
    const { cache, changes } = aCache();
    cache.offer("Pod", aPod(1));
    cache.offer("Pod", aPod(2));
    cache.offer("Pod", aPod(3, { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }));
    cache.events("Pod", [{ kind: "bookmark", resourceVersion: "4" }]);
    cache.events("Pod", [{ kind: "gone", object: aPod(5) }]);
    expect(changes).toEqual([aUid, aUid, aUid]);
  });

  it("of an object of no cluster calls nobody", () => {
    const { cache, changes } = aCache();
    cache.offer("ConfigMap", anObject({ version: 1, labels: { [label.uid]: "" } }));
    expect(changes).toEqual([]);
  });
});

describe("the cache", () => {
  it("may be believed once every kind has been listed, and says so once", () => {
    const { cache, synced } = aCache();
    for (const kind of watchedKinds.slice(1)) list(cache, kind, [], 1);
    expect([cache.synced, synced()]).toEqual([false, 0]);
    for (const kind of watchedKinds) list(cache, kind, [], 2);
    expect([cache.synced, synced()]).toEqual([true, 1]);
  });

  it("says what keeps it from seeing until nothing does", () => {
    const { cache } = aCache();
    const failure = new Failure("unavailable", "reset");
    cache.trouble("Pod", failure);
    cache.trouble("Service", failure);
    cache.trouble("Pod", undefined);
    expect(cache.whyBlind).toBe(failure);
    cache.trouble("Service", undefined);
    expect(cache.whyBlind).toBeUndefined();
  });
});

function aCache() {
  const changes: string[] = [];
  let synced = 0;
  const cache = new KubeCache((uid) => changes.push(uid), () => (synced += 1));
  return {
    cache,
    changes,
    synced: () => synced,
    names: () => cache.seen(cluster).objects.map(({ name }) => name),
    data: () => cache.seen(cluster).objects[0]?.body["data"],
  };
}

function list(cache: KubeCache, kind: (typeof watchedKinds)[number], objects: readonly JsonObject[], version: number): void {
  cache.listBegun(kind);
  cache.put(kind, objects);
  cache.listComplete(kind, String(version));
}

type Shown = Partial<Parameters<typeof aMemberObject>[0]>;

function aPod(version: number, shown: Shown = {}): JsonObject {
  return aMemberObject({ ...shown, version });
}

function aClaim(version: number, shown: Shown = {}): JsonObject {
  return aMemberObject({ ...shown, version, labels: { [label.volume]: "data" } });
}

function aConfigMap(version: number, data: string): JsonObject {
  return anObject({ version }, { data });
}
