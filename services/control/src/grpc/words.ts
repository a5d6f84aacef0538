import type { ExportValue } from "@troupe/domain/expression/value";
import type { Json, JsonObject } from "@troupe/domain/json";
import type { NeedBinding, RoleSpec } from "@troupe/domain/language/cluster";
import { completeSpec, type StoredSpec } from "@troupe/domain/language/stored-spec";
import { type ClusterState, type Condition, type MemberStatus, reasons, type Wait } from "@troupe/domain/life/status";
import type { AppRef } from "@troupe/domain/plan/sources";
import * as wire from "@troupe/proto/troupe/v1/cluster";
import type { ChangePlan, MemberAction } from "@troupe/proto/troupe/v1/resource";
import { stateOf } from "../clusters/cluster-state.ts";
import { etagOf } from "../clusters/etag.ts";
import type { PlanAnswer } from "../clusters/plan-answer.ts";
import type { ClusterSnapshot, StoredStatus } from "../store.ts";

/**
 * Changes of words between the domain and the wire, for clusters. Nothing is judged. A reconciler may be newer than this control
 * and report a word that is unknown here: it is told as unspecified, and nothing else suffers from it.
 */

export function toWire(cluster: ClusterSnapshot, revision: number): wire.Cluster {
  const { app } = cluster;
  return {
    name: `projects/${cluster.project}/clusters/${cluster.name}`,
    uid: cluster.uid,
    labels: cluster.labels,
    annotations: cluster.annotations,
    generation: BigInt(cluster.generation),
    etag: etagOf(cluster),
    createTime: cluster.createTime,
    updateTime: cluster.updateTime,
    deleteTime: cluster.deleteTime,
    creator: cluster.creator,
    revision: BigInt(revision),
    spec: toWireSpec(cluster.spec),
    status: toWireStatus(cluster),
    reconciling: isReconciling(cluster),
    app: toWireAppName(app),
    continuedGeneration: BigInt(cluster.continued ?? 0),
    pipeline: cluster.pipeline ? `projects/${cluster.project}/pipelines/${cluster.name.slice(0, -cluster.pipeline.key.length - 1)}` : "",
  };
}

export function toWireAppName({ name, version, build }: AppRef): string {
  return `${name}@${version}+${build}`;
}

function isReconciling({ intent, generation, status }: ClusterSnapshot): boolean {
  if (intent.kind === "delete" || !status || status.observedGeneration < generation) return true;
  return status.state === "pending" || status.state === "deploying" || status.conditions.some(({ type, status: holds }) => type === "Progressing" && holds === "True");
}

/** Events and answers of earlier versions hold specs without the fields that came later. */
export function toWireSpec(stored: StoredSpec): wire.ClusterSpec {
  const { app, placement, params, needs, roles, paused, stopped, protect, adopt, labels } = completeSpec(stored);
  return {
    app,
    placement: { target: placement.target, namespace: placement.namespace ?? "" },
    params,
    needs: mapValues(needs, toWireBinding),
    roles: mapValues(roles, toWireRole),
    paused,
    stopped,
    protect,
    adopt: adopt ?? "",
    labels,
  };
}

function toWireBinding(need: NeedBinding): wire.NeedBinding {
  switch (need.kind) {
    case "cluster":
      return { binding: { $case: "cluster", value: need.cluster } };
    case "literal":
      return { binding: { $case: "literal", value: { exports: need.exports } } };
  }
}

function toWireRole({ members, image, cpu, memory, gpu, volumes, env, files, expose }: RoleSpec): wire.RoleSpec {
  return { members, image, cpu, memory, gpu, files: mapValues(files, (set) => ({ set })), expose, volumes: mapValues(volumes, (volume) => volume), env: mapValues(env, (value) => ({ value: value ?? undefined })) };
}

const wireStates: Readonly<Record<ClusterState, wire.ClusterState>> = {
  pending: wire.ClusterState.CLUSTER_STATE_PENDING,
  deploying: wire.ClusterState.CLUSTER_STATE_DEPLOYING,
  ready: wire.ClusterState.CLUSTER_STATE_READY,
  degraded: wire.ClusterState.CLUSTER_STATE_DEGRADED,
  failed: wire.ClusterState.CLUSTER_STATE_FAILED,
  completed: wire.ClusterState.CLUSTER_STATE_COMPLETED,
  paused: wire.ClusterState.CLUSTER_STATE_PAUSED,
  stopping: wire.ClusterState.CLUSTER_STATE_STOPPING,
  stopped: wire.ClusterState.CLUSTER_STATE_STOPPED,
  deleting: wire.ClusterState.CLUSTER_STATE_DELETING,
};

