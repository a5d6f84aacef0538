import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import { memberName } from "../render/identity.ts";
import { gangLooksAt, isHeldBack } from "./gang.ts";
import { hookWait, inWords } from "./hook-wait.ts";
import { dueBeforeStart } from "./hooks-due.ts";
import { isCompleted, isSpentJob, retryAt } from "./job.ts";
import { isLost, isRoleReady, type Member, membersOf, podOf, rolesOf } from "./members.ts";
import type { ObservedCluster } from "./observed.ts";
import type { ClusterRecord } from "./record.ts";
import type { StepMember, StepWait } from "./step.ts";
import { isSpent } from "./transitions.ts";
import { awaitsPerson, isStoppingAll, restartsNow } from "./updating.ts";

export interface Running {
  readonly members: readonly StepMember[];
  readonly waits: readonly StepWait[];
  /** When a time comes that is waited for: milliseconds from now. */
  readonly lookAgainInMs?: number | undefined;
}

/** Whose pod should be there now, and why others' are not yet. */
export function membersToRun(cluster: DesiredCluster, record: ClusterRecord, observed: ObservedCluster, nowMs: number): Running {
  if (isCompleted(cluster, record) || isSpentJob(cluster, record)) return { members: ended(cluster, record, observed), waits: [] };
  const roles = rolesOf(cluster).map((role) => roleToRun(cluster, record, role, observed, nowMs));
  const times = roles.flatMap(({ lookAgainInMs }) => lookAgainInMs ?? []);
  return { members: roles.flatMap(({ members }) => members), waits: roles.flatMap(({ waits }) => waits), lookAgainInMs: times.length > 0 ? Math.min(...times) : undefined };
}

/** Pods that have come to their end stay for their logs; the others are stopped. */
function ended(cluster: DesiredCluster, record: ClusterRecord, observed: ObservedCluster): readonly StepMember[] {
  return rolesOf(cluster).flatMap(({ name }) => membersOf(record, name).flatMap(({ index, record: member }) => (isSpent(podOf(cluster, name, index, observed)) ? [{ role: name, index, record: member, isThere: true }] : [])));
}

function roleToRun(cluster: DesiredCluster, record: ClusterRecord, role: DesiredRole, observed: ObservedCluster, nowMs: number): Running {
  const wanted = membersOf(record, role.name).filter(({ record: member }) => member.state !== "gone");
  const going = restartsNow(cluster, record, role.name, observed);
  const absent = wanted.filter(({ index }) => podOf(cluster, role.name, index, observed) === undefined);
  const held = holds(cluster, record, role, absent, observed, nowMs);
  const own = record.roles[role.name] ?? noRole;
  const isGivenUp = isHeldBack(own, nowMs);
  const starting = (member: Member): boolean => held.ofRole.length === 0 && !held.ofMembers.some(({ index }) => index === member.index);
  const members = isGivenUp ? [] : wanted.filter(({ index }) => !going.has(index)).flatMap((member) => stepMember(cluster, role.name, member, observed, starting(member)));
  const dueAtMs = [...held.ofMembers.map(({ untilMs }) => untilMs), gangLooksAt(own, nowMs)].filter((at) => at !== undefined);
  return { members, waits: [...held.ofRole, ...held.ofMembers.map(({ wait }) => wait), ...pausedUpdate(cluster, record, role.name, observed)], lookAgainInMs: dueAtMs.length > 0 ? Math.max(1, Math.min(...dueAtMs) - nowMs) : undefined };
}

const noRole = { firstSet: [], formed: false, nextLife: {} };

interface Holds {
  readonly ofRole: readonly StepWait[];
  readonly ofMembers: readonly { readonly index: number; readonly wait: StepWait; readonly untilMs?: number }[];
}

/** Why pods that are not there are not made yet. */
function holds(cluster: DesiredCluster, record: ClusterRecord, role: DesiredRole, absent: readonly Member[], observed: ObservedCluster, nowMs: number): Holds {
  if (absent.length === 0) return { ofRole: [], ofMembers: [] };
  const { name, defined } = role;
  const blocking = blockingRoles(cluster, record, role, observed);
  const own = record.roles[name];
  const what = `role ${name}`;
  const ofRole: readonly (StepWait | false)[] = [
    blocking.length > 0 && waitForRoles(name, blocking, absent),
    isStoppingAll(cluster, record, name, observed) && { what, reason: "MembersUpdating", message: "all of its members stop before any starts again" },
    own !== undefined && isHeldBack(own, nowMs) && { what, reason: "GangWaiting", message: "one of its members finds no place, and they start all or none: all have given up their places for a while" },
  ];
  const ofMembers = absent.flatMap((member): Holds["ofMembers"] => {
    const { index } = member;
    const self = `member ${memberName(cluster, name, index)}`;
    const hooks = dueBeforeStart(defined, own, member);
    if (hooks.length > 0) return [{ index, wait: hookWait(self, `starts after ${inWords(hooks)}`) }];
    const untilMs = retryAt(record, member);
    return untilMs > nowMs ? [{ index, untilMs, wait: { what: self, reason: "RetryPending", message: "it failed, and starts again after a pause" } }] : [];
  });
  return { ofRole: ofRole.filter((wait) => wait !== false), ofMembers };
}

/**
 * A pod that has come to an end must go, so that its name is free for the next, unless it has done what it had to. One that is
 * lost gets neither a pod nor volumes: they would be empty.
 */
function stepMember(cluster: DesiredCluster, role: string, member: Member, observed: ObservedCluster, mayStart: boolean): readonly StepMember[] {
  const { index, record } = member;
  const pod = podOf(cluster, role, index, observed);
  if (record.state === "done") return pod === undefined ? [] : [{ role, index, record, isThere: true }];
  if (isSpent(pod) || (pod === undefined && !mayStart)) return [];
  if (isLost(member, observed)) return pod === undefined ? [] : [{ role, index, record: { ...record, claims: {} }, isThere: true }];
  return [{ role, index, record, isThere: pod !== undefined }];
}

function pausedUpdate(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster): readonly StepWait[] {
  const paused = awaitsPerson(cluster, record, role, observed);
  return paused ? [{ what: `role ${role}`, reason: "UpdatePaused", message: `${paused.updated} of ${paused.of} members ${paused.updated === 1 ? "is" : "are"} updated, and the others wait until a person has looked at it` }] : [];
}

/** `after` orders the first start of a role, and the start after all were stopped; else its members heal whatever the others do. */
function blockingRoles(cluster: DesiredCluster, record: ClusterRecord, role: DesiredRole, observed: ObservedCluster): readonly string[] {
  const own = record.roles[role.name];
  if (own?.formed === true && own.allDown !== true) return [];
  return role.defined.after.filter((each) => cluster.roles[each]?.exists && !isRoleReady(cluster, record, each, observed));
}

function waitForRoles(role: string, blocking: readonly string[], absent: readonly Member[]): StepWait {
  const message = `starts when ${blocking.join(" and ")} ${blocking.length === 1 ? "is" : "are"} ready`;
  return { what: `role ${role}`, reason: "WaitingForRole", message, since: Math.min(...absent.map(({ record: { since } }) => since)) };
}
