import type { DesiredCluster } from "../plan/desired.ts";
import { type Member, membersOf, podOf, rolesOf, stayingMembers, withMembers } from "./members.ts";
import type { ObservedCluster } from "./observed.ts";
import type { ClusterRecord, MemberRecord } from "./record.ts";

/** Clusters whose members run to their end. */

/**
 * Writes down who has ended: once with success for good; each failed pod once, by its uid, so that no crash of ours counts it
 * twice. Another generation of the spec begins to count anew: a person has changed something.
 */
export function noteEnded(cluster: DesiredCluster, record: ClusterRecord, observed: ObservedCluster, nowMs: number): ClusterRecord {
  if (cluster.app.run.kind === "service" || isCompleted(cluster, record)) return record;
  const known = record.job;
  const job = known?.generation === cluster.generation ? known : known && { generation: cluster.generation, retries: 0 };
  const begun = job === known ? record : { ...record, job };
  const ended = rolesOf(cluster).flatMap(({ name }) => membersOf(record, name).flatMap((member) => endOf(cluster, name, member, observed, nowMs)));
  if (ended.length === 0) return begun;
  const failures = ended.filter(({ record: { state } }) => state !== "done").length;
  const noted = ended.reduce((before, { role, index, record: member }) => withMembers(before, role, { [String(index)]: member }), begun);
  return failures === 0 ? noted : { ...noted, job: { generation: cluster.generation, retries: (job?.retries ?? 0) + failures } };
}

function endOf(cluster: DesiredCluster, role: string, { index, record }: Member, observed: ObservedCluster, nowMs: number): readonly { readonly role: string; readonly index: number; readonly record: MemberRecord }[] {
  const pod = podOf(cluster, role, index, observed);
  // One that is being deleted was ended by somebody, whatever its process said to that.
  if (pod === undefined || pod.deleting || record.state === "done" || record.state === "gone") return [];
  if (pod.phase === "Succeeded") return [{ role, index, record: { ...record, state: "done", since: nowMs, unmade: [] } }];
  return pod.phase === "Failed" && record.failedPod !== pod.uid ? [{ role, index, record: { ...record, failedPod: pod.uid, since: nowMs } }] : [];
}

/** Every member of the roles that end it has succeeded: of all roles, where none of those has members. */
export function isCompleted({ app, roles }: DesiredCluster, record: ClusterRecord): boolean {
  if (app.run.kind === "service") return false;
  const hasMembers = (role: string): boolean => (roles[role]?.count ?? 0) > 0;
  const named = app.run.done.filter(hasMembers);
  const ending = named.length > 0 ? named : Object.keys(roles).filter(hasMembers);
  return ending.length > 0 && ending.every((role) => {
    const staying = stayingMembers(record, role);
    return staying.length >= (roles[role]?.count ?? 0) && staying.every(({ record: { state } }) => state === "done");
  });
}

/** More of its members failed than may. */
export function isSpentJob({ app }: DesiredCluster, { job }: ClusterRecord): boolean {
  return app.run.kind === "job" && (job?.retries ?? 0) > app.run.retries;
}

const firstBackoffMs = 10_000;
const longestBackoffMs = 360_000;

/** When a member whose pod failed starts again; as Kubernetes' own Jobs wait. Milliseconds since 1970. */
export function retryAt({ job }: ClusterRecord, { record: { failedPod, since } }: Member): number {
  if (failedPod === undefined || job === undefined || job.retries === 0) return 0;
  return since + Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(10, job.retries - 1));
}
