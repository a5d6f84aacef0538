import { claimName } from "../render/identity.ts";
import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import type { ObservedClaim, ObservedCluster } from "./observed.ts";
import type { ClusterRecord, MemberRecord, StartMode } from "./record.ts";

/** A member in a life that never was before: no claim, here or left behind, has its number. */
export function newLife(cluster: DesiredCluster, role: DesiredRole, index: number, start: StartMode, record: ClusterRecord | undefined, observed: ObservedCluster, nowMs: number): MemberRecord {
  const found = claimsOf(observed, role.name, index).map(({ life }) => life + 1);
  const life = Math.max(1, record?.roles[role.name]?.nextLife[String(index)] ?? 1, ...found);
  return { life, start, state: "planned", since: nowMs, leaving: false, claims: claimsFor(cluster, role, index, life) };
}

/** A member that goes on with the volumes of an adopted cluster, under the names they have; undefined when there are none. */
export function adoptedLife(cluster: DesiredCluster, role: DesiredRole, index: number, observed: ObservedCluster, nowMs: number): MemberRecord | undefined {
  const adopted = claimsOf(observed, role.name, index).filter(({ clusterUid }) => clusterUid === cluster.adopt);
  if (adopted.length === 0) return undefined;
  const life = Math.max(...adopted.map((claim) => claim.life));
  const names = adopted.filter((claim) => claim.life === life).map((claim) => [claim.volume, claim.name]);
  return { life, start: "rejoin", state: "planned", since: nowMs, leaving: false, claims: { ...claimsFor(cluster, role, index, life), ...Object.fromEntries(names) } };
}

/** Volumes that are claims; scratch has none. */
function claimsFor(cluster: DesiredCluster, role: DesiredRole, index: number, life: number): Readonly<Record<string, string>> {
  const claimed = Object.values(role.volumes).filter(({ keep }) => keep !== "pod");
  return Object.fromEntries(claimed.map(({ name }) => [name, claimName(cluster, role.name, index, name, life)]));
}

function claimsOf({ claims, keptClaims }: ObservedCluster, role: string, index: number): readonly ObservedClaim[] {
  return [...Object.values(claims), ...Object.values(keptClaims)].filter((claim) => claim.role === role && claim.index === index);
}
