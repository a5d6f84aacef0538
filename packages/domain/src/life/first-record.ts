import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import { refText } from "../plan/sources.ts";
import { adoptedLife, newLife } from "./lives.ts";
import { rolesOf } from "./members.ts";
import type { ObservedCluster } from "./observed.ts";
import { recoverRecord } from "./recover.ts";
import type { ClusterRecord, MemberRecord, RoleRecord } from "./record.ts";
import type { StepWait } from "./step.ts";

export interface FirstRecord {
  readonly record: ClusterRecord | undefined;
  readonly waits: readonly StepWait[];
}

/**
 * The record of a cluster that has none: the first set of every role, planned in one write. One that has formed before is
 * never bootstrapped again: its record is put together from what is left, or a person is waited for.
 */
export function decideFirstRecord(cluster: DesiredCluster, observed: ObservedCluster, nowMs: number): FirstRecord {
  if (cluster.formed) return recoverRecord(cluster, observed, nowMs);
  const waits = adoptionWaits(cluster, observed);
  if (waits.length > 0) return { record: undefined, waits };
  return { record: firstRecord(cluster, observed, nowMs), waits: [] };
}

function firstRecord(cluster: DesiredCluster, observed: ObservedCluster, nowMs: number): ClusterRecord {
  const roles = rolesOf(cluster).map((role) => [role, firstIndices(role)] as const);
  return {
    ...emptyRecord(cluster),
    roles: Object.fromEntries(roles.map(([role, firstSet]): [string, RoleRecord] => [role.name, { firstSet, formed: false, nextLife: {} }])),
    members: Object.fromEntries(
      roles.map(([role, firstSet]) => [role.name, Object.fromEntries(firstSet.map((index): [string, MemberRecord] => [String(index), firstLife(cluster, role, index, observed, nowMs)]))]),
    ),
  };
}

export function emptyRecord(cluster: DesiredCluster): ClusterRecord {
  return { uid: cluster.uid, project: cluster.project, version: cluster.version, epoch: 0, app: refText(cluster.ref), formed: false, ordersDone: [], roles: {}, members: {} };
}

/** `bootstrap: first` begins with one member; the others join it. */
export function firstIndices({ count, defined }: DesiredRole): readonly number[] {
  const size = defined.bootstrap === "first" ? Math.min(1, count) : count;
  return Array.from({ length: size }, (_, index) => index);
}

function firstLife(cluster: DesiredCluster, role: DesiredRole, index: number, observed: ObservedCluster, nowMs: number): MemberRecord {
  return (cluster.adopt === undefined ? undefined : adoptedLife(cluster, role, index, observed, nowMs)) ?? newLife(cluster, role, index, "bootstrap", undefined, observed, nowMs);
}

function adoptionWaits({ adopt }: DesiredCluster, observed: ObservedCluster): readonly StepWait[] {
  if (adopt === undefined) return [];
  const wait = (message: string): readonly StepWait[] => [{ what: `adopted cluster ${adopt}`, reason: "WaitingForAdoptedVolumes", message }];
  if (observed.adoptedIsThere) return wait("its members or its record are still there");
  const left = [...Object.values(observed.keptClaims), ...Object.values(observed.claims)].some(({ clusterUid }) => clusterUid === adopt);
  const secret = [...observed.secrets].some((name) => name.endsWith(`-secrets-${adopt.slice(-8)}`));
  return left || secret ? [] : wait("none of its volumes or secrets is in this namespace");
}
