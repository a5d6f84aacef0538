import type { Uid } from "@troupe/domain/name";
import type { ClusterSnapshot, Store, StoredCluster, Topology, Write } from "../store.ts";
import { leave, nextToLeave } from "./leaving.ts";
import { pipelineEvent, pipelineSnapshotOf } from "./pipeline-event.ts";
import { noteOf, noteOfGone, statusWrite } from "./pipeline-status.ts";
import type { ClusterNote, PipelinePart, StoredPipeline } from "./pipeline.ts";

type Reads = Pick<Store, "pipelinesByUid" | "clustersOfPipeline" | "topologyOf">;

/** A cluster of a pipeline as it is after a report. */
interface Reported {
  readonly uid: Uid;
  readonly part: PipelinePart;
  readonly after: ClusterSnapshot;
  readonly isGone: boolean;
}

interface Followed {
  readonly writes: readonly Write[];
  /** Given where somebody is told to go. */
  readonly topology: Topology | undefined;
}

/**
 * What reports mean for the pipelines that the reported clusters are part of, for the same transaction: their status; where one
 * is gone, the next to go; where it was the last, the end. After a crash the report comes again and is decided again.
 */
export async function followReports(store: Reads, project: string, reports: readonly Write[], time: string): Promise<Followed> {
  const reported = reports.flatMap(reportedOf);
  const byPipeline = Map.groupBy(reported, ({ part }) => part.uid);
  const pipelines = byPipeline.size > 0 ? await store.pipelinesByUid([...byPipeline.keys()]) : [];
  const isLosing = reported.some(({ isGone }) => isGone);
  const topology = isLosing ? await store.topologyOf(project) : undefined;
  const writes: Write[] = [];
  for (const pipeline of pipelines) {
    const own = byPipeline.get(pipeline.uid) ?? [];
    const living = topology && own.some(({ isGone }) => isGone) ? await store.clustersOfPipeline(pipeline.uid) : undefined;
    writes.push(...follow(pipeline, own, living && { living, edges: topology?.edges ?? [] }, time));
  }
  return { writes, topology };
}

function reportedOf(write: Write): readonly Reported[] {
  if ((write.kind !== "status" && write.kind !== "gone") || !("cluster" in write.event.data)) return [];
  const after = write.event.data.cluster;
  return after.pipeline ? [{ uid: after.uid, part: after.pipeline, after, isGone: write.kind === "gone" }] : [];
}

/** `left`: given where one is gone. */
function follow(pipeline: StoredPipeline, reported: readonly Reported[], left: { readonly living: readonly StoredCluster[]; readonly edges: Topology["edges"] } | undefined, time: string): readonly Write[] {
  const gone = new Set(reported.flatMap(({ uid, isGone }) => (isGone ? [uid] : [])));
  const living = (left?.living ?? []).filter(({ uid }) => !gone.has(uid));
  if (left && living.length === 0 && pipeline.intent.kind === "delete") return [end(pipeline)];
  const seen = new Map(reported.map(({ uid, after }) => [uid, after]));
  const leaving = left ? nextToLeave(pipeline, living, left).map((cluster) => leave(pipeline, cluster, time, seen.get(cluster.uid))) : [];
  const notes = reported.map(({ part: { key }, after, isGone }) => [key, isGone ? noteOfGone(pipeline, key) : noteOf(pipeline, key, after)] as const);
  const parting = leaving.flatMap(({ after }) => (after.pipeline ? [[after.pipeline.key, noteOf(pipeline, after.pipeline.key, after)] as const] : []));
  const status = statusWrite(pipeline, withNotes(pipeline.status.clusters, [...notes, ...parting]));
  return [...leaving.map(({ write }) => write), ...(status ? [status] : [])];
}

function withNotes(before: Readonly<Record<string, ClusterNote>>, notes: readonly (readonly [string, ClusterNote | undefined])[]): Readonly<Record<string, ClusterNote>> {
  const after = new Map(Object.entries(before));
  for (const [key, note] of notes) {
    if (note) after.set(key, note);
    else after.delete(key);
  }
  return Object.fromEntries(after);
}

function end(pipeline: StoredPipeline): Write {
  const snapshot = { ...pipelineSnapshotOf(pipeline), status: { state: "deleting" as const, message: "", clusters: {} } };
  return { kind: "pipeline-gone", uid: pipeline.uid, expect: { revision: pipeline.revision }, event: pipelineEvent(snapshot, { type: "pipeline.deleted", data: {} }) };
}
