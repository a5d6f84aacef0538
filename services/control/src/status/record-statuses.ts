import { canonicalJson } from "@troupe/domain/canonical";
import type { ClusterStatus, MemberStatus } from "@troupe/domain/life/status";
import { eventOf } from "@troupe/domain/life/event-of";
import type { Log } from "@troupe/runtime/log";
import { decideAgain } from "../decide-again.ts";
import { membersInOrder } from "../clusters/members.ts";
import { clusterEvent } from "../clusters/cluster-event.ts";
import { tellConsumers } from "../clusters/consumers.ts";
import { followReports } from "../pipelines/after-reports.ts";
import type { Guard, NewStatus, ReportNote, Store, StoredCluster, StoredStatus, Write } from "../store.ts";
import type { Acked, Report } from "./report.ts";

export interface RecordStatusesDeps {
  readonly store: Pick<Store, "clustersByUid" | "clustersByName" | "consumersOf" | "pipelinesByUid" | "clustersOfPipeline" | "topologyOf" | "commit" | "noteReports">;
  readonly nowMs: () => number;
  readonly log: Log;
}

const actor = { name: "system:reconciler" };

/**
 * Stores what reconcilers of a target saw: one transaction a project, one event for each cluster that changed. What brings
 * nothing new writes nothing that anybody sees. Acknowledged after the commit, in the order of the reports.
 */
export async function recordStatuses(deps: RecordStatusesDeps, target: string, reports: readonly Report[]): Promise<readonly Acked[]> {
  const acked: Acked[] = [];
  for (const round of roundsOf(reports)) acked.push(...(await recordRound(deps, target, round)));
  const outcomes = new Map(acked.map((ack) => [keyOf(ack), ack]));
  return reports.flatMap((report) => outcomes.get(keyOf(report)) ?? []);
}

/** Reports of the same cluster follow one another; others go together. */
function roundsOf(reports: readonly Report[]): readonly (readonly Report[])[] {
  const rounds: Report[][] = [];
  const seen = new Map<string, number>();
  for (const report of reports) {
    const round = seen.get(report.uid) ?? 0;
    seen.set(report.uid, round + 1);
    (rounds[round] ??= []).push(report);
  }
  return rounds;
}

async function recordRound(deps: RecordStatusesDeps, target: string, reports: readonly Report[]): Promise<readonly Acked[]> {
  const found = new Map((await deps.store.clustersByUid(reports.map(({ uid }) => uid))).map((cluster) => [cluster.uid, cluster]));
  const known = reports.filter(({ uid }) => found.get(uid)?.target === target);
  const unknown = reports.filter((report) => !known.includes(report)).map((report): Acked => ({ ...ackOf(report), outcome: "unknown" }));
  const projects = Map.groupBy(known, ({ uid }) => found.get(uid)?.project ?? "");
  const recorded = await Promise.all([...projects].map(([project, ofProject]) => recordProject(deps, project, ofProject, found)));
  return [...unknown, ...recorded.flat()];
}

async function recordProject(deps: RecordStatusesDeps, project: string, reports: readonly Report[], found: ReadonlyMap<string, StoredCluster>): Promise<readonly Acked[]> {
  const { store, nowMs, log } = deps;
  let present: ReadonlyMap<string, StoredCluster> | undefined = found;
  return decideAgain(async () => {
    present ??= new Map((await store.clustersByUid(reports.map(({ uid }) => uid))).map((cluster) => [cluster.uid, cluster]));
    const time = new Date(nowMs()).toISOString();
    const judged = reports.map((report) => judge(report, present?.get(report.uid), time));
    // Whatever happens from here on, another attempt reads anew.
    present = undefined;
    for (const { uid } of reports.filter((_, index) => judged[index]?.isStray)) log.error({ uid, project }, "a cluster was reported gone that nobody asked to delete");
    const reported = judged.flatMap(({ write }) => write ?? []);
    const offering = judged.flatMap(({ offers }) => offers ?? []);
    const followed = await followReports(store, project, reported, time);
    const writes = [...reported, ...followed.writes];
    const told = offering.length > 0 ? await tellConsumers(store, project, offering, writes) : undefined;
    const topology = followed.topology ? { count: followed.topology.count, changes: false } : told?.topology;
    if (writes.length > 0) await store.commit({ project, time, actor, topology, writes: [...writes, ...(told?.writes ?? [])] });
    await store.noteReports(judged.flatMap(({ note }) => note ?? []));
    return judged.map(({ ack }) => ack);
  });
}

