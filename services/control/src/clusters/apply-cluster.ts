import { Failure } from "@troupe/domain/failure";
import type { Caller } from "../caller.ts";
import { decideAgain } from "../decide-again.ts";
import { pipelineOf, refuseLeaving, withPipeline } from "../pipelines/part.ts";
import { findFirst, newRequest, type RequestOnce } from "../request-once.ts";
import type { Mutation, Store, StoredCluster } from "../store.ts";
import { type Applied, firstAnswer, leaveAsItIs } from "./applied.ts";
import { clusterResource, snapshotOf } from "./cluster-event.ts";
import { tellConsumers } from "./consumers.ts";
import { alone, decideCluster, type DecideClusterDeps, type Decision, refuseTakenNames } from "./decide-cluster.ts";
import { refuseStale } from "./etag.ts";
import { refuseDeleting, refuseMissing } from "./presence.ts";
import { refuseOtherName, type WishFor } from "./wish.ts";

export interface ApplyClusterDeps extends DecideClusterDeps {
  readonly store: DecideClusterDeps["store"] & Pick<Store, "findRequest" | "keepRequest" | "findCluster" | "clustersByName" | "consumersOf" | "pipelinesByUid" | "commit">;
}

export interface ApplyCluster {
  readonly project: string;
  readonly name: string;
  /** create: it must not exist · update: it must · apply: either. */
  readonly mode: "create" | "update" | "apply";
  readonly wish: WishFor;
  /** Empty: whatever the present one is. */
  readonly etag: string;
  readonly request: RequestOnce | undefined;
  readonly validateOnly: boolean;
  /** For the audit. */
  readonly method: string;
}

/**
 * Create, replace, change in part and scale are one path: a wish, looked at beside what is there. It returns before anything
 * runs. What is so already changes nothing at all.
 */
export function makeApplyCluster(deps: ApplyClusterDeps) {
  return async function applyCluster(request: ApplyCluster, caller: Caller): Promise<Applied> {
    return decideAgain(async () => {
      const { store } = deps;
      const { project, name } = request;
      const present = await store.findCluster(project, name);
      // Last of all that is read: when it says there was none, what was read before is not yet the work of this same request.
      const first = await findFirst(store, project, caller, request.request);
      if (first) return firstAnswer(first);
      refusePresence(request, present);
      const wish = request.wish(present);
      refuseOtherName(wish, project, name);
      const pipeline = await pipelineOf(store, present);
      refuseLeaving(present, pipeline);
      const decision = await decideCluster(deps, wish, present, caller, alone);
      if (!decision) return leaveAsItIs(store, { project, present, caller, request: request.validateOnly ? undefined : request.request, time: new Date(deps.nowMs()).toISOString() });
      const { after, plan } = decision;
      const applied = { cluster: snapshotOf(after), plan, created: !present };
      if (request.validateOnly) {
        await refuseTakenNames(store, decision);
        return { ...applied, revision: present?.revision ?? 0 };
      }
      const audit = { method: request.method, subject: clusterResource(after), peer: caller.peer, change: plan.fields.map((field) => ({ ...field, before: field.before ?? null, after: field.after ?? null })) };
      const mutation: Mutation = { project, time: after.updateTime, actor: caller, request: newRequest(caller, request.request, { plan, created: !present }), audit, ...(await consequences(store, decision)) };
      return { ...applied, revision: (await store.commit(withPipeline(mutation, pipeline, after))).first };
    });
  };
}

/** Whoever waits for a cluster of this name hears that it is there. */
async function consequences(store: ApplyClusterDeps["store"], { after, write, topology }: Decision): Promise<Pick<Mutation, "topology" | "writes">> {
  if (write.kind !== "create") return { topology, writes: [write] };
  const told = await tellConsumers(store, after.project, [after.name], []);
  return { topology: topology ?? told.topology, writes: [write, ...told.writes] };
}

function refusePresence({ project, name, mode, etag }: ApplyCluster, present: StoredCluster | undefined): void {
  const resource = clusterResource({ project, name });
  if (!present) {
    if (etag !== "" && mode === "apply") throw new Failure("stale", `${resource} does not exist any more`, { reason: "ETAG_STALE", facts: { resource } });
    if (mode === "update") refuseMissing(present, resource);
    return;
  }
  refuseDeleting(present);
  if (mode === "create") throw new Failure("already_exists", `${resource} exists already`, { reason: "CLUSTER_EXISTS", facts: { resource } });
  refuseStale(present, etag);
}
