import type { ClusterStatus, MemberStatus } from "@troupe/domain/life/status";

/** What a pass reports, legal and small. */

export function aMember(index: number, member: Partial<MemberStatus> = {}): MemberStatus {
  return { role: "server", index, name: `c-server-${index}`, host: `c-server-${index}.c-all`, id: index, life: 1, state: "in", ready: true, node: "n", podUid: `p${index}`, restarts: 0, message: undefined, ...member };
}

export function aStatus(status: Partial<ClusterStatus> = {}): ClusterStatus {
  return { state: "ready", observedGeneration: 1, conditions: [], roles: [], members: [], waiting: [], exports: {}, formed: true, gone: false, kept: [], ...status };
}
