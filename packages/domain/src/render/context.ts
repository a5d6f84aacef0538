import type { V1ConfigMap, V1Volume, V1VolumeMount } from "@kubernetes/client-node";
import { canonicalJson, digestOf } from "../canonical.ts";
import { byName, mapNames } from "../by-name.ts";
import type { ClusterScope, MemberScope } from "../expression/scope.ts";
import type { Json, JsonObject } from "../json.ts";
import { membersOf } from "../life/members.ts";
import type { Step } from "../life/step.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { memberScope, scopeOf } from "../plan/scope.ts";
import { refText } from "../plan/sources.ts";
import { hasPackage, packageFolder, packageKey } from "./files.ts";
import { annotation, clusterLabels, contextName, filesName } from "./identity.ts";
import type { Manifest } from "./manifest.ts";
import { owned } from "./owner.ts";
import { contextFile, readsStart, startName } from "./read-files.ts";

/**
 * What members can read of the cluster while they run: `/troupe/context.json`, the same for all, and `/troupe/self.json`. The
 * kubelet keeps both up to date; one write reaches all members (docs/adr/0014). What is volatile and nobody waits for is not
 * in it: it would be written at every start.
 */
export function renderContext(cluster: DesiredCluster, { record }: Pick<Step, "record">, ownerUid: string): Manifest<V1ConfigMap> {
  const members = membersSeen(cluster, record);
  const selves = members.map(({ role, member }) => [selfKey(role, member.index), `${canonicalJson(selfOf(role, member))}\n`] as const);
  const data = { [contextFile]: `${canonicalJson(contextOf(cluster, scopeOf(cluster, record), members))}\n`, ...Object.fromEntries(selves) };
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { ...owned(cluster, ownerUid), name: contextName(cluster), labels: clusterLabels(cluster) }, data };
}

/** Another one for another `context.json`. */
export function contextHash(cluster: DesiredCluster, record: Step["record"]): string {
  const scope = scopeOf(cluster, record);
  const known = hashes.get(scope) ?? digestOf(contextOf(cluster, scope, membersSeen(cluster, record))).slice(0, 16);
  hashes.set(scope, known);
  return known;
}

const hashes = new WeakMap<ClusterScope, string>();

interface Seen {
  readonly role: string;
  readonly member: MemberScope;
}

/** All that are wanted, there or not, and those that are there until they have left: their pods read it too. */
function membersSeen(cluster: DesiredCluster, record: Step["record"]): readonly Seen[] {
  return Object.entries(scopeOf(cluster, record).roles).flatMap(([role, { all }]) => {
    const leaving = record === undefined ? [] : membersOf(record, role).filter(({ record: { leaving: isLeaving, state } }) => isLeaving && state !== "gone");
    return [...all, ...leaving.flatMap(({ index }) => memberScope(cluster, record, role, index).self?.member ?? [])].map((member) => ({ role, member }));
  });
}

function contextOf({ ref, uid, name, project, namespace, domain, params }: DesiredCluster, { roles, needs }: ReturnType<typeof scopeOf>, seen: readonly Seen[]): JsonObject {
  const counting = new Set(Object.values(roles).flatMap(({ members }) => members.map((member) => member.name)));
  const members = seen.map(({ role, member }) => [member.name, { ...selfOf(role, member), counts: counting.has(member.name), leaving: member.leaving }] as const);
  return {
    app: refText(ref),
    cluster: { name, id: uid, project, namespace, domain, upgrade: null },
    roles: mapNames(roles, (role): Json => ({ count: role.count, members: role.members.map((member) => member.name), ports: role.ports, services: role.services })),
    members: byName(members),
    params,
    needs: mapNames(needs, (exports): Json => mapNames(exports, (value): Json => (typeof value === "string" ? value : { ...value }))),
  };
}

function selfOf(role: string, { name, index, id, host }: MemberScope): JsonObject {
  return { name, role, index, id, host };
}

function selfKey(role: string, index: number): string {
  return `self.${role}.${index}`;
}

const volumeName = "troupe";

/** All that Troupe keeps up to date in a member is one volume: a mount inside a mount that cannot be written to is not possible. */
export function troupeVolume(cluster: DesiredCluster, role: string, index: number): Manifest<V1Volume> {
  const context = { configMap: { name: contextName(cluster), items: [{ key: contextFile, path: contextFile }, { key: selfKey(role, index), path: "self.json" }] } };
  const executables = Object.keys(cluster.app.package).toSorted().map((name) => ({ key: packageKey(name), path: `${packageFolder}/${name}`, mode: 0o555 }));
  const start = { downwardAPI: { items: [{ path: startName, fieldRef: { fieldPath: `metadata.annotations['${annotation.start}']` } }] } };
  return { name: volumeName, projected: { sources: [context, ...(readsStart(cluster.app) ? [start] : []), ...(hasPackage(cluster) ? [{ configMap: { name: filesName(cluster), items: executables } }] : [])] } };
}

export const troupeMount: Manifest<V1VolumeMount> = { name: volumeName, mountPath: "/troupe", readOnly: true };
