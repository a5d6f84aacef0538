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
    return isAsWanted(present, wanted);
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

/** Is it what its spec of that generation, or a later one, asks it to be: left alone, down, or up? */
export function isAsWanted(cluster: Pick<StoredCluster, "spec" | "intent" | "status">, generation: number): boolean {
  const { spec, status } = cluster;
  const state = stateOf(cluster);
  // Who runs to its end may have come there before anybody looked.
  const isThere = spec.paused ? state === "paused" : spec.stopped ? state === "stopped" : state === "ready" || state === "completed";
  return isThere && (status?.observedGeneration ?? 0) >= generation;
}

function notThere(resource: string, wasDeleted: boolean): Failure {
  return new Failure("not_found", wasDeleted ? `${resource} was deleted while it was awaited` : `${resource} does not exist`, { reason: "CLUSTER_NOT_FOUND", facts: { resource } });
}