export function toWireState(state: ClusterState): wire.ClusterState {
  return wireStates[state] ?? wire.ClusterState.CLUSTER_STATE_UNSPECIFIED;
}

function toWireStatus(cluster: ClusterSnapshot): wire.ClusterStatus {
  const { status } = cluster;
  return {
    state: toWireState(stateOf(cluster)),
    observedGeneration: BigInt(status?.observedGeneration ?? 0),
    conditions: status?.conditions.map((condition) => toWireCondition(condition, status)) ?? [],
    roles: status?.roles ?? [],
    members: status?.members.map(toWireMember) ?? [],
    waiting: status?.waiting.map(toWireWait) ?? [],
    exports: exportsOf(status, (value) => (typeof value === "string" ? value : undefined)),
    secretExports: exportsOf(status, (value) => (typeof value === "string" ? undefined : value)),
    kept: status?.kept ?? [],
  };
}

/** Those of one kind: texts, or places of secrets. */
function exportsOf<T>(status: StoredStatus | undefined, choose: (value: ExportValue) => T | undefined): { [name: string]: T } {
  return Object.fromEntries(Object.entries(status?.exports ?? {}).flatMap(([name, value]) => {
    const chosen = choose(value);
    return chosen === undefined ? [] : [[name, chosen]];
  }));
}

const holds: Readonly<Record<Condition["status"], wire.ConditionStatus>> = {
  True: wire.ConditionStatus.CONDITION_STATUS_TRUE,
  False: wire.ConditionStatus.CONDITION_STATUS_FALSE,
  Unknown: wire.ConditionStatus.CONDITION_STATUS_UNKNOWN,
};

function toWireCondition({ type, status, reason, message, observedGeneration }: Condition, { transitions }: StoredStatus): wire.Condition {
  return { type, status: holds[status] ?? wire.ConditionStatus.CONDITION_STATUS_UNSPECIFIED, reason, message, observedGeneration: BigInt(observedGeneration), lastTransitionTime: transitions[type] };
}

function toWireMember({ node, podUid, message, ...member }: MemberStatus): wire.MemberStatus {
  return { ...member, node: node ?? "", podUid: podUid ?? "", message: message ?? "" };
}

function toWireWait({ what, reason, message, since }: Wait): wire.Wait {
  const { who, advice } = reasons[reason] ?? { who: "", advice: "" };
  return { what, reason, message, since: new Date(since).toISOString(), who, advice };
}

const actions: Readonly<Record<PlanAnswer["members"][number]["action"], MemberAction>> = { create: 1, restart: 2, remove: 3 };

export function toWirePlan({ unchanged, fields, members, notes }: PlanAnswer): ChangePlan {
  return {
    unchanged,
    fields: fields.map(({ path, before, after }) => ({ path, before: before ?? "", after: after ?? "" })),
    members: members.map(({ role, index, action }) => ({ role, index, action: actions[action] })),
    notes,
  };
}

/** What a message says, as the document that says the same: so one parser judges both. */
export function toDocument(project: string, name: string, { labels, annotations, spec }: wire.ClusterInput): JsonObject {
  return {
    apiVersion: "troupe.dev/v1",
    kind: "Cluster",
    metadata: { name, namespace: project, labels, annotations },
    spec: spec ? documentSpec(spec) : {},
  };
}

export function documentSpec({ app, placement, params, needs, roles, paused, stopped, protect, adopt, labels }: wire.ClusterSpec): JsonObject {
  const { target = "", namespace = "" } = placement ?? {};
  return {
    app,
    ...(target + namespace === "" ? {} : { placement: { ...(target !== "" && { target }), ...(namespace !== "" && { namespace }) } }),
    // google.protobuf.Value is JSON; what is not is refused by the parser.
    params,
    needs: mapValues(needs, documentBinding),
    roles: mapValues(roles, documentRole),
    paused,
    stopped,
    protect,
    ...(adopt !== "" && { adopt }),
    labels,
  };
}

function documentBinding({ binding }: wire.NeedBinding): Json {
  switch (binding?.$case) {
    case "cluster":
      return binding.value;
    case "literal":
      return { ...binding.value.exports };
    case undefined:
      return null;
  }
}

function documentRole({ members, image, cpu, memory, gpu, volumes, env, files, expose }: wire.RoleSpec): JsonObject {
  return withoutUndefined({
    members,
    image,
    cpu,
    memory,
    gpu,
    files: mapValues(files, ({ set }) => ({ set: set ?? {} })),
    expose,
    volumes: mapValues(volumes, ({ size, class: storageClass }) => withoutUndefined({ size, class: storageClass })),
    env: mapValues(env, ({ value }) => value ?? null),
  });
}

function withoutUndefined(fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

export function mapValues<T, U>(map: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
