import { ClusterState, ConditionStatus } from "@troupe/proto/troupe/v1/cluster";
import type { Cluster, ClusterSpec, ClusterStatus, NeedBinding, RoleSpec } from "@troupe/proto/troupe/v1/cluster";
import { MemberAction } from "@troupe/proto/troupe/v1/resource";
import type { ChangePlan } from "@troupe/proto/troupe/v1/resource";
import type { App } from "@troupe/proto/troupe/v1/app";
import type { Event } from "@troupe/proto/troupe/v1/event";
import { projectOf, shortName } from "../resource-names.ts";

// What `-o json` and `-o yaml` show: the documents that people write, with what the server knows added, which input/written.ts takes
// away again. Public.

export const apiVersion = "troupe.dev/v1";

/** A Cluster as one could apply it, and its status. Only what an API server knows too is added to its metadata. */
export function clusterDocument(cluster: Cluster) {
  return {
    apiVersion,
    kind: "Cluster",
    metadata: {
      name: shortName(cluster.name),
      namespace: projectOf(cluster.name),
      ...nonEmpty("labels", cluster.labels),
      ...nonEmpty("annotations", cluster.annotations),
      uid: cluster.uid,
      generation: Number(cluster.generation),
      creationTimestamp: cluster.createTime,
      ...(cluster.deleteTime !== undefined && { deletionTimestamp: cluster.deleteTime }),
    },
    spec: cluster.spec ? specDocument(cluster.spec) : {},
    status: statusDocument(cluster),
  };
}

export function specDocument(spec: ClusterSpec) {
  const { target = "", namespace = "" } = spec.placement ?? {};
  return {
    app: spec.app,
    ...nonEmpty("placement", { ...(target !== "" && { target }), ...(namespace !== "" && { namespace }) }),
    ...nonEmpty("params", spec.params),
    ...nonEmpty("needs", mapValues(spec.needs, needDocument)),
    ...nonEmpty("roles", mapValues(spec.roles, roleDocument)),
    ...(spec.paused && { paused: true }),
    ...(spec.stopped && { stopped: true }),
    ...(spec.protect && { protect: true }),
    ...(spec.adopt !== "" && { adopt: spec.adopt }),
    ...nonEmpty("labels", spec.labels),
  };
}

function needDocument({ binding }: NeedBinding): unknown {
  return binding?.$case === "literal" ? binding.value.exports : binding?.value;
}

function roleDocument(role: RoleSpec) {
  const volumes = mapValues(role.volumes, ({ size, class: storageClass }) => ({ ...(size !== undefined && { size }), ...(storageClass !== undefined && { class: storageClass }) }));
  return {
    ...(role.members !== undefined && { members: role.members }),
    ...(role.image !== undefined && { image: role.image }),
    ...(role.cpu !== undefined && { cpu: role.cpu }),
    ...(role.memory !== undefined && { memory: role.memory }),
    ...(role.gpu !== undefined && { gpu: role.gpu }),
    ...nonEmpty("volumes", volumes),
    ...nonEmpty("env", mapValues(role.env, ({ value }) => value ?? null)),
    ...nonEmpty("files", mapValues(role.files, ({ set }) => ({ set: set ?? {} }))),
    ...nonEmpty("expose", role.expose),
  };
}

function statusDocument(cluster: Cluster) {
  const { status } = cluster;
  return {
    state: stateWord(status?.state),
    app: cluster.app,
    ...(cluster.pipeline !== "" && { pipeline: shortName(cluster.pipeline) }),
    reconciling: cluster.reconciling,
    observedGeneration: Number(status?.observedGeneration ?? 0n),
    revision: Number(cluster.revision),
    etag: cluster.etag,
    creator: cluster.creator,
    updateTime: cluster.updateTime,
    conditions: (status?.conditions ?? []).map(({ status: truth, observedGeneration, ...condition }) => ({ ...condition, status: conditionWord(truth), observedGeneration: Number(observedGeneration) })),
    roles: status?.roles ?? [],
    ...partsOf(status),
  };
}

function partsOf(status: ClusterStatus | undefined) {
  return {
    ...nonEmptyList("members", status?.members ?? []),
    waiting: status?.waiting ?? [],
    ...nonEmpty("exports", status?.exports ?? {}),
    ...nonEmpty("secretExports", status?.secretExports ?? {}),
    ...nonEmptyList("kept", status?.kept ?? []),
  };
}

/** An App; in full where it was asked for by name. */
export function appDocument(app: App) {
  const { metadata = {}, spec = { version: app.version, build: app.build } } = (app.definition ?? {}) as { readonly metadata?: object; readonly spec?: object };
  return {
    apiVersion,
    kind: "App",
    metadata: { ...metadata, name: app.app, namespace: projectOf(app.name), uid: app.uid, creationTimestamp: app.createTime },
    spec,
    status: {
      reference: shortName(app.name),
      digest: app.digest,
      description: app.description,
      revision: Number(app.revision),
      creator: app.creator,
      roles: app.roles,
      params: app.params,
      exports: app.exports,
      needs: app.needs,
    },
  };
}

export function eventDocument(event: Event) {
  return { ...event, revision: Number(event.revision), generation: Number(event.generation) };
}

export function planDocument(plan: ChangePlan | undefined) {
  return {
    unchanged: plan?.unchanged ?? false,
    fields: (plan?.fields ?? []).map(({ path, before, after }) => ({ path, before: parsed(before), after: parsed(after) })),
    members: (plan?.members ?? []).map(({ role, index, action }) => ({ role, index, action: actionWord(action) })),
    notes: plan?.notes ?? [],
  };
}

export function listDocument(items: readonly unknown[]) {
  return { apiVersion, kind: "List", items };
}

/** The word of filters and of every API: `READY`. */
export function stateWord(state: ClusterState | undefined): string {
  return wordOf(ClusterState, "CLUSTER_STATE_", state ?? 0);
}

function conditionWord(status: ConditionStatus): string {
  const word = wordOf(ConditionStatus, "CONDITION_STATUS_", status);
  return word.charAt(0) + word.slice(1).toLowerCase();
}

function actionWord(action: MemberAction): string {
  return wordOf(MemberAction, "MEMBER_ACTION_", action);
}

export function wordOf(words: Readonly<Record<string, number>>, prefix: string, value: number): string {
  return Object.entries(words).find(([, number]) => number === value)?.[0].slice(prefix.length) ?? "UNSPECIFIED";
}

function parsed(json: string): unknown {
  return json === "" ? undefined : JSON.parse(json);
}

export function nonEmpty<K extends string, T extends object>(key: K, value: T) {
  return Object.keys(value).length > 0 ? { [key]: value } : {};
}

function nonEmptyList(key: string, value: readonly unknown[]) {
  return value.length > 0 ? { [key]: value } : {};
}

export function mapValues<T, R>(record: Readonly<Record<string, T>>, map: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
