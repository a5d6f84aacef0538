import { namedIn } from "@troupe/domain/by-name";
import { isSameJson } from "@troupe/domain/canonical";
import { Failure } from "@troupe/domain/failure";
import type { Json, JsonObject } from "@troupe/domain/json";
import type { ClusterRecord } from "@troupe/domain/life/record";
import type { DesiredCluster } from "@troupe/domain/plan/desired";
import { renderRecord } from "@troupe/domain/render/record";
import type { KubeCache, StoredRecord } from "../kube/cache.ts";
import type { Kube } from "../kube/kube.ts";
import { createInNamespace } from "./namespace.ts";

export interface SaveDeps {
  readonly kube: Kube;
  readonly cache: KubeCache;
  /** Of the owner that writes. */
  readonly epoch: number;
}

/**
 * Writes the record before anything that it speaks of is done: compare-and-swap by resource version, nothing when it is
 * equal, refused when a later owner has written. Rejects with conflict where somebody else was first: the pass stops, and
 * the next begins from what is there then.
 */
export async function saveRecord({ kube, cache, epoch }: SaveDeps, cluster: DesiredCluster, saved: StoredRecord | undefined, wanted: ClusterRecord): Promise<StoredRecord> {
  if (saved === undefined) return offered(cache, cluster, await createInNamespace(kube, renderRecord(cluster, { ...wanted, epoch })));
  if (saved.record.epoch > epoch) throw notOwner(cluster);
  const patch = mergePatch(saved.record as unknown as Json, { ...wanted, epoch } as unknown as Json);
  if (patch === undefined || wanted === saved.record) return saved;
  const key = { kind: "ClusterRecord", namespace: cluster.namespace, name: cluster.name } as const;
  return offered(cache, cluster, await kube.patch(key, { metadata: { resourceVersion: saved.resourceVersion }, spec: patch }));
}

/**
 * Asks the record who owns the cluster before anything else is written: whoever has taken over has written its epoch, and
 * the compare-and-swap stops everyone before it. Costs a request only after a change of owners, or while control is away.
 */
export async function confirmOwner({ kube, cache, epoch }: SaveDeps, cluster: DesiredCluster, saved: StoredRecord): Promise<StoredRecord> {
  const { resourceVersion, record } = saved;
  if (record.epoch > epoch) throw notOwner(cluster);
  const key = { kind: "ClusterRecord", namespace: cluster.namespace, name: cluster.name } as const;
  return offered(cache, cluster, await kube.patch(key, { metadata: { resourceVersion }, spec: { epoch } }));
}

function notOwner({ name }: DesiredCluster): Failure {
  return new Failure("conflict", `a later owner has written the record of ${name}`, { reason: "NOT_OWNER" });
}

function offered(cache: KubeCache, cluster: DesiredCluster, answer: JsonObject): StoredRecord {
  cache.offer("ClusterRecord", answer);
  const stored = cache.recordOf(cluster);
  if (stored === undefined) throw new Failure("unavailable", `the record of ${cluster.name} went while it was written`);
  return stored;
}

/** What makes `before` into `after` as a JSON merge patch: null takes a key away. undefined: they are equal. */
export function mergePatch(before: Json, after: Json): Json | undefined {
  if (isSameJson(before, after)) return undefined;
  if (!isMap(before) || !isMap(after)) return after;
  const changed = Object.keys(after).flatMap((key) => {
    const [old, value] = [namedIn(before, key), after[key]];
    const patch = old === undefined ? value : value === undefined ? undefined : mergePatch(old, value);
    return patch === undefined ? [] : [[key, patch] as const];
  });
  const removed = Object.keys(before).filter((key) => namedIn(after, key) === undefined).map((key) => [key, null] as const);
  return Object.fromEntries([...changed, ...removed]);
}

function isMap(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
