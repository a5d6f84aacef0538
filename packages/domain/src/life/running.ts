import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import { isLost, isRoleReady, type Member, membersOf, podOf, rolesOf } from "./members.ts";
import type { ObservedCluster } from "./observed.ts";
import type { ClusterRecord } from "./record.ts";
import type { StepMember, StepWait } from "./step.ts";
import { isSpent } from "./transitions.ts";
import { restartsNow } from "./updating.ts";

export interface Running {
  readonly members: readonly StepMember[];
  readonly waits: readonly StepWait[];
}

/** Whose pod should be there now, and why others' are not yet. */
export function membersToRun(cluster: DesiredCluster, record: ClusterRecord, observed: ObservedCluster): Running {
  const roles = rolesOf(cluster).map((role) => roleToRun(cluster, record, role, observed));
  return { members: roles.flatMap(({ members }) => members), waits: roles.flatMap(({ waits }) => waits) };
}

function roleToRun(cluster: DesiredCluster, record: ClusterRecord, role: DesiredRole, observed: ObservedCluster): Running {
  const wanted = membersOf(record, role.name).filter(({ record: member }) => member.state !== "gone");
  const going = restartsNow(cluster, record, role.name, observed);
  const blocking = blockingRoles(cluster, record, role, observed);
  const isOpen = blocking.length === 0;
  const members = wanted.filter(({ index }) => !going.has(index)).flatMap((member) => stepMember(cluster, role.name, member, observed, isOpen));
  const isHeld = wanted.some(({ index }) => podOf(cluster, role.name, index, observed) === undefined) && !isOpen;
  return { members, waits: isHeld ? [waitForRoles(role.name, blocking, wanted)] : [] };
}

/**
 * A pod that has come to an end must go, so that its name is free for the next. One that is lost gets neither a pod nor volumes:
 * they would be empty.
 */
function stepMember(cluster: DesiredCluster, role: string, member: Member, observed: ObservedCluster, isOpen: boolean): readonly StepMember[] {
  const { index, record } = member;
  const pod = podOf(cluster, role, index, observed);
  if (isSpent(pod) || (pod === undefined && !isOpen)) return [];
  if (isLost(member, observed)) return pod === undefined ? [] : [{ role, index, record: { ...record, claims: {} }, isThere: true }];
  return [{ role, index, record, isThere: pod !== undefined }];
}

/** `after` orders the first start of a role; once it has formed, its members heal whatever the others do. */
function blockingRoles(cluster: DesiredCluster, record: ClusterRecord, role: DesiredRole, observed: ObservedCluster): readonly string[] {
  if (record.roles[role.name]?.formed === true) return [];
  return role.defined.after.filter((each) => each in cluster.roles && !isRoleReady(cluster, record, each, observed));
}

function waitForRoles(role: string, blocking: readonly string[], wanted: readonly Member[]): StepWait {
  const message = `starts when ${blocking.join(" and ")} ${blocking.length === 1 ? "is" : "are"} ready`;
  return { what: `role ${role}`, reason: "WaitingForRole", message, since: Math.min(...wanted.map(({ record: { since } }) => since)) };
}
