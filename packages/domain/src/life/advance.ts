import type { DesiredCluster } from "../plan/desired.ts";
import { refText } from "../plan/sources.ts";
import type { ObservedCluster } from "./observed.ts";
import { decideDeletion } from "./deletion.ts";
import { decideFirstRecord } from "./first-record.ts";
import { adjustMembers } from "./membership.ts";
import { noteFormed } from "./formed.ts";
import type { ClusterRecord } from "./record.ts";
import { membersToRun } from "./running.ts";
import type { Step } from "./step.ts";

/**
 * From what is wanted, what was done and what is there, the next safe step. Pure, and right at any time, any number of
 * times, after a crash anywhere:
 *
 * 1. `advance` says what must be known (`step.record`), which is saved by compare-and-swap before anything is done,
 * 2. `render` turns the step into the objects that should be there now,
 * 3. `diff` compares them with what is there; what it lists is applied, creates first, deletes last,
 * 4. when `step.phase` is `gone`, the record itself goes: finalizer off, then deleted.
 *
 * Each stage narrows: the record of who should exist, then who counts, then whose pod should run now.
 */
export function advance(cluster: DesiredCluster, record: ClusterRecord | undefined, observed: ObservedCluster, nowMs: number): Step {
  if (cluster.intent.kind === "delete") return decideDeletion(cluster, record, observed);
  const first = record === undefined ? decideFirstRecord(cluster, observed, nowMs) : { record, waits: [] };
  if (first.record === undefined) return { phase: "blocked", record: undefined, members: [], waits: first.waits };
  const formed = noteFormed(cluster, first.record, observed, nowMs);
  const adjusted = adjustMembers(cluster, formed, observed, nowMs);
  const { members, waits } = membersToRun(cluster, adjusted, observed);
  return { phase: "running", record: stamped(cluster, record, adjusted), members, waits };
}

/** Version and build alone are no reason for a write: they travel with the next one. */
function stamped(cluster: DesiredCluster, saved: ClusterRecord | undefined, record: ClusterRecord): ClusterRecord {
  return record === saved ? saved : { ...record, version: cluster.version, app: refText(cluster.ref) };
}
