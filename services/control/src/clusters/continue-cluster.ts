import { Failure } from "@troupe/domain/failure";
import type { Caller } from "../caller.ts";
import { decideAgain } from "../decide-again.ts";
import { pipelineOf, withPipeline } from "../pipelines/part.ts";
import { findFirst, newRequest, type RequestOnce } from "../request-once.ts";
import type { ClusterSnapshot, Mutation, Store } from "../store.ts";
import { type Applied, firstAnswer, leaveAsItIs } from "./applied.ts";
import { clusterEvent, clusterResource, snapshotOf } from "./cluster-event.ts";
import { refuseDeleting, refuseMissing } from "./presence.ts";
import type { PlanAnswer } from "./plan-answer.ts";

export interface ContinueClusterDeps {
  readonly store: Pick<Store, "findRequest" | "keepRequest" | "findCluster" | "pipelinesByUid" | "commit">;
  readonly nowMs: () => number;
}

export interface ContinueCluster {
  readonly project: string;
  readonly name: string;
  /** What was looked at; 0: the present one. */
  readonly generation: number;
  readonly request: RequestOnce | undefined;
  readonly validateOnly: boolean;
}

/** A person has looked at the first members that were updated, and lets the update of this generation go on; it may be said before it waits. */
export function makeContinueCluster({ store, nowMs }: ContinueClusterDeps) {
  return async function continueCluster({ project, name, generation, request, validateOnly }: ContinueCluster, caller: Caller): Promise<Applied> {
    const subject = clusterResource({ project, name });
    return decideAgain(async () => {
      const present = refuseMissing(await store.findCluster(project, name), subject);
      // Last of all that is read, as where a cluster is applied.
      const first = await findFirst(store, project, caller, request);
      if (first) return firstAnswer(first);
      refuseDeleting(present);
      refuseOther(present, generation);
      const time = new Date(nowMs()).toISOString();
      if (present.continued === present.generation) return leaveAsItIs(store, { project, present, caller, request: validateOnly ? undefined : request, time });
      const after: ClusterSnapshot = { ...snapshotOf(present), continued: present.generation, edition: present.edition + 1, updateTime: time };
      if (validateOnly) return { cluster: after, plan, created: false, revision: present.revision };
      const { labels, annotations } = present;
      const pipeline = await pipelineOf(store, present);
      const mutation: Mutation = {
        project,
        time,
        actor: caller,
        request: newRequest(caller, request, { plan, created: false }),
        audit: { method: "ContinueCluster", subject, peer: caller.peer, change: { generation: present.generation } },
        writes: [{ kind: "spec", uid: present.uid, expect: { edition: present.edition }, change: { labels, annotations, continued: present.generation, raisesVersion: true }, event: clusterEvent(after, { type: "cluster.updated", data: { continued: present.generation } }) }],
      };
      const { first: revision } = await store.commit(withPipeline(mutation, pipeline, after));
      return { cluster: after, plan, created: false, revision };
    });
  };
}

/** Nothing of the spec changes. */
const plan: PlanAnswer = { unchanged: false, fields: [], members: [], notes: ["the update goes on past its first members"] };

function refuseOther(cluster: ClusterSnapshot, generation: number): void {
  if (generation === 0 || generation === cluster.generation) return;
  throw new Failure("conflict", `${clusterResource(cluster)} has generation ${cluster.generation} by now, and generation ${generation} was looked at: look at it again`, { reason: "GENERATION_CHANGED", facts: { resource: clusterResource(cluster) } });
}
