import type { Json, JsonObject } from "@troupe/domain/json";
import { clusterNameOf, inOrderOfNeed } from "@troupe/domain/language/pipeline-needs";
import { ClusterState } from "@troupe/proto/troupe/v1/cluster";
import * as wire from "@troupe/proto/troupe/v1/pipeline";
import type { PipelineNews } from "../events/watch-pipelines.ts";
import type { AppliedPipeline } from "../pipelines/applied.ts";
import type { Graph, GraphEdge, GraphNode } from "../pipelines/graph.ts";
import { pipelineEtagOf, pipelineResource } from "../pipelines/pipeline-event.ts";
import { isSettled } from "../pipelines/pipeline-status.ts";
import type { PipelineSnapshot } from "../pipelines/pipeline.ts";
import type { ClusterPlanAnswer, PipelinePlanAnswer } from "../pipelines/plan-answer.ts";
import { documentSpec, mapValues, toWireAppName, toWirePlan, toWireSpec, toWireState } from "./words.ts";
import { WatchKind } from "@troupe/proto/troupe/v1/cluster";

/** Changes of words between the domain and the wire, for pipelines. Nothing is judged. */

export function toWirePipeline(pipeline: PipelineSnapshot, revision: number): wire.Pipeline {
  return {
    name: pipelineResource(pipeline),
    uid: pipeline.uid,
    labels: pipeline.labels,
    annotations: pipeline.annotations,
    generation: BigInt(pipeline.generation),
    etag: pipelineEtagOf(pipeline),
    createTime: pipeline.createTime,
    updateTime: pipeline.updateTime,
    deleteTime: pipeline.deleteTime,
    creator: pipeline.creator,
    revision: BigInt(revision),
    spec: { clusters: mapValues(pipeline.spec.clusters, toWireSpec) },
    status: toWireStatus(pipeline),
    reconciling: !isSettled(pipeline),
  };
}

function toWireStatus(pipeline: PipelineSnapshot): wire.PipelineStatus {
  const { project, name, status } = pipeline;
  const keys = inOrderOfNeed(pipeline);
  const others = Object.keys(status.clusters).filter((key) => !keys.includes(key)).toSorted();
  const clusters = [...keys, ...others].flatMap((key): readonly wire.PipelineCluster[] => {
    const note = status.clusters[key];
    return note ? [{ key, cluster: `projects/${project}/clusters/${clusterNameOf(name, key)}`, state: note.state === "missing" ? ClusterState.CLUSTER_STATE_UNSPECIFIED : toWireState(note.state), changed: note.changed, message: note.message }] : [];
  });
  return { state: toWireState(status.state), message: status.message, clusters };
}

export function toPipelineChange({ pipeline, revision, plan, created }: AppliedPipeline): wire.PipelineChange {
  return { pipeline: pipeline && toWirePipeline(pipeline, revision), plan: toWirePipelinePlan(plan), created };
}

const actions: Readonly<Record<ClusterPlanAnswer["action"], wire.ClusterAction>> = {
  create: wire.ClusterAction.CLUSTER_ACTION_CREATE,
  update: wire.ClusterAction.CLUSTER_ACTION_UPDATE,
  delete: wire.ClusterAction.CLUSTER_ACTION_DELETE,
};

function toWirePipelinePlan({ unchanged, clusters, notes }: PipelinePlanAnswer): wire.PipelinePlan {
  return { unchanged, clusters: clusters.map(({ key, cluster, action, plan }) => ({ key, cluster, action: actions[action], plan: toWirePlan(plan) })), notes };
}

export function toPipelineNews(news: PipelineNews): wire.WatchPipelinesResponse {
  const revision = BigInt(news.revision);
  switch (news.kind) {
    case "upsert":
      return { kind: WatchKind.WATCH_KIND_UPSERT, revision, pipeline: toWirePipeline(news.pipeline, news.pipeline.revision) };
    case "delete":
      return { kind: WatchKind.WATCH_KIND_DELETE, revision, pipeline: toWirePipeline(news.pipeline, news.revision) };
    case "bookmark":
      return { kind: WatchKind.WATCH_KIND_BOOKMARK, revision, pipeline: undefined };
  }
}

export function toWireGraph({ nodes, edges, revision }: Graph): wire.PipelineGraph {
  return { nodes: nodes.map(toWireNode), edges: edges.map(toWireEdge), revision: BigInt(revision) };
}

const nodeKinds: Readonly<Record<GraphNode["kind"], wire.GraphNodeKind>> = {
  member: wire.GraphNodeKind.GRAPH_NODE_KIND_MEMBER,
  outside: wire.GraphNodeKind.GRAPH_NODE_KIND_OUTSIDE,
  literal: wire.GraphNodeKind.GRAPH_NODE_KIND_LITERAL,
};

function toWireNode({ id, kind, key = "", cluster, state, changed, message }: GraphNode): wire.GraphNode {
  const roles = cluster?.status?.roles ?? [];
  return {
    id,
    kind: nodeKinds[kind],
    key,
    cluster: cluster ? `projects/${cluster.project}/clusters/${cluster.name}` : "",
    app: cluster ? toWireAppName(cluster.app) : "",
    state: state ? toWireState(state) : ClusterState.CLUSTER_STATE_UNSPECIFIED,
    ready: roles.reduce((sum, role) => sum + role.ready, 0),
    wanted: roles.reduce((sum, role) => sum + role.wanted, 0),
    changed,
    message,
  };
}

function toWireEdge({ from, to, slot, state, message }: GraphEdge): wire.GraphEdge {
  return { from, to, slot, state: state === "bound" ? wire.GraphEdgeState.GRAPH_EDGE_STATE_BOUND : wire.GraphEdgeState.GRAPH_EDGE_STATE_WAITING, message };
}

/** What a message says, as the document that says the same: so one parser judges both. */
export function toPipelineDocument(project: string, name: string, { labels, annotations, spec }: wire.PipelineInput): JsonObject {
  return {
    apiVersion: "troupe.dev/v1",
    kind: "Pipeline",
    metadata: { name, namespace: project, labels, annotations },
    spec: { clusters: mapValues(spec?.clusters ?? {}, documentSpec) as Json },
  };
}
