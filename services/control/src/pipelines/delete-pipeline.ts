import type { AppBook } from "../apps/app-book.ts";
import type { Caller } from "../caller.ts";
import { clusterResource } from "../clusters/cluster-event.ts";
import { type Deletion, deletionPlan, refuseNeeded, refuseUnconfirmed } from "../clusters/deletion.ts";
import { decideAgain } from "../decide-again.ts";
import { findFirst, newRequest } from "../request-once.ts";
import type { Store, StoredCluster, Topology, Write } from "../store.ts";
import { type AppliedPipeline, firstPipelineAnswer, leavePipelineAsItIs } from "./applied.ts";
import { leave, nextToLeave } from "./leaving.ts";
import { pipelineEvent, pipelineNotFound, pipelineResource, pipelineSnapshotOf, refuseStalePipeline } from "./pipeline-event.ts";
import { noteOf, statusOf } from "./pipeline-status.ts";
import type { PipelineSnapshot, StoredPipeline } from "./pipeline.ts";
import type { PipelinePlanAnswer } from "./plan-answer.ts";

export interface DeletePipelineDeps {
  readonly store: Pick<Store, "findRequest" | "keepRequest" | "findPipeline" | "clustersOfPipeline" | "topologyOf" | "commit">;
  readonly apps: AppBook;
  readonly nowMs: () => number;
}

/**
 * Records that the pipeline is to go, and tells those of its clusters that no other of it needs. The others follow, each told in
 * the transaction that takes in that the last one that needed it is gone (after-reports.ts).
 */
export function makeDeletePipeline({ store, apps, nowMs }: DeletePipelineDeps) {
  return async function deletePipeline(request: Deletion, caller: Caller): Promise<AppliedPipeline> {
    const { project, name, deleteVolumes, allowMissing, validateOnly } = request;
    const subject = pipelineResource({ project, name });
    refuseUnconfirmed(request, "pipeline");
    return decideAgain(async () => {
      const present = await store.findPipeline(project, name);
      const topology = await store.topologyOf(project);
      // Last of all that is read, as where a cluster is applied.
      const first = await findFirst(store, project, caller, request.request);
      if (first) return firstPipelineAnswer(first);
      const time = new Date(nowMs()).toISOString();
      const asItIs = () => leavePipelineAsItIs(store, { project, present, caller, request: validateOnly ? undefined : request.request, time });
      if (!present && allowMissing) return asItIs();
      if (!present) throw pipelineNotFound(subject);
      refuseStalePipeline(present, request.etag);
      // Asked again: it is on its way. That volumes go too can still be added, never taken back.
      if (present.intent.kind === "delete" && (present.intent.deleteVolumes || !deleteVolumes)) return asItIs();
      const living = await store.clustersOfPipeline(present.uid);
      refuseDeletion(living, topology);
      const plan = await planOf(apps, living, deleteVolumes);
      const { after, writes } = ending(present, living, topology, { time, deleteVolumes });
      const applied = { pipeline: after, plan, created: false };
      if (validateOnly) return { ...applied, revision: present.revision };
      const { first: revision } = await store.commit({
        project,
        time,
        actor: caller,
        topology: { count: topology.count, changes: false },
        request: newRequest(caller, request.request, { pipelinePlan: plan, created: false }),
        audit: { method: "DeletePipeline", subject, peer: caller.peer, change: { deleteVolumes } },
        writes,
      });
      return { ...applied, revision };
    });
  };
}

/** What others need, or somebody protects, keeps all of it: a pipeline goes whole or not at all. */
function refuseDeletion(living: readonly StoredCluster[], { edges }: Topology): void {
  const own = new Set(living.map(({ name }) => name));
  const outside = edges.filter(({ consumer }) => !own.has(consumer));
  for (const cluster of living) if (cluster.intent.kind === "run") refuseNeeded(cluster, outside);
}

function ending(present: StoredPipeline, living: readonly StoredCluster[], topology: Topology, { time, deleteVolumes }: { readonly time: string; readonly deleteVolumes: boolean }): { readonly after: PipelineSnapshot; readonly writes: readonly Write[] } {
  const asked: PipelineSnapshot = { ...pipelineSnapshotOf(present), intent: { kind: "delete", deleteVolumes }, edition: present.edition + 1, updateTime: time, deleteTime: present.deleteTime ?? time };
  const expect = { revision: present.revision };
  const going = nextToLeave(asked, living, topology).map((cluster) => leave(asked, cluster, time));
  const clusters = [...living, ...going.map(({ after }) => after)];
  const notes = Object.fromEntries(clusters.flatMap((cluster) => (cluster.pipeline ? [[cluster.pipeline.key, noteOf(asked, cluster.pipeline.key, cluster)]] : [])));
  const after: PipelineSnapshot = { ...asked, status: statusOf(asked, notes) };
  if (living.length === 0) return { after, writes: [{ kind: "pipeline-gone", uid: present.uid, expect, event: pipelineEvent(after, { type: "pipeline.deleted", data: {} }) }] };
  const event = pipelineEvent(after, { type: "pipeline.deleting", data: { deleteVolumes } });
  return { after, writes: [{ kind: "pipeline", pipeline: after, expect, event }, ...going.map(({ write }) => write)] };
}

async function planOf(apps: AppBook, living: readonly StoredCluster[], deleteVolumes: boolean): Promise<PipelinePlanAnswer> {
  const clusters = await Promise.all(living.map(async (cluster) => ({ key: cluster.pipeline?.key ?? "", cluster: clusterResource(cluster), action: "delete" as const, plan: await deletionPlan(apps, cluster, deleteVolumes) })));
  return { unchanged: false, clusters: clusters.toSorted((a, b) => (a.key < b.key ? -1 : 1)), notes: ["clusters go in the reverse of the order of their needs"] };
}
