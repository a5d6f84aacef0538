import type { DesiredCluster } from "../plan/desired.ts";
import { noteNeeds } from "../plan/last-needs.ts";
import { refText } from "../plan/sources.ts";
import type { ObservedCluster } from "./observed.ts";
import { decideDeletion } from "./deletion.ts";
import { decideFirstRecord } from "./first-record.ts";
import { nameNewClaims } from "./lives.ts";
import { adjustMembers } from "./membership.ts";
import { noteFormed } from "./formed.ts";
import { noteGang } from "./gang.ts";
import { noteEnded } from "./job.ts";
import { rolesOf } from "./members.ts";
import type { ClusterRecord } from "./record.ts";
import { membersToRun } from "./running.ts";
import { secretNameOf } from "./secret-name.ts";
import type { Step, StepWait } from "./step.ts";
import { membersWhileStopping, noteAllDown } from "./stopped.ts";

/**
 * From what is wanted, what was done and what is there, the next safe step. Pure, and right at any time, any number of
 * times, after a crash anywhere:
 *
 * 1. `advance` says what must be known (`step.record`), which is saved by compare-and-swap before anything is done,
 * 2. while `step.phase` is `running`, the Secret that `secretWanted` names is made, once,
 * 3. `render` turns the step into the objects that should be there now,
 * 4. `diff` compares them with what is there; what it lists is applied, creates first, deletes last,
 * 5. when `step.phase` is `gone`, the record itself goes: deleted, then its finalizer off,
 * 6. `summarize` says how far the cluster is.
 *
 * Each stage narrows: the record of who should exist, then who counts, then whose pod should run now.
 */
export function advance(cluster: DesiredCluster, record: ClusterRecord | undefined, observed: ObservedCluster, nowMs: number): Step {
  const common = { secretName: secretNameOf(cluster, observed), atMs: nowMs };
  if (cluster.intent.kind === "delete") return { ...common, ...decideDeletion(cluster, record, observed, nowMs) };
  // What is there is left as it is, come what may.
  if (cluster.paused) return { ...common, phase: "paused", record, members: [], waits: [] };
  const first = record === undefined ? decideFirstRecord(cluster, observed, nowMs) : { record, waits: [] };
  if (first.record === undefined) return { ...common, phase: "blocked", record: undefined, members: [], waits: first.waits };
  const formed = noteAllDown(cluster, noteFormed(cluster, noteEnded(cluster, first.record, observed, nowMs), observed, nowMs), observed);
  if (cluster.stopped) return { ...common, phase: "stopped", record: stamped(cluster, record, formed), ...membersWhileStopping(cluster, formed, observed) };
  const needs = missingNeeds(cluster);
  if (Object.values(cluster.needs).some(({ kind }) => kind === "waiting")) return { ...common, phase: "waiting", record: stamped(cluster, record, formed), members: [], waits: needs };
  const adjusted = nameNewClaims(cluster, adjustMembers(cluster, noteNeeds(cluster, formed), observed, nowMs), observed);
  const tried = rolesOf(cluster).reduce((before, { name }) => noteGang(cluster, before, name, observed, nowMs), adjusted);
  const { members, waits, lookAgainInMs } = membersToRun(cluster, tried, observed, nowMs);
  return { ...common, phase: "running", record: stamped(cluster, record, tried), members, waits: [...waits, ...needs], lookAgainInMs };
}

function missingNeeds({ needs }: DesiredCluster): readonly StepWait[] {
  return Object.entries(needs).flatMap(([slot, need]) => (need.kind === "bound" ? [] : [{ what: `needs ${slot}`, reason: "WaitingForNeeds" as const, message: need.message }]));
}

/** Version and build alone are no reason for a write: they travel with the next one. */
function stamped(cluster: DesiredCluster, saved: ClusterRecord | undefined, record: ClusterRecord): ClusterRecord {
  return record === saved ? saved : { ...record, version: cluster.version, app: refText(cluster.ref) };
}
