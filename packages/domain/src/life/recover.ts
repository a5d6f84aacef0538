import type { DesiredCluster } from "../plan/desired.ts";
import type { FirstRecord } from "./first-record.ts";
import type { ObservedCluster } from "./observed.ts";
import type { ClusterRecord, MemberRecord } from "./record.ts";

/**
 * The record of a formed cluster whose record is gone. What was last reported is the base; a pod or a claim of a later life
 * than it knows corrects it, because those were made after the report.
 */
export function recoverRecord(cluster: DesiredCluster, observed: ObservedCluster, nowMs: number): FirstRecord {
  const { lastRecord } = cluster;
  if (lastRecord === undefined) {
    return { record: undefined, waits: [{ what: "record", reason: "RecordMissing", message: "the cluster has formed before, and neither its record nor a report of it is left" }] };
  }
  const members = Object.fromEntries(
    Object.entries(lastRecord.members).map(([role, byIndex]) => [
      role,
      Object.fromEntries(Object.entries(byIndex).map(([index, member]) => [index, corrected(member, role, Number(index), observed, nowMs)])),
    ]),
  );
  const record: ClusterRecord = { ...lastRecord, uid: cluster.uid, members };
  return { record, waits: [] };
}

/** A life that was begun after the last report. Its claims are named as ours are; whoever has counted once rejoins. */
function corrected(member: MemberRecord, role: string, index: number, { claims, pods }: ObservedCluster, nowMs: number): MemberRecord {
  const own = Object.values(claims).filter((claim) => claim.role === role && claim.index === index && claim.life > member.life);
  const pod = Object.values(pods).find((each) => each.role === role && each.index === index);
  const life = Math.max(member.life, pod?.life ?? 0, ...own.map((claim) => claim.life));
  if (life === member.life) return member;
  const latest = own.filter((claim) => claim.life === life).map((claim) => [claim.volume, claim.name]);
  return { ...member, life, since: nowMs, state: "planned", start: "join", claims: { ...member.claims, ...Object.fromEntries(latest) } };
}
