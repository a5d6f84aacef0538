import type { ClusterStatus, MemberStatus } from "@troupe/domain/life/status";

/** By role as the definition orders them, then index. */
export function membersInOrder({ roles }: Pick<ClusterStatus, "roles">, members: Readonly<Record<string, MemberStatus>>): readonly MemberStatus[] {
  const places = new Map(roles.map(({ role }, place) => [role, place]));
  const placeOf = ({ role }: MemberStatus) => places.get(role) ?? roles.length;
  return Object.values(members).toSorted((a, b) => placeOf(a) - placeOf(b) || a.index - b.index);
}
