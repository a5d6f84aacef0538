import { ClusterAction, GraphEdgeState, GraphNodeKind, type Pipeline, type PipelineGraph, type PipelinePlan } from "@troupe/proto/troupe/v1/pipeline";
import { projectOf, shortName } from "../resource-names.ts";
import { apiVersion, mapValues, nonEmpty, planDocument, specDocument, stateWord, wordOf } from "./document.ts";

/** A Pipeline as one could apply it, and its status. */
export function pipelineDocument(pipeline: Pipeline) {
  return {
    apiVersion,
    kind: "Pipeline",
    metadata: {
      name: shortName(pipeline.name),
      namespace: projectOf(pipeline.name),
      ...nonEmpty("labels", pipeline.labels),
      ...nonEmpty("annotations", pipeline.annotations),
      uid: pipeline.uid,
      generation: Number(pipeline.generation),
      creationTimestamp: pipeline.createTime,
      ...(pipeline.deleteTime !== undefined && { deletionTimestamp: pipeline.deleteTime }),
    },
    spec: { clusters: mapValues(pipeline.spec?.clusters ?? {}, specDocument) },
    status: {
      state: stateWord(pipeline.status?.state),
      message: pipeline.status?.message ?? "",
      reconciling: pipeline.reconciling,
      revision: Number(pipeline.revision),
      etag: pipeline.etag,
      creator: pipeline.creator,
      updateTime: pipeline.updateTime,
      clusters: (pipeline.status?.clusters ?? []).map(({ state, cluster, ...rest }) => ({ ...rest, cluster: shortName(cluster), state: state === 0 ? "MISSING" : stateWord(state) })),
    },
  };
}

export function graphDocument({ nodes, edges }: PipelineGraph) {
  return {
    nodes: nodes.map(({ kind, state, ...node }) => ({ ...node, kind: wordOf(GraphNodeKind, "GRAPH_NODE_KIND_", kind), ...(state !== 0 && { state: stateWord(state) }) })),
    edges: edges.map(({ state, ...edge }) => ({ ...edge, state: wordOf(GraphEdgeState, "GRAPH_EDGE_STATE_", state) })),
  };
}

export function pipelinePlanDocument(plan: PipelinePlan | undefined) {
  return {
    unchanged: plan?.unchanged ?? false,
    clusters: (plan?.clusters ?? []).map(({ key, cluster, action, plan: own }) => ({ key, cluster: shortName(cluster), action: wordOf(ClusterAction, "CLUSTER_ACTION_", action), ...planDocument(own) })),
    notes: plan?.notes ?? [],
  };
}
