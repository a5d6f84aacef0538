import type { ClusterSpec } from "@troupe/domain/language/cluster";
import type { ClusterStatus, MemberStatus } from "@troupe/domain/life/status";
import { canonicalJson, digestOf } from "@troupe/domain/canonical";
import { versionKey } from "@troupe/domain/version-order";
import { pipelineEvent } from "../pipelines/pipeline-event.ts";
import type { PipelineSnapshot } from "../pipelines/pipeline.ts";
import type { ClusterSnapshot, Guard, Mutation, NewApp, NewCluster, NewStatus, StoredCluster, StoredStatus, Write } from "../store.ts";

/** Decisions as use cases make them, for tests of what keeps them. */

export const aTime = "2026-11-24T12:00:00.000Z";
let uids = 0;

/** In order, as real ones are. */
export function aUid(): string {
  uids += 1;
  return `0193${uids.toString(16).padStart(4, "0")}-0000-7000-8000-${process.pid.toString(16).padStart(12, "0")}`;
}

export function aMutation(project: string, writes: readonly Write[], more: Partial<Mutation> = {}): Mutation {
  return { project, time: aTime, actor: { name: "ann" }, writes, ...more };
}

export function anApp(name = "queue", version = "1.0", build = 1): NewApp {
  const definition = { kind: "App", metadata: { name }, spec: { version, build } };
  const summary = { description: "", label: "", logo: "", docs: "", category: "", roles: [], params: [], exports: [], needs: [] };
  return { uid: aUid(), name, version, build, digest: digestOf(definition), definition: canonicalJson(definition), yaml: "yaml", summary, versionKey: versionKey(version) };
}

export function publishing(project: string, app: NewApp): Write {
  const { uid, name, version, build, digest, summary } = app;
  const event = { type: "app.published", kind: "app", uid, subject: `projects/${project}/apps/${name}@${version}+${build}`, generation: 0 } as const;
  return { kind: "publish", app, event: { ...event, data: { app: { uid, project, name, version, build, digest, creator: "ann", createTime: aTime, summary }, change: {} } } };
}

export function aSpec(change: Partial<ClusterSpec> = {}): ClusterSpec {
  return { app: "queue", placement: { target: "default", namespace: undefined }, params: {}, needs: {}, roles: {}, paused: false, stopped: false, protect: false, adopt: undefined, labels: {}, ...change };
}

export function aCluster(name: string, app: NewApp, change: Partial<NewCluster> = {}): NewCluster {
  const { uid, version, build, digest } = app;
  return {
    uid: aUid(),
    name,
    target: "default",
    namespace: "payments",
    labels: {},
    annotations: {},
    app: { uid, project: "troupe-system", name: app.name, version, build, digest },
    spec: aSpec(),
    objectNames: [`${name}-all`, `${name}-server`],
    bindings: [],
    pipeline: undefined,
    ...change,
  };
}

export function creating(project: string, cluster: NewCluster): Write {
  const { uid, name, target, namespace, labels, annotations, app, spec, pipeline } = cluster;
  const snapshot = { uid, project, name, target, namespace, labels, annotations, generation: 1, edition: 1, createTime: aTime, updateTime: aTime, deleteTime: undefined, creator: "ann", pipeline };
  return clusterWrite({ ...snapshot, intent: { kind: "run" }, app, spec, continued: undefined, status: undefined }, "cluster.created", { kind: "create", cluster });
}

/** As an event keeps it, and as filters look at it. */
export function snapshot(change: Partial<ClusterSnapshot> = {}): ClusterSnapshot {
  const app = { project: "troupe-system", name: "queue", version: "1.0", build: 1, digest: "d" };
  const place = { uid: "01930000-0000-7000-8000-000000000001", project: "payments", name: "c", target: "default", namespace: "payments" };
  const times = { createTime: aTime, updateTime: aTime, deleteTime: undefined };
  return { ...place, ...times, labels: {}, annotations: {}, generation: 1, edition: 1, creator: "ann", pipeline: undefined, intent: { kind: "run" }, app, spec: aSpec(), continued: undefined, status: undefined, ...change };
}

export function aPipeline(name: string, change: Partial<PipelineSnapshot> = {}): PipelineSnapshot {
  const times = { createTime: aTime, updateTime: aTime, deleteTime: undefined };
  const status = { state: "pending" as const, message: "", clusters: {} };
  return { uid: aUid(), project: "payments", name, ...times, labels: {}, annotations: {}, generation: 1, edition: 1, creator: "ann", intent: { kind: "run" }, spec: { clusters: { log: aSpec() } }, status, ...change };
}

/** A new one, or of one that is there on its revision. */
export function putting(pipeline: PipelineSnapshot, revision?: number): Write {
  const event = pipelineEvent(pipeline, { type: revision === undefined ? "pipeline.created" : "pipeline.updated", data: {} });
  return { kind: "pipeline", pipeline, expect: revision === undefined ? undefined : { revision }, event };
}

export function reporting(cluster: StoredCluster, guard: Guard, change: Partial<ClusterStatus>, members: Partial<NewStatus["members"]> = {}, kind: "status" | "gone" = "status"): Write {
  const status = { ...aStatus(), ...change };
  const report: NewStatus = { uid: cluster.uid, expect: { ...cluster.guard, edition: cluster.edition }, guard, status: { ...status, members: [] }, members: { whole: false, set: {}, drop: [], ...members }, record: undefined };
  return clusterWrite({ ...cluster, status }, kind === "gone" ? "cluster.deleted" : "cluster.status_changed", { kind, report });
}

export function deleting(cluster: StoredCluster, expect = { edition: cluster.edition }): Write {
  return clusterWrite(cluster, "cluster.deleting", { kind: "delete", uid: cluster.uid, expect, deleteVolumes: false });
}

export function clusterWrite(snapshot: ClusterSnapshot, type: Write["event"]["type"], write: DistributiveOmit<Write, "event">): Write {
  const { uid, project, name, generation } = snapshot;
  return { ...write, event: { type, kind: "cluster", uid, subject: `projects/${project}/clusters/${name}`, generation, data: { cluster: snapshot, change: {} } } };
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export function aStatus(change: Partial<ClusterStatus> = {}): StoredStatus {
  return { state: "deploying", observedGeneration: 1, conditions: [], roles: [{ role: "server", wanted: 2, ready: 0, updated: 0 }], members: [], waiting: [], exports: {}, formed: false, gone: false, kept: [], transitions: {}, ...change };
}

export function aMember(index: number, change: Partial<MemberStatus> = {}): MemberStatus {
  return { role: "server", index, name: `c-server-${index}`, host: `c-server-${index}.c-all`, id: index, life: 1, state: "in", ready: true, node: undefined, podUid: undefined, restarts: 0, message: undefined, ...change };
}
