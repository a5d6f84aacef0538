import { ClusterState } from "@troupe/proto/troupe/v1/cluster";
import { ClusterAction, GraphEdgeState, GraphNodeKind, type Pipeline, type PipelineChange, type PipelineGraph, type PipelinePlan } from "@troupe/proto/troupe/v1/pipeline";
import { stringify } from "yaml";
import { globalId, nameIn, planWords, specDocument, specWords } from "./words.ts";

/** From messages about pipelines to GraphQL's types: a change of words, nothing else. */

export function pipelineWords(pipeline: Pipeline) {
  const [, project = "", , shortName = ""] = pipeline.name.split("/");
  const clusters = Object.entries(pipeline.spec?.clusters ?? {});
  return {
    ...pipeline,
    __typename: "Pipeline",
    id: globalId("Pipeline", pipeline.name),
    shortName,
    project,
    generation: String(pipeline.generation),
    revision: String(pipeline.revision),
    spec: { clusters: clusters.map(([key, spec]) => ({ key, spec: specWords(spec) })) },
    // Written only when it is asked for.
    yaml: () => stringify({ apiVersion: "troupe.dev/v1", kind: "Pipeline", metadata: { name: shortName, namespace: project }, spec: { clusters: Object.fromEntries(clusters.map(([key, spec]) => [key, specDocument(spec)])) } }),
    status: {
      state: stateWord(pipeline.status?.state ?? ClusterState.CLUSTER_STATE_PENDING),
      message: pipeline.status?.message ?? "",
      clusters: (pipeline.status?.clusters ?? []).map(({ key, cluster, state, changed, message }) => ({ key, clusterName: cluster, state: stateWord(state), changed, message })),
    },
  };
}

/** Null: it does not exist. */
function stateWord(state: ClusterState): string | null {
  return state === ClusterState.CLUSTER_STATE_UNSPECIFIED ? null : nameIn(ClusterState, state, "CLUSTER_STATE_");
}

export function pipelineChangeWords({ pipeline, plan, created }: PipelineChange) {
  return { pipeline: pipeline ? pipelineWords(pipeline) : null, plan: pipelinePlanWords(plan), created };
}

function pipelinePlanWords(plan: PipelinePlan | undefined) {
  if (plan === undefined) return null;
  return { ...plan, clusters: plan.clusters.map(({ key, cluster, action, plan: own }) => ({ key, clusterName: cluster, action: nameIn(ClusterAction, action, "CLUSTER_ACTION_"), plan: planWords(own) })) };
}

export function graphWords({ nodes, edges, revision }: PipelineGraph) {
  return {
    revision: String(revision),
    nodes: nodes.map(({ kind, key, cluster, app, state, ...node }) => ({ ...node, kind: nameIn(GraphNodeKind, kind, "GRAPH_NODE_KIND_"), key: key || null, clusterName: cluster || null, app: app || null, state: stateWord(state) })),
    edges: edges.map(({ state, message, ...edge }) => ({ ...edge, state: nameIn(GraphEdgeState, state, "GRAPH_EDGE_STATE_"), message: message || null })),
  };
}
