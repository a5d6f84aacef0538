import { ClusterState } from "@troupe/proto/troupe/v1/cluster";
import { ClusterAction, GraphEdge, GraphNode, Pipeline, PipelineChange, type PipelineGraph } from "@troupe/proto/troupe/v1/pipeline";
import { describe, expect, test } from "vitest";
import { pipelineGoals } from "../pipeline-goals.ts";
import { paintFor } from "./paint.ts";
import { changedClusters, graphLines, lookOfPipeline, pipelineChangeText, readyClusters } from "./pipeline.ts";

const plain = paintFor({ isTerminal: false, refused: true, env: {} });
const { CLUSTER_STATE_READY: ready, CLUSTER_STATE_DEPLOYING: deploying, CLUSTER_STATE_UNSPECIFIED: missing } = ClusterState;

const empty = PipelineChange.decode(new Uint8Array());

function aPipeline(change: Partial<Pipeline> = {}): Pipeline {
  const name = "projects/p/pipelines/clicks";
  const cluster = (key: string, state: ClusterState, changed = false) => ({ key, cluster: `projects/p/clusters/clicks-${key}`, state, changed, message: "" });
  return { ...Pipeline.decode(new Uint8Array()), name, spec: { clusters: {} }, status: { state: ready, message: "", clusters: [cluster("log", ready), cluster("work", ready, true), cluster("table", missing, true)] }, ...change };
}

describe("a pipeline", () => {
  test("is Ready only where all that was seen is about what is wanted now", () => {
    expect(lookOfPipeline(aPipeline()).word).toBe("Ready");
    expect(lookOfPipeline(aPipeline({ reconciling: true })).word).toBe("Updating");
    expect(lookOfPipeline(aPipeline({ deleteTime: "2026-11-28T00:00:00Z" })).word).toBe("Deleting");
  });

  test("says how many of its clusters are ready, and which are not as it says", () => {
    expect([readyClusters(aPipeline()), changedClusters(aPipeline())]).toEqual(["2/3", "work, table (deleted)"]);
  });

  test("is awaited by its clusters; those that it no longer has must be gone", () => {
    const spec = { clusters: { log: aPipeline().spec?.clusters["log"] as never } };
    expect(pipelineGoals(aPipeline({ spec }), "ready").map(({ name, until }) => [name.split("-").at(-1), until])).toEqual([["log", "ready"], ["work", "deleted"], ["table", "deleted"]]);
  });
});

describe("a change of a pipeline in a line", () => {
  const plan = (action: ClusterAction, key: string, fields: readonly { path: string; before: string; after: string }[] = []) => ({ key, cluster: `projects/p/clusters/clicks-${key}`, action, plan: { unchanged: false, fields, members: [], notes: [] } });
  const changeOf = (created: boolean, clusters: readonly ReturnType<typeof plan>[]) => pipelineChangeText({ ...empty, pipeline: aPipeline(), created, plan: { unchanged: false, clusters, notes: [] } });

  test("names what is made, changed and deleted", () => {
    expect(changeOf(true, [plan(ClusterAction.CLUSTER_ACTION_CREATE, "log"), plan(ClusterAction.CLUSTER_ACTION_CREATE, "work")])).toBe("pipeline/clicks created (log, work)");
    expect(changeOf(false, [plan(ClusterAction.CLUSTER_ACTION_UPDATE, "log", [{ path: "params.size", before: "3", after: "5" }]), plan(ClusterAction.CLUSTER_ACTION_DELETE, "old")])).toBe("pipeline/clicks configured (log: params.size 3 → 5; old deleted)");
    expect(pipelineChangeText({ ...empty, pipeline: aPipeline(), plan: { unchanged: true, clusters: [], notes: [] } })).toBe("pipeline/clicks unchanged");
  });
});

describe("a graph in text", () => {
  const node = (id: string, change: Partial<GraphNode>): GraphNode => ({ ...GraphNode.decode(new Uint8Array()), id, ...change });
  const edge = (change: Partial<GraphEdge>): GraphEdge => ({ ...GraphEdge.decode(new Uint8Array()), ...change });

  test("has each cluster with its state, and below it what it is given and by whom", () => {
    const graph: PipelineGraph = {
      revision: 1n,
      nodes: [
        node("clicks-log", { kind: 1, key: "log", app: "queue@1.0+1", state: ready, ready: 3, wanted: 3 }),
        node("clicks-work", { kind: 1, key: "work", app: "engine@1.0+1", state: deploying, ready: 0, wanted: 1, changed: true }),
        node("clicks-table", { kind: 1, key: "table", changed: true, message: "was deleted on its own" }),
        node("clicks-work.extra", { kind: 3 }),
      ],
      edges: [
        edge({ from: "clicks-log", to: "clicks-work", slot: "source", state: 1 }),
        edge({ from: "clicks-table", to: "clicks-work", slot: "sink", state: 2, message: "it does not exist\u001b[2J" }),
        edge({ from: "clicks-work.extra", to: "clicks-work", slot: "extra", state: 1 }),
      ],
    };
    expect(graphLines(graph, plain)).toEqual([
      "● log    Ready 3/3       queue@1.0+1",
      "● work   Deploying 0/1   engine@1.0+1 · changed on its own",
      "├─ source ← log  bound",
      "├─ sink ← table  waits: it does not exist\\u001b[2J",
      "└─ extra ← literal values  bound",
      "● table  Missing         was deleted on its own",
    ]);
  });
});
