import type { HookStep, Role } from "../language/app.ts";
import type { HookName } from "../language/schema/hooks.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { doesCount, type Member, membersOf } from "./members.ts";
import type { ObservedPod } from "./observed.ts";
import type { ClusterRecord, RoleRecord } from "./record.ts";

/**
 * Hooks that are due, and cannot run yet: what a hook gates does not happen before it has run, so that nothing is called done
 * that the application has not been told of. One function for each place in a member's way where hooks stand.
 */

/** Before its process may start: its pod is not made. */
export function dueBeforeStart(role: Role, record: RoleRecord | undefined, member: Member): readonly HookName[] {
  const { hooks } = role;
  const isFirst = isOfFirstSet(record, member);
  return [
    ...(record?.allDown && hooks.revive ? (["revive"] as const) : []),
    ...dueAtStart(role, isFirst, member).filter((hook) => hooks[hook]?.some((step) => step.beforeStart)),
  ];
}

/** Once it has started, before it counts. */
export function dueBeforeCounting(role: Role, record: RoleRecord | undefined, member: Member): readonly HookName[] {
  const started = dueAtStart(role, isOfFirstSet(record, member), member).filter((hook) => role.hooks[hook]?.some(isAfterStart));
  return [...started, ...(role.hooks.facts ? (["facts"] as const) : [])];
}

/** Of a member that has counted, in each pod that is made for it later: its process runs, and nobody has told it of the rest. */
export function dueInNewPod(role: Role, { record: { state, firstPod } }: Member, pod: ObservedPod): readonly HookName[] {
  return state === "in" && firstPod !== undefined && firstPod !== pod.uid ? hooksInEachPod(role) : [];
}

export function hooksInEachPod(role: Role): readonly HookName[] {
  return [...dueAgain(role), "facts" as const].filter((hook) => role.hooks[hook]?.some(isAfterStart));
}

/** Before a planned stop of a member that stays. */
export function dueBeforeStop({ hooks }: Role): readonly HookName[] {
  return (["handover", "flush"] as const).filter((hook) => hooks[hook] !== undefined);
}

/** Before all of a role stop: nobody stays to whom one could hand over. */
export function dueBeforeStopOfAll({ hooks }: Role): readonly HookName[] {
  return hooks.flush === undefined ? [] : ["flush"];
}

/** Before the removal of a member; of one that never counted, nobody has to be told. */
export function dueBeforeRemoval(role: Role, record: RoleRecord | undefined, member: Member, isLost: boolean): readonly HookName[] {
  if (!doesCount(record, member)) return [];
  const gates = isLost ? (["forget"] as const) : (["handover", "leave"] as const);
  return gates.filter((hook) => role.hooks[hook] !== undefined);
}

/** A lost member that should have said goodbye, and whom nobody can do it for. */
export function waitsForPerson({ hooks }: Role, isLost: boolean): boolean {
  return isLost && hooks.leave !== undefined && hooks.forget === undefined;
}

/** When its pod and place are gone. */
export function dueAfterRemoval({ hooks }: Role): readonly HookName[] {
  return hooks.left === undefined ? [] : ["left"];
}

/** Who counts has changed since the first set, and those of the role were not told. */
export function arePeersDue({ name, peers }: Role, record: ClusterRecord): boolean {
  if (peers === undefined || peers.does === "restart" || countingIn(record, name).length === 0) return false;
  const roles = peers.of === "role" ? [name] : Object.keys(record.members);
  return roles.some((role) => {
    const { firstSet = [] } = record.roles[role] ?? {};
    const counting = countingIn(record, role);
    return counting.length !== firstSet.length || counting.some((index) => !firstSet.includes(index));
  });
}

function countingIn(record: ClusterRecord, role: string): readonly number[] {
  return membersOf(record, role).filter((member) => doesCount(record.roles[role], member)).map(({ index }) => index);
}

/** Once for the cluster, when all of its roles have formed; a cluster that adopts goes on with what was created before it. */
export function isCreateDue({ app, adopt }: DesiredCluster, { formed }: ClusterRecord): boolean {
  return app.hooks.create !== undefined && formed && adopt === undefined;
}

/** What a definition has that is not done yet: hooks, standings, healthy. Empty where all of it works. */
export function pendingParts({ app, roles }: Pick<DesiredCluster, "app" | "roles">): readonly string[] {
  const ofRoles = Object.values(roles).filter(({ count }) => count > 0).flatMap(({ name, defined }) => pendingOfRole(defined).map((part) => `${name}/${part}`));
  return [...Object.keys(app.hooks), ...ofRoles];
}

function pendingOfRole({ hooks, standing, probes, peers }: Role): readonly string[] {
  return [...Object.keys(hooks), ...(peers?.does === "reload" ? ["peers"] : []), ...(standing ? ["standing"] : []), ...(probes.healthy ? ["healthy"] : [])];
}

/** lifecycle.md section 1: by how it starts; `create` is the first set's. */
function dueAtStart(role: Role, isFirst: boolean, { index, record: { start, state } }: Member): readonly HookName[] {
  const { hooks, bootstrap } = role;
  if (state === "in") return dueAgain(role).filter((hook) => hooks[hook] !== undefined);
  const isJoining = start === "join" || (isFirst && bootstrap === "first" && index > 0);
  const due: readonly (HookName | false)[] = [(start !== "rejoin" || keepsNothing(role)) && "configure", isFirst && start === "bootstrap" && "create", isJoining && "join", start === "rejoin" && "rejoin"];
  return due.filter((hook) => hook !== false).filter((hook) => hooks[hook] !== undefined);
}

/** At each start of one that has counted. */
function dueAgain(role: Role): readonly HookName[] {
  return keepsNothing(role) ? ["configure", "rejoin"] : ["rejoin"];
}

/** Its members start on nothing, each time. */
function keepsNothing({ volumes }: Role): boolean {
  return Object.values(volumes).every(({ keep }) => keep === "pod");
}

function isOfFirstSet(record: RoleRecord | undefined, { index }: Member): boolean {
  return record?.firstSet.includes(index) ?? false;
}

function isAfterStart({ beforeStart }: HookStep): boolean {
  return !beforeStart;
}
