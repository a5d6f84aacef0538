import { byName } from "../by-name.ts";
import type { ClusterScope, MemberScope, RoleScope, Scope } from "../expression/scope.ts";
import { templatesIn, type Placed } from "../language/app-templates.ts";
import { doesCount, membersOf } from "../life/members.ts";
import type { ClusterRecord, MemberRecord } from "../life/record.ts";
import { bytesOf, milliOf, parseQuantity } from "../quantity.ts";
import { memberHost, memberName, serviceHost } from "../render/identity.ts";
import type { DesiredCluster, DesiredRole } from "./desired.ts";

/**
 * What the expressions of a cluster can read, from its plan and, once there is one, its record. Made once for each pair of
 * the two: expressions turn it into their own words once for each object.
 */
export function scopeOf(cluster: DesiredCluster, record: ClusterRecord | undefined): ClusterScope {
  const known = scopes.get(cluster);
  if (known && known.record === record) return known.scope;
  const scope = makeScope(cluster, record);
  scopes.set(cluster, { record, scope });
  return scope;
}

const scopes = new WeakMap<DesiredCluster, { readonly record: ClusterRecord | undefined; readonly scope: ClusterScope }>();

/** Seen from one member. */
export function memberScope(cluster: DesiredCluster, record: ClusterRecord | undefined, role: string, index: number): Scope {
  const of = scopeOf(cluster, record);
  const all = of.roles[role]?.all ?? [];
  // Where no index is free, a member's place is its index.
  const member = (all[index]?.index === index ? all[index] : all.find((each) => each.index === index)) ?? viewOf(cluster, role, index, record?.members[role]?.[String(index)]);
  return { of, self: { role, member } };
}

function makeScope(cluster: DesiredCluster, record: ClusterRecord | undefined): ClusterScope {
  const { app, name, uid, project, namespace, domain, params, needs } = cluster;
  return {
    app,
    cluster: { name, id: uid, project, namespace, domain },
    params,
    needs: byName(Object.entries(needs).flatMap(([slot, need]) => (need.kind === "waiting" ? [] : [[slot, need.exports]]))),
    roles: byName(Object.values(cluster.roles).map((role) => [role.name, roleScope(cluster, record, role)])),
  };
}

function roleScope(cluster: DesiredCluster, record: ClusterRecord | undefined, role: DesiredRole): RoleScope {
  const recorded = record === undefined ? [] : membersOf(record, role.name);
  const views = new Map(recorded.map(({ index, record: member }) => [index, viewOf(cluster, role.name, index, member)]));
  const view = (index: number): MemberScope => views.get(index) ?? viewOf(cluster, role.name, index, undefined);
  const staying = recorded.filter(({ record: member }) => member.state !== "gone" && !member.leaving).map(({ index }) => index);
  const counting = record === undefined ? filled([], role.count) : recorded.filter((member) => doesCount(record.roles[role.name], member)).map(({ index }) => index);
  return {
    count: role.count,
    members: counting.map(view),
    all: filled(staying, role.count).map(view),
    ports: byName(Object.values(role.defined.ports).map(({ name, port }) => [name, port])),
    services: byName([...(role.hasService ? ownAddresses(cluster, role) : []), ...standingAddresses(cluster, role)]),
  };
}

type Address = readonly [name: string, address: string];

function ownAddresses(cluster: DesiredCluster, { name, ports }: DesiredRole): readonly Address[] {
  return Object.values(ports).map((port) => [port.name, `${serviceHost(cluster, name)}:${port.port}`]);
}

/** Of services that follow a standing. */
function standingAddresses(cluster: DesiredCluster, { defined: { services }, ports }: DesiredRole): readonly Address[] {
  return Object.values(services).map(({ name, port }) => [name, `${serviceHost(cluster, name)}:${ports[port]?.port}`]);
}

/** Those that are there and, up to the wanted number, those that will be: the lowest free indices. */
function filled(staying: readonly number[], count: number): readonly number[] {
  const indices = new Set(staying);
  for (let index = 0; indices.size < count; index += 1) indices.add(index);
  return [...indices].sort((a, b) => a - b);
}

function viewOf(cluster: DesiredCluster, role: string, index: number, record: MemberRecord | undefined): MemberScope {
  const desired = cluster.roles[role];
  return {
    index,
    id: memberId(desired, index),
    name: memberName(cluster, role, index),
    host: memberHost(cluster, role, index),
    cpu: desired?.cpu === undefined ? undefined : milliOf(parseQuantity(desired.cpu)) / 1000,
    memoryMiB: desired?.memory === undefined ? undefined : Math.floor(bytesOf(parseQuantity(desired.memory)) / 1_048_576),
    gpu: desired?.gpu ?? 0,
    start: record?.start ?? "bootstrap",
    leaving: record?.leaving ?? false,
    standing: "",
    facts: null,
  };
}

export function memberId(role: DesiredRole | undefined, index: number): number {
  return (role?.defined.idBase ?? 0) + index;
}

/** Every template that a member's pod or files are made from, with what the Cluster sets. */
export function placedIn(role: DesiredRole): readonly Placed[] {
  const known = placedInRoles.get(role) ?? templatesIn({ ...role.defined, env: role.env, files: role.files });
  placedInRoles.set(role, known);
  return known;
}

const placedInRoles = new WeakMap<DesiredRole, readonly Placed[]>();
