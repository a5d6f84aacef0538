import { byName } from "../by-name.ts";
import { claimName } from "../render/identity.ts";
import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import { membersOf, rolesOf, withMembers } from "./members.ts";
import type { ObservedClaim, ObservedCluster, ObservedPod } from "./observed.ts";
import type { ClusterRecord, MemberRecord, StartMode } from "./record.ts";

/** A member in a life that never was before: no claim, here or left behind, has its number. */
export function newLife(cluster: DesiredCluster, role: DesiredRole, index: number, start: StartMode, record: ClusterRecord | undefined, observed: ObservedCluster, nowMs: number): MemberRecord {
  const found = claimsOf(observed, role.name).filter((claim) => claim.index === index).map(({ life }) => life + 1);
  const life = Math.max(1, record?.roles[role.name]?.nextLife[String(index)] ?? 1, ...found);
  const claims = claimsFor(cluster, role, index, life);
  return { life, start, state: "planned", since: nowMs, leaving: false, claims, unmade: Object.keys(claims) };
}

/**
 * Members that go on with the volumes of an adopted cluster, under the names they have, by index; not with what members left
 * that were removed while it lived. Where the role has volumes and none of them is left, nobody; where it has none, there is
 * nothing to lose, and all go on.
 */
export function adoptedLives(cluster: DesiredCluster, role: DesiredRole, observed: ObservedCluster, nowMs: number): Readonly<Record<string, MemberRecord>> {
  const claims = claimsOf(observed, role.name).filter(({ clusterUid, retired }) => clusterUid === cluster.adopt && !retired);
  const indices = hasClaims(role) ? [...new Set(claims.map(({ index }) => index))].toSorted((a, b) => a - b).slice(0, role.count) : Array.from({ length: role.count }, (_, index) => index);
  return Object.fromEntries(indices.map((index) => [String(index), { ...newLife(cluster, role, index, "rejoin", undefined, observed, nowMs), ...lastLife(cluster, role, index, claims) }]));
}

/** The latest life that left a claim, with all its claims. */
function lastLife(cluster: DesiredCluster, role: DesiredRole, index: number, claims: readonly ObservedClaim[]): Pick<MemberRecord, "life" | "claims"> | undefined {
  const own = claims.filter((claim) => claim.index === index);
  if (own.length === 0) return undefined;
  const life = Math.max(...own.map((claim) => claim.life));
  const names = own.filter((claim) => claim.life === life).map((claim) => [claim.volume, claim.name] as const);
  return { life, claims: byName([...Object.entries(claimsFor(cluster, role, index, life)), ...names]) };
}

/** What is known of a member by its pod, and by claims of its life. */
export function lifeOfPod(cluster: DesiredCluster, { role, index, life }: ObservedPod, observed: ObservedCluster, nowMs: number): MemberRecord {
  return { life, start: "rejoin", state: "in", since: nowMs, leaving: false, claims: claimsSeen(cluster, role, index, life, observed), unmade: [] };
}

/** Claims of a life under the names they have: an adopted one keeps the name that it was made with. */
export function claimsSeen(cluster: DesiredCluster, role: string, index: number, life: number, { claims }: Pick<ObservedCluster, "claims">): Readonly<Record<string, string>> {
  const seen = Object.values(claims).filter((claim) => claim.role === role && claim.index === index && claim.life === life);
  return byName([...Object.entries(claimsFor(cluster, cluster.roles[role], index, life)), ...seen.map(({ volume, name }) => [volume, name] as const)]);
}

/**
 * Names the claims of volumes that the definition has gained since their members were planned, and notes with it which claims
 * have been made. Not having been made is no loss.
 */
export function nameNewClaims(cluster: DesiredCluster, record: ClusterRecord, { claims: seen }: Pick<ObservedCluster, "claims">): ClusterRecord {
  return rolesOf(cluster).reduce((before, role) => {
    const named = membersOf(before, role.name).flatMap(({ index, record: member }): readonly (readonly [string, MemberRecord])[] => {
      const claims = byName([...Object.entries(claimsFor(cluster, role, index, member.life)), ...Object.entries(member.claims)]);
      const added = Object.keys(claims).filter((volume) => !Object.hasOwn(member.claims, volume));
      // Of a member that does not count yet it is noted when it does.
      const made = member.state === "in" ? member.unmade.filter((volume) => seen[claims[volume] ?? ""] !== undefined) : [];
      if (member.state === "gone" || added.length + made.length === 0) return [];
      return [[String(index), { ...member, claims, unmade: [...member.unmade.filter((volume) => !made.includes(volume)), ...added] }]];
    });
    return named.length === 0 ? before : withMembers(before, role.name, Object.fromEntries(named));
  }, record);
}

/** Names of the claims of a life. */
export function claimsFor(cluster: DesiredCluster, role: DesiredRole | undefined, index: number, life: number): Readonly<Record<string, string>> {
  if (role === undefined) return {};
  const claimed = Object.values(role.volumes).filter(isClaimed);
  return byName(claimed.map(({ name }) => [name, claimName(cluster, role.name, index, name, life)]));
}

/** Some volume of the role is a claim; scratch is none. */
export function hasClaims({ volumes }: DesiredRole): boolean {
  return Object.values(volumes).some(isClaimed);
}

function isClaimed({ keep }: DesiredRole["volumes"][string]): boolean {
  return keep !== "pod";
}

function claimsOf({ claims, keptClaims }: ObservedCluster, role: string): readonly ObservedClaim[] {
  return [...Object.values(claims), ...Object.values(keptClaims)].filter((claim) => claim.role === role);
}
