import { Failure } from "@troupe/domain/failure";
import { watchClusters, type WatchDeps } from "../events/watch.ts";
import type { StoredCluster } from "../store.ts";
import { stateOf } from "./cluster-state.ts";

export interface WaitFor {
  readonly project: string;
  readonly name: string;
  readonly until: "ready" | "deleted";
  readonly timeoutMs: number;
  /** Only a status about this generation or a later one counts; 0: the present one. */
  readonly generation: number;
}

export interface Waited {
  readonly done: boolean;
  readonly cluster: StoredCluster | undefined;
}

/** Answers when it is so, or at the timeout with the present state. */
export async function waitFor(deps: WatchDeps, { project, name, until, timeoutMs, generation }: WaitFor, signal: AbortSignal): Promise<Waited> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const scope = { project, subject: `projects/${project}/clusters/${name}` };
  let cluster: StoredCluster | undefined;
  let wanted = generation;
  try {
    for await (const news of watchClusters(deps, scope, [], { kind: "initial" }, AbortSignal.any([signal, timeout]))) {
      if (news.kind === "upsert") cluster = news.cluster;
      if (news.kind === "delete") cluster = undefined;
      if (until === "ready" && !cluster) throw notThere(scope.subject, news.kind === "delete");
      if (cluster && wanted === 0) wanted = cluster.generation;
      if (until === "deleted" ? !cluster : cluster && isReady(cluster, wanted)) return { done: true, cluster };
    }
  } catch (error) {
    if (!timeout.aborted || signal.aborted) throw error;
  }
  return { done: false, cluster };
}

function isReady(cluster: StoredCluster, generation: number): boolean {
  const state = stateOf(cluster);
  // Who runs to its end may have come there before anybody looked.
  return (state === "ready" || state === "completed") && (cluster.status?.observedGeneration ?? 0) >= generation;
}

function notThere(resource: string, wasDeleted: boolean): Failure {
  return new Failure("not_found", wasDeleted ? `${resource} was deleted while it was awaited` : `${resource} does not exist`, { reason: "CLUSTER_NOT_FOUND", facts: { resource } });
}
