import { Failure } from "@troupe/domain/failure";
import { type Awaited, awaitNews, type StateNews } from "../events/await-news.ts";
import { type ClusterNews, watchClusters, type WatchDeps } from "../events/watch.ts";
import type { StoredCluster } from "../store.ts";
import { stateOf } from "./cluster-state.ts";

export interface WaitFor extends Awaited {
  readonly project: string;
  readonly name: string;
  /** Only a status about this generation or a later one counts; 0: the present one. */
  readonly generation: number;
}

export interface Waited {
  readonly done: boolean;
  readonly cluster: StoredCluster | undefined;
}

/** Answers when it is so, or at the timeout with the present state. */
export async function waitFor(deps: WatchDeps, { project, name, generation, ...awaited }: WaitFor, signal: AbortSignal): Promise<Waited> {
  const subject = `projects/${project}/clusters/${name}`;
  let wanted = generation;
  const isThere = (present: StoredCluster): boolean => {
    if (wanted === 0) wanted = present.generation;
    return isReady(present, wanted);
  };
  const { done, state: cluster } = await awaitNews(
    (until) => statesOf(watchClusters(deps, { project, subject }, [], { kind: "initial" }, until)),
    awaited,
    { isReady: isThere, refuse: (wasDeleted) => notThere(subject, wasDeleted) },
    signal,
  );
  return { done, cluster };
}

async function* statesOf(news: AsyncIterable<ClusterNews>): AsyncGenerator<StateNews<StoredCluster>> {
  for await (const one of news) yield one.kind === "upsert" ? { kind: "upsert", state: one.cluster } : { kind: one.kind };
}

function isReady(cluster: StoredCluster, generation: number): boolean {
  const state = stateOf(cluster);
  // Who runs to its end may have come there before anybody looked.
  return (state === "ready" || state === "completed") && (cluster.status?.observedGeneration ?? 0) >= generation;
}

function notThere(resource: string, wasDeleted: boolean): Failure {
  return new Failure("not_found", wasDeleted ? `${resource} was deleted while it was awaited` : `${resource} does not exist`, { reason: "CLUSTER_NOT_FOUND", facts: { resource } });
}
