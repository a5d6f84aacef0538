import { ClusterState } from "@troupe/proto/troupe/v1/cluster";
import type { Cluster, MemberStatus, Wait } from "@troupe/proto/troupe/v1/cluster";
import type { Paint } from "./paint.ts";
import { visible } from "./visible.ts";

export interface Look {
  readonly word: string;
  readonly colour: "green" | "yellow" | "red" | "dim";
}

const looks: Readonly<Record<ClusterState, Look>> = {
  [ClusterState.CLUSTER_STATE_UNSPECIFIED]: { word: "Pending", colour: "yellow" },
  [ClusterState.CLUSTER_STATE_PENDING]: { word: "Pending", colour: "yellow" },
  [ClusterState.CLUSTER_STATE_DEPLOYING]: { word: "Deploying", colour: "yellow" },
  [ClusterState.CLUSTER_STATE_READY]: { word: "Ready", colour: "green" },
  [ClusterState.CLUSTER_STATE_DEGRADED]: { word: "Degraded", colour: "red" },
  [ClusterState.CLUSTER_STATE_FAILED]: { word: "Failed", colour: "red" },
  [ClusterState.CLUSTER_STATE_DELETING]: { word: "Deleting", colour: "dim" },
  [ClusterState.CLUSTER_STATE_COMPLETED]: { word: "Completed", colour: "green" },
  [ClusterState.CLUSTER_STATE_PAUSED]: { word: "Paused", colour: "dim" },
  [ClusterState.CLUSTER_STATE_STOPPING]: { word: "Stopping", colour: "yellow" },
  [ClusterState.CLUSTER_STATE_STOPPED]: { word: "Stopped", colour: "dim" },
};

export function lookOfState(state: ClusterState): Look {
  return looks[state];
}

/**
 * A status that is about an earlier spec is told as what is under way, not believed: right after a change the last
 * `Ready` is of what was wanted before.
 */
export function lookOf(cluster: Cluster): Look {
  if (cluster.deleteTime !== undefined) return looks[ClusterState.CLUSTER_STATE_DELETING];
  const state = cluster.status?.state ?? ClusterState.CLUSTER_STATE_PENDING;
  const stale = state === ClusterState.CLUSTER_STATE_READY && (cluster.status?.observedGeneration ?? 0n) < cluster.generation;
  return stale ? { word: "Updating", colour: "yellow" } : looks[state];
}

export function stateText(cluster: Cluster, paint: Paint): string {
  const { word, colour } = lookOf(cluster);
  return paint[colour](word);
}

/** Is it as its present spec says? */
export function isReady(cluster: Cluster, generation = 0n): boolean {
  const { status } = cluster;
  const wanted = cluster.generation > generation ? cluster.generation : generation;
  return cluster.deleteTime === undefined && isThere(cluster) && (status?.observedGeneration ?? 0n) >= wanted && !cluster.reconciling;
}

/** What it was asked to be: down, left alone, or up; one that runs to its end is there when it has. */
function isThere({ spec, status }: Cluster): boolean {
  const state = status?.state;
  if (spec?.paused) return state === ClusterState.CLUSTER_STATE_PAUSED;
  if (spec?.stopped) return state === ClusterState.CLUSTER_STATE_STOPPED;
  return state === ClusterState.CLUSTER_STATE_READY || state === ClusterState.CLUSTER_STATE_COMPLETED;
}

/** Nothing but a person can bring it on, and that is said of the present spec. */
export function hasFailed({ status, generation }: Cluster): boolean {
  return status?.state === ClusterState.CLUSTER_STATE_FAILED && status.observedGeneration >= generation;
}

/** `4/6`: members that are ready, of those wanted. */
export function readyText({ status }: Cluster): string {
  const roles = status?.roles ?? [];
  if (roles.length === 0) return "";
  return `${roles.reduce((sum, { ready }) => sum + ready, 0)}/${roles.reduce((sum, { wanted }) => sum + wanted, 0)}`;
}

/** Waits for which somebody has to do something, first those; what Kubernetes is busy with, after. */
export function waitsByUrgency({ status }: Cluster): readonly Wait[] {
  const waits = status?.waiting ?? [];
  return [...waits.filter(needsSomebody), ...waits.filter((wait) => !needsSomebody(wait))];
}

export function needsSomebody({ who }: Wait): boolean {
  return who !== "kubernetes" && who !== "nobody" && who !== "";
}

export function waitText(wait: Wait): string {
  return visible([wait.what, wait.message || wait.reason].filter((part) => part !== "").join(": "));
}

/** `broker-2`. */
export function memberWord({ role, index }: Pick<MemberStatus, "role" | "index">): string {
  return `${role}-${index}`;
}
