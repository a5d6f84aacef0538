import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import { isRoleReady, type Member, membersOf, podOf, rolesOf } from "./members.ts";
import type { ObservedCluster } from "./observed.ts";
import type { ClusterRecord } from "./record.ts";
import type { StepMember, StepWait } from "./step.ts";
import { restartsNow } from "./updating.ts";

export interface Running {
  readonly members: readonly StepMember[];
  readonly waits: readonly StepWait[];
}

/** Whose pod should be there now, and why others' are not yet. */
export function membersToRun(cluster: DesiredCluster, record: ClusterRecord, observed: ObservedCluster): Running {
  const needs = needsWaits(cluster);
  const roles = rolesOf(cluster).map((role) => roleToRun(cluster, record, role, observed, needs.length > 0));
  // A role that the definition no longer has: its members stay until their turn to go.
  const dropped = Object.keys(record.members).filter((role) => !(role in cluster.roles));
  return {
    members: [...roles.flatMap(({ members }) => members), ...dropped.flatMap((role) => stepMembers(role, present(cluster, record, role, observed)))],
    waits: [...needs, ...roles.flatMap(({ waits }) => waits)],
  };
}

function roleToRun(cluster: DesiredCluster, record: ClusterRecord, role: DesiredRole, observed: ObservedCluster, needsMissing: boolean): Running {
  const restarting = restartsNow(cluster, record, role.name, observed);
  const blocked = blockingRoles(cluster, record, role, observed);
  const closed = needsMissing || blocked.length > 0;
  const members = (closed ? present(cluster, record, role.name, observed) : wanted(record, role.name)).filter(({ index }) => !restarting.has(index));
  const isHeld = closed && wanted(record, role.name).length > members.length && blocked.length > 0;
  return {
    members: stepMembers(role.name, members),
    waits: isHeld ? [{ what: `role ${role.name}`, reason: "WaitingForRole", message: `starts when ${blocked.join(" and ")} ${blocked.length === 1 ? "is" : "are"} ready` }] : [],
  };
}

/** `after` orders the first start of a role; once it has formed, its members heal whatever the others do. */
function blockingRoles(cluster: DesiredCluster, record: ClusterRecord, role: DesiredRole, observed: ObservedCluster): readonly string[] {
  if (record.roles[role.name]?.formed === true) return [];
  return role.defined.after.filter((each) => each in cluster.roles && !isRoleReady(cluster, record, each, observed));
}

function needsWaits({ needs }: DesiredCluster): readonly StepWait[] {
  return Object.entries(needs).flatMap(([slot, need]) => (need.kind === "waiting" ? [{ what: `needs ${slot}`, reason: "WaitingForNeeds" as const, message: need.message }] : []));
}

function wanted(record: ClusterRecord, role: string): readonly Member[] {
  return membersOf(record, role).filter(({ record: member }) => member.state !== "gone");
}

function present(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster): readonly Member[] {
  return wanted(record, role).filter(({ index }) => podOf(cluster, role, index, observed) !== undefined);
}

function stepMembers(role: string, members: readonly Member[]): readonly StepMember[] {
  return members.map(({ index, record }) => ({ role, index, record }));
}
