import { ClusterState } from "@troupe/proto/troupe/v1/cluster";
import { ClusterAction, type ClusterPlan, type GraphEdge, GraphEdgeState, type GraphNode, GraphNodeKind, type Pipeline, type PipelineChange, type PipelineGraph, type PipelinePlan } from "@troupe/proto/troupe/v1/pipeline";
import { spokenName } from "../resource-names.ts";
import { fieldsText, planLines } from "./change.ts";
import { type Look, lookOfState } from "./cluster.ts";
import type { Paint } from "./paint.ts";
import { visible } from "./visible.ts";
import { padEnd, widthOf } from "./width.ts";

/** Ready is not believed while some cluster has not caught up with its spec. */
export function lookOfPipeline({ deleteTime, status, reconciling }: Pipeline): Look {
  const state = status?.state ?? ClusterState.CLUSTER_STATE_PENDING;
  if (deleteTime !== undefined && state !== ClusterState.CLUSTER_STATE_FAILED) return lookOfState(ClusterState.CLUSTER_STATE_DELETING);
  return state === ClusterState.CLUSTER_STATE_READY && reconciling ? { word: "Updating", colour: "yellow" } : lookOfState(state);
}

/** `2/3`: clusters that are ready, of those that there are to be. */
export function readyClusters({ status }: Pipeline): string {
  const clusters = status?.clusters ?? [];
  return `${clusters.filter(({ state }) => state === ClusterState.CLUSTER_STATE_READY || state === ClusterState.CLUSTER_STATE_COMPLETED).length}/${clusters.length}`;
}

export function changedClusters({ status }: Pipeline): string {
  return (status?.clusters ?? []).flatMap(({ key, changed, state }) => (changed ? [state === ClusterState.CLUSTER_STATE_UNSPECIFIED ? `${key} (deleted)` : key] : [])).join(", ");
}

/** `pipeline/clicks created (log, work)`, `pipeline/clicks configured (log: params.size 3 → 5; old deleted)`. */
export function pipelineChangeText({ pipeline, plan, created }: PipelineChange): string {
  const name = spokenName(pipeline?.name ?? "");
  if (plan?.unchanged) return visible(`${name} unchanged`);
  const clusters = plan?.clusters ?? [];
  const detail = created ? clusters.map(({ key }) => key).join(", ") : clusters.map(clusterChangeText).join("; ");
  return visible(`${name} ${created ? "created" : "configured"}${detail === "" ? "" : ` (${detail})`}`);
}

const actionWords: Readonly<Record<ClusterAction, string>> = {
  [ClusterAction.CLUSTER_ACTION_UNSPECIFIED]: "changed",
  [ClusterAction.CLUSTER_ACTION_CREATE]: "created",
  [ClusterAction.CLUSTER_ACTION_UPDATE]: "changed",
  [ClusterAction.CLUSTER_ACTION_DELETE]: "deleted",
};

function clusterChangeText({ key, action, plan }: ClusterPlan): string {
  const fields = action === ClusterAction.CLUSTER_ACTION_UPDATE ? fieldsText(plan) : "";
  return fields === "" ? `${key} ${actionWords[action]}` : `${key}: ${fields}`;
}

/** What happens to each cluster and its members. */
export function pipelinePlanLines(plan: PipelinePlan | undefined): readonly string[] {
  const clusters = (plan?.clusters ?? []).flatMap(({ cluster, action, plan: own }) => [visible(`  ${spokenName(cluster)} ${actionWords[action]}`), ...planLines(own).map((line) => `  ${line}`)]);
  return [...clusters, ...(plan?.notes ?? []).map((note) => visible(`  ${note}`))];
}

/** Each cluster after those that it needs, and below it what it is given by whom. */
export function graphLines({ nodes, edges }: PipelineGraph, paint: Paint): readonly string[] {
  const drawn = nodes.filter(({ kind }) => kind !== GraphNodeKind.GRAPH_NODE_KIND_LITERAL);
  const names = new Map(nodes.map((node) => [node.id, nodeName(node)]));
  const width = Math.max(0, ...drawn.map((node) => widthOf(visible(nodeName(node)))));
  return drawn.flatMap((node) => {
    const given = edges.filter(({ to }) => to === node.id);
    return [nodeLine(node, width, paint), ...given.map((edge, index) => edgeLine(edge, names.get(edge.from) ?? edge.from, index === given.length - 1, paint))];
  });
}

function nodeName({ id, key, kind }: GraphNode): string {
  return kind === GraphNodeKind.GRAPH_NODE_KIND_MEMBER ? key : kind === GraphNodeKind.GRAPH_NODE_KIND_LITERAL ? "literal values" : `${id} (outside)`;
}

function nodeLine(node: GraphNode, width: number, paint: Paint): string {
  const { word, colour } = node.state === ClusterState.CLUSTER_STATE_UNSPECIFIED ? ({ word: "Missing", colour: "red" } as const) : lookOfState(node.state);
  const state = `${word}${node.wanted > 0 ? ` ${node.ready}/${node.wanted}` : ""}`;
  const notes = [visible(node.app), ...(node.changed && node.app !== "" ? ["changed on its own"] : []), visible(node.message)].filter((part) => part !== "");
  return `${paint[colour]("●")} ${padEnd(visible(nodeName(node)), width)}  ${paint[colour](padEnd(state, 14))}  ${paint.dim(notes.join(" · "))}`.trimEnd();
}

function edgeLine({ slot, state, message }: GraphEdge, from: string, isLast: boolean, paint: Paint): string {
  const isBound = state === GraphEdgeState.GRAPH_EDGE_STATE_BOUND;
  return `${isLast ? "└─" : "├─"} ${visible(slot)} ← ${visible(from)}  ${isBound ? paint.green("bound") : paint.yellow(visible(`waits: ${message}`))}`;
}