interface Judged {
  readonly ack: Acked;
  readonly write?: Write;
  readonly note?: ReportNote;
  /** The cluster's name, when what it exports has changed, or it is gone with all that it exported. */
  readonly offers?: string;
  readonly isStray?: boolean;
}

function judge(report: Report, present: StoredCluster | undefined, time: string): Judged {
  const ack = ackOf(report);
  const order = present ? compare(present.guard, report.guard) : 0;
  if (!present || (present.goneTime !== undefined && order !== 0)) return { ack: { ...ack, outcome: "unknown" } };
  if (order >= 0) return { ack: { ...ack, outcome: order === 0 ? "stored" : "old" } };
  const isStray = report.status.gone && present.intent.kind === "run";
  const status: ClusterStatus = { ...report.status, gone: report.status.gone && !isStray, members: [] };
  const after = { ...status, members: membersAfter(present, report) };
  const event = eventOf(present.status && withoutTransitions(present.status), after);
  if (!event) return { ack, note: { uid: report.uid, guard: report.guard, record: report.record } };
  const stored: StoredStatus = { ...status, transitions: transitionsOf(present.status, status, time) };
  const snapshot = { ...present, status: stored };
  const offers = status.gone || canonicalJson(present.status?.exports ?? {}) !== canonicalJson(status.exports) ? present.name : undefined;
  return { ack, isStray, offers, write: { kind: status.gone ? "gone" : "status", report: newStatus(report, present, stored), event: clusterEvent(snapshot, event) } };
}

function newStatus({ uid, guard, allMembers, members, record }: Report, present: StoredCluster, status: StoredStatus): NewStatus {
  const set = Object.fromEntries(members.flatMap(({ key, status: member }) => (member ? [[key, member] as const] : [])));
  return { uid, expect: { ...present.guard, edition: present.edition }, guard, status, members: { whole: allMembers, set, drop: members.filter(({ status: member }) => !member).map(({ key }) => key) }, record };
}

function membersAfter({ status }: StoredCluster, { allMembers, members, status: { roles } }: Report): readonly MemberStatus[] {
  const after = new Map((allMembers ? [] : (status?.members ?? [])).map((member) => [`${member.role}/${member.index}`, member]));
  for (const { key, status: member } of members) {
    if (member) after.set(key, member);
    else after.delete(key);
  }
  return membersInOrder({ roles }, Object.fromEntries(after));
}

function withoutTransitions({ transitions: _transitions, ...status }: StoredStatus): ClusterStatus {
  return status;
}

function transitionsOf(before: StoredStatus | undefined, { conditions }: ClusterStatus, time: string): Readonly<Record<string, string>> {
  const was = new Map(before?.conditions.map(({ type, status }) => [type, status]));
  return Object.fromEntries(conditions.map(({ type, status }) => [type, was.get(type) === status ? (before?.transitions[type] ?? time) : time]));
}

function ackOf({ uid, guard }: Report): Acked {
  return { uid, guard, outcome: "stored" };
}

function keyOf({ uid, guard: { epoch, seq } }: Pick<Acked, "uid" | "guard">): string {
  return `${uid} ${epoch} ${seq}`;
}

function compare(a: Guard, b: Guard): number {
  return a.epoch - b.epoch || a.seq - b.seq;
}
