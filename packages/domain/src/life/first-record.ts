import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import { emptyRecord } from "./empty-record.ts";
import { adoptedLives, hasClaims, newLife } from "./lives.ts";
import { rolesOf, withMembers, withRole } from "./members.ts";
import type { ObservedCluster } from "./observed.ts";
import { recoverRecord } from "./recover.ts";
import type { ClusterRecord, MemberRecord } from "./record.ts";
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
  return { record: rolesOf(cluster).reduce((record, role) => planFirstSet(cluster, record, role, observed, nowMs), emptyRecord(cluster)), waits: [] };
}

/**
 * The first set of a role that has no member yet, or none any more: there is nobody whom they could join. In a cluster that
 * adopts, those whose volumes are there; the others join them.
 */
export function planFirstSet(cluster: DesiredCluster, record: ClusterRecord, role: DesiredRole, observed: ObservedCluster, nowMs: number): ClusterRecord {
  const isFirst = (record.roles[role.name]?.firstSet ?? []).length === 0;
  const adopted = cluster.adopt !== undefined && isFirst ? adoptedLives(cluster, role, observed, nowMs) : {};
  const members = Object.keys(adopted).length > 0 ? adopted : bootstrapped(cluster, record, role, observed, nowMs);
  return withRole(withMembers(record, role.name, members), role.name, { firstSet: Object.keys(members).map(Number), formed: false });
}

/** `bootstrap: first` begins with one member; the others join it. */
function bootstrapped(cluster: DesiredCluster, record: ClusterRecord, role: DesiredRole, observed: ObservedCluster, nowMs: number): Readonly<Record<string, MemberRecord>> {
  const size = role.defined.bootstrap === "first" ? Math.min(1, role.count) : role.count;
  const indices = Array.from({ length: size }, (_, index) => index);
  return Object.fromEntries(indices.map((index) => [String(index), newLife(cluster, role, index, "bootstrap", record, observed, nowMs)]));
}

/** Old secrets without the volumes that they belong to would be a new cluster that looks like the old one. */
function adoptionWaits(cluster: DesiredCluster, observed: ObservedCluster): readonly StepWait[] {
  const { adopt } = cluster;
  if (adopt === undefined) return [];
  const wait = (message: string): readonly StepWait[] => [{ what: `adopted cluster ${adopt}`, reason: "WaitingForAdoptedVolumes", message }];
  if (observed.adoptedIsThere) return wait("its members or its record are still there");
  const isLeft = hasVolumes(cluster) ? Object.values(observed.keptClaims).some(({ clusterUid, retired }) => clusterUid === adopt && !retired) : observed.adoptedSecret !== undefined;
  return isLeft ? [] : wait(`none of its ${hasVolumes(cluster) ? "volumes" : "secrets"} is in this namespace`);
}

function hasVolumes(cluster: DesiredCluster): boolean {
  return rolesOf(cluster).some((role) => role.count > 0 && hasClaims(role));
}
