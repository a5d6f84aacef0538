import { isSameJson } from "@troupe/domain/canonical";
import { sameSpec } from "@troupe/domain/language/cluster";
import { inOrderOfNeed, specOfCluster } from "@troupe/domain/language/pipeline-needs";
import type { EventType } from "@troupe/domain/life/events";
import type { ClusterState } from "@troupe/domain/life/status";
import { stateOf } from "../clusters/cluster-state.ts";
import type { ClusterSnapshot, Write } from "../store.ts";
import { pipelineEvent, pipelineSnapshotOf } from "./pipeline-event.ts";
import type { ClusterNote, PipelineSnapshot, PipelineStatus, StoredPipeline } from "./pipeline.ts";

/** How a pipeline is, made of what is noted of its clusters. Pure, and the only maker of a PipelineStatus. */

type Wanted = Pick<PipelineSnapshot, "name" | "spec" | "intent">;
type Seen = Pick<ClusterSnapshot, "intent" | "status" | "generation" | "spec">;
type Notes = PipelineStatus["clusters"];

export function noteOf(pipeline: Wanted, key: string, cluster: Seen): ClusterNote {
  const wanted = specOfCluster(pipeline, key);
  const state = stateOf(cluster);
  return {
    state,
    current: (cluster.status?.observedGeneration ?? 0) >= cluster.generation,
    changed: wanted !== undefined && !sameSpec(wanted, cluster.spec),
    message: isFine(state) ? "" : whyNot(state, cluster),
  };
}

/** Of a cluster that is gone while its pipeline stays and wants it; undefined: nobody misses it. */
export function noteOfGone({ spec, intent }: Wanted, key: string): ClusterNote | undefined {
  if (intent.kind === "delete" || !Object.hasOwn(spec.clusters, key)) return undefined;
  return { state: "missing", current: true, changed: true, message: "was deleted on its own: apply the pipeline to bring it back" };
}

function whyNot(state: ClusterState, { intent, status }: Seen): string {
  if (intent.kind === "delete" && state === "deleting") return "is being deleted";
  if (!status) return "waits for a reconciler";
  const needs = status.waiting.find(({ reason }) => reason === "WaitingForNeeds");
  const ready = status.conditions.find(({ type }) => type === "Ready");
  return needs?.message || ready?.message || `is ${state}`;
}

export function statusOf(pipeline: Wanted, notes: Notes): PipelineStatus {
  return { ...(pipeline.intent.kind === "delete" ? ending(notes) : running(pipeline, notes)), clusters: notes };
}

/** Of several states the first is told. Those that have nothing to be mended or awaited come last. */
const ranks: Readonly<Record<ClusterState, number>> = { failed: 0, degraded: 1, deleting: 1, deploying: 2, pending: 3, stopping: 4, paused: 5, stopped: 6, ready: 8, completed: 9 };

function isFine(state: ClusterNote["state"]): boolean {
  return state !== "missing" && ranks[state] >= ranks.ready;
}

function running(pipeline: Wanted, notes: Notes): Omit<PipelineStatus, "clusters"> {
  const keys = inOrderOfNeed(pipeline);
  const states = keys.map((key) => asPart(notes[key]?.state ?? "missing"));
  const worst = states.toSorted((a, b) => ranks[a] - ranks[b])[0] ?? "ready";
  const state = worst === "pending" && states.some((one) => one !== "pending") ? "deploying" : worst;
  return { state, message: whyNotFine(keys, notes, worst) };
}

/** One that is not there, or will not be, is missing from a pipeline that still wants it. */
function asPart(state: ClusterNote["state"]): ClusterState {
  return state === "missing" || state === "deleting" ? "degraded" : state;
}

/** What broke comes first, then the first that others wait for; last, that something is still to go. */
function whyNotFine(keys: readonly string[], notes: Notes, worst: ClusterState): string {
  const unready = keys.filter((key) => !isFine(notes[key]?.state ?? "missing"));
  const broken = ranks[worst] <= ranks.degraded ? unready.find((key) => asPart(notes[key]?.state ?? "missing") === worst) : undefined;
  const first = broken ?? unready[0];
  if (first !== undefined) return `${first}: ${notes[first]?.message ?? "does not exist"}`;
  const leaving = Object.keys(notes).filter((key) => !keys.includes(key)).toSorted();
  return leaving.length === 0 ? "" : `${leaving.join(", ")}: no longer in the pipeline, and not gone yet`;
}

function ending(notes: Notes): Omit<PipelineStatus, "clusters"> {
  const left = Object.keys(notes).toSorted();
  const failed = left.find((key) => notes[key]?.state === "failed");
  if (failed !== undefined) return { state: "failed", message: `${failed}: ${notes[failed]?.message}` };
  const going = left.filter((key) => notes[key]?.state === "deleting");
  return { state: "deleting", message: `${going.join(", ")}: being deleted${left.length > going.length ? `, then ${left.filter((key) => !going.includes(key)).join(", ")}` : ""}` };
}

const underWay: ReadonlySet<ClusterState> = new Set<ClusterState>(["pending", "deploying", "stopping", "deleting"]);

/** Everything is as it is wanted, as far as it will be without a person. */
export function isSettled({ spec, intent, status: { state, clusters } }: Pick<PipelineSnapshot, "spec" | "intent" | "status">): boolean {
  if (intent.kind === "delete" || underWay.has(state)) return false;
  return Object.entries(clusters).every(([key, { current }]) => current && Object.hasOwn(spec.clusters, key));
}

const stateEvents: Readonly<Record<ClusterState, EventType | undefined>> = {
  pending: undefined,
  deploying: "pipeline.deploying",
  ready: "pipeline.ready",
  degraded: "pipeline.degraded",
  failed: "pipeline.failed",
  completed: "pipeline.completed",
  paused: "pipeline.paused",
  stopping: "pipeline.stopping",
  stopped: "pipeline.stopped",
  // The request to delete is an event of its own.
  deleting: undefined,
};

/** Undefined where nothing changes. */
export function statusWrite(pipeline: StoredPipeline, notes: Notes): Write | undefined {
  const [before, status] = [pipeline.status, statusOf(pipeline, notes)];
  if (isSameJson(before, status)) return undefined;
  const changed = Object.keys({ ...before.clusters, ...notes }).filter((key) => !isSameJson(before.clusters[key] ?? null, notes[key] ?? null));
  const type = before.state === status.state ? "pipeline.status_changed" : (stateEvents[status.state] ?? "pipeline.status_changed");
  const data = { state: status.state, previousState: before.state, message: status.message, clusters: changed.map((key) => ({ key, state: notes[key]?.state ?? "gone" })) };
  return { kind: "pipeline-status", uid: pipeline.uid, expect: { revision: pipeline.revision }, status, event: pipelineEvent({ ...pipelineSnapshotOf(pipeline), status }, { type, data }) };
}
