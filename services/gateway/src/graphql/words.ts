import type { App } from "@troupe/proto/troupe/v1/app";
import { type Cluster, ClusterState, type ClusterSpec, ConditionStatus, type NeedBinding, type RoleSpec } from "@troupe/proto/troupe/v1/cluster";
import type { Event } from "@troupe/proto/troupe/v1/event";
import { type ChangePlan, MemberAction } from "@troupe/proto/troupe/v1/resource";
import { stringify } from "yaml";

/** From messages to GraphQL's types: a change of words, nothing else. */

type Fields = Readonly<Record<string, unknown>>;

export function clusterWords(cluster: Cluster) {
  const [, project = "", , shortName = ""] = cluster.name.split("/");
  return {
    ...cluster,
    __typename: "Cluster",
    id: globalId("Cluster", cluster.name),
    shortName,
    project,
    generation: String(cluster.generation),
    revision: String(cluster.revision),
    spec: specWords(cluster.spec),
    pipeline: cluster.pipeline || null,
    // Written only when it is asked for.
    yaml: () => stringify({ apiVersion: "troupe.dev/v1", kind: "Cluster", metadata: { name: shortName, namespace: project }, spec: specDocument(cluster.spec) }),
    status: statusWords(cluster),
  };
}

export function specWords(spec: ClusterSpec = noSpec) {
  return {
    app: spec.app,
    target: spec.placement?.target ?? "",
    namespace: spec.placement?.namespace ?? "",
    params: spec.params,
    needs: Object.fromEntries(Object.entries(spec.needs).map(([slot, need]) => [slot, needDocument(need)])),
    roles: Object.entries(spec.roles).map(([role, fields]) => ({ role, ...fields, volumes: fields.volumes, env: envDocument(fields), files: filesDocument(fields), expose: fields.expose })),
    paused: spec.paused,
    stopped: spec.stopped,
    protect: spec.protect,
    labels: spec.labels,
    adopt: spec.adopt || null,
  };
}

/** Of a cluster whose message has none. */
const noSpec: ClusterSpec = { app: "", placement: undefined, params: {}, needs: {}, roles: {}, paused: false, stopped: false, protect: false, adopt: "", labels: {} };

export function specDocument(spec: ClusterSpec | undefined): Fields {
  const { app, params, needs, roles, paused, stopped, protect, adopt, labels } = specWords(spec);
  const { target, namespace } = spec?.placement ?? { target: "", namespace: "" };
  const placement = { ...(target !== "" && { target }), ...(namespace !== "" && { namespace }) };
  const roleDocuments = Object.fromEntries(roles.map(({ role, ...fields }) => [role, withoutEmpty(fields)]));
  return withoutEmpty({ app, placement, params, needs, roles: roleDocuments, paused: paused || undefined, stopped: stopped || undefined, protect: protect || undefined, adopt: adopt ?? undefined, labels });
}

function withoutEmpty(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && !(typeof value === "object" && value !== null && Object.keys(value).length === 0)));
}

function needDocument({ binding }: NeedBinding): unknown {
  return binding?.$case === "literal" ? binding.value.exports : binding?.value;
}

function filesDocument({ files }: RoleSpec): Fields {
  return Object.fromEntries(Object.entries(files).map(([path, { set }]) => [path, { set: set ?? {} }]));
}

function envDocument({ env }: RoleSpec): Fields {
  return Object.fromEntries(Object.entries(env).map(([name, { value }]) => [name, value ?? null]));
}

function statusWords({ status }: Cluster) {
  if (status === undefined) return null;
  return {
    ...status,
    state: nameIn(ClusterState, status.state, "CLUSTER_STATE_"),
    observedGeneration: String(status.observedGeneration),
    conditions: status.conditions.map((condition) => ({ ...condition, status: nameIn(ConditionStatus, condition.status, "CONDITION_STATUS_"), observedGeneration: String(condition.observedGeneration) })),
    members: ({ role }: { readonly role?: string | null }) =>
      status.members.filter((member) => !role || member.role === role).map(({ id, node, podUid, message, ...member }) => ({ ...member, memberId: id, node: node || null, podUid: podUid || null, message: message || null })),
  };
}

export function appWords(app: App) {
  return { ...app, __typename: "App", id: globalId("App", app.name), revision: String(app.revision) };
}

export function eventWords(event: Event) {
  return { ...event, revision: String(event.revision), generation: String(event.generation), data: event.data ?? {} };
}

export function planWords(plan: ChangePlan | undefined) {
  if (plan === undefined) return null;
  return {
    ...plan,
    fields: plan.fields.map(({ path, before, after }) => ({ path, before: before || null, after: after || null })),
    members: plan.members.map((member) => ({ ...member, action: nameIn(MemberAction, member.action, "MEMBER_ACTION_") })),
  };
}

export function nameIn(words: Readonly<Record<string, number>>, value: number, prefix: string): string {
  return Object.entries(words).find(([, number]) => number === value)?.[0].slice(prefix.length) ?? "PENDING";
}

/** Relay's opaque id: what it is and its name. */
export function globalId(type: string, name: string): string {
  return Buffer.from(`${type}:${name}`).toString("base64url");
}

export function parseGlobalId(id: string): { readonly type: string; readonly name: string } {
  const [type = "", ...rest] = Buffer.from(id, "base64url").toString("utf8").split(":");
  return { type, name: rest.join(":") };
}
