import type { AppBook } from "../apps/app-book.ts";
import type { Caller } from "../caller.ts";
import { decideAgain } from "../decide-again.ts";
import { pipelineOf, withPipeline } from "../pipelines/part.ts";
import { findFirst, newRequest } from "../request-once.ts";
import type { ClusterSnapshot, Mutation, Store } from "../store.ts";
import { type Applied, firstAnswer, leaveAsItIs } from "./applied.ts";
import { clusterEvent, clusterResource, snapshotOf } from "./cluster-event.ts";
import { type Deletion, deletionPlan, refuseNeeded, refuseUnconfirmed } from "./deletion.ts";
import { refuseStale } from "./etag.ts";
import { refuseMissing } from "./presence.ts";

export interface DeleteClusterDeps {
  readonly store: Pick<Store, "findRequest" | "keepRequest" | "findCluster" | "consumersOf" | "pipelinesByUid" | "commit">;
  readonly apps: AppBook;
  readonly nowMs: () => number;
}

/** Records that the cluster is to go, and returns. Volumes and generated secrets stay unless their deletion is asked for by name. */
export function makeDeleteCluster({ store, apps, nowMs }: DeleteClusterDeps) {
  return async function deleteCluster(request: Deletion, caller: Caller): Promise<Applied> {
    const { project, name, deleteVolumes, allowMissing, validateOnly } = request;
    const subject = clusterResource({ project, name });
    refuseUnconfirmed(request, "cluster");
    return decideAgain(async () => {
      const [found, topology] = [await store.findCluster(project, name), await store.consumersOf(project, [name])];
      // Last of all that is read, as where a cluster is applied.
      const first = await findFirst(store, project, caller, request.request);
      if (first) return firstAnswer(first);
      const time = new Date(nowMs()).toISOString();
      const asItIs = () => leaveAsItIs(store, { project, present: found, caller, request: validateOnly ? undefined : request.request, time });
      if (!found && allowMissing) return asItIs();
      const present = refuseMissing(found, subject);
      refuseStale(present, request.etag);
      // Asked again: it is on its way. That volumes go too can still be added, never taken back.
      if (present.intent.kind === "delete" && (present.intent.deleteVolumes || !deleteVolumes)) return asItIs();
      refuseNeeded(present, topology.edges);
      const pipeline = await pipelineOf(store, present);
      const after: ClusterSnapshot = { ...snapshotOf(present), intent: { kind: "delete", deleteVolumes }, edition: present.edition + 1, updateTime: time, deleteTime: present.deleteTime ?? time };
      const plan = await deletionPlan(apps, present, deleteVolumes);
      const applied = { cluster: after, plan, created: false };
      if (validateOnly) return { ...applied, revision: present.revision };
      const mutation: Mutation = {
        project,
        time,
        actor: caller,
        topology: { count: topology.count, changes: false },
        request: newRequest(caller, request.request, { plan, created: false }),
        audit: { method: "DeleteCluster", subject, peer: caller.peer, change: { deleteVolumes } },
        writes: [{ kind: "delete", uid: present.uid, expect: { edition: present.edition }, deleteVolumes, event: clusterEvent(after, { type: "cluster.deleting", data: { deleteVolumes } }) }],
      };
      const { first: revision } = await store.commit(withPipeline(mutation, pipeline, after));
      return { ...applied, revision };
    });
  };
}
