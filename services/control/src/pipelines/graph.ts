import type { App } from "@troupe/domain/language/app";
import { clusterNameOf, inOrderOfNeed } from "@troupe/domain/language/pipeline-needs";
import type { ClusterState } from "@troupe/domain/life/status";
import { bindNeeds } from "@troupe/domain/plan/needs";
import type { AppBook } from "../apps/app-book.ts";
import { stateOf } from "../clusters/cluster-state.ts";
import { bindingsOf } from "../clusters/needs.ts";
import type { Store, StoredCluster } from "../store.ts";
import { noteOf, noteOfGone } from "./pipeline-status.ts";
import type { PipelineSnapshot } from "./pipeline.ts";
import { getPipeline, type PipelineKey } from "./read-pipelines.ts";

export interface GraphNode {
  /** What edges call it: a cluster's name; `<consumer>.<slot>` of literal values. */
  readonly id: string;
  readonly kind: "member" | "outside" | "literal";
  readonly key: string | undefined;
  /** Undefined: it does not exist. */
  readonly cluster: StoredCluster | undefined;
  readonly state: ClusterState | undefined;
  readonly changed: boolean;
  readonly message: string;
}

export interface GraphEdge {
  /** Who offers. */
  readonly from: string;
  /** Who needs. */
  readonly to: string;
  readonly slot: string;
  readonly state: "bound" | "waiting";
  readonly message: string;
}

export interface Graph {
  /** Those of the pipeline, each after those that it needs; then what is outside. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly revision: number;
}

export interface GraphDeps {
  readonly store: Pick<Store, "findPipeline" | "clustersOfPipeline" | "clustersByName">;
  readonly apps: AppBook;
}

/** Who gives what to whom in a pipeline, as its clusters are now: also where they were changed on their own. */
export async function graphOf({ store, apps }: GraphDeps, key: PipelineKey): Promise<Graph> {
  const pipeline = await getPipeline(store, key);
  const own = await store.clustersOfPipeline(pipeline.uid);
  const names = new Set(own.map(({ name }) => name));
  const needed = [...new Set(own.flatMap(({ spec }) => bindingsOf(spec).map(({ provider }) => provider)))].filter((name) => !names.has(name));
  const outside = needed.length > 0 ? await store.clustersByName(key.project, needed) : [];
  const definitions = new Map(await Promise.all(own.map(async ({ name, app }) => [name, await apps.appOf(app.digest)] as const)));
  return { ...graph(pipeline, own, outside, definitions), revision: pipeline.revision };
}

/** `definitions`: of the pipeline's clusters, by cluster. */
export function graph(pipeline: PipelineSnapshot, own: readonly StoredCluster[], outside: readonly StoredCluster[], definitions: ReadonlyMap<string, App>): Omit<Graph, "revision"> {
  const byName = new Map([...outside, ...own].map((cluster) => [cluster.name, cluster]));
  const members = memberNodes(pipeline, own);
  const edges = members.flatMap(({ cluster }) => (cluster ? edgesTo(cluster, definitions.get(cluster.name), byName) : []));
  const inside = new Set(members.map(({ id }) => id));
  const others = [...new Set(edges.map(({ from }) => from))].filter((id) => !inside.has(id));
  return { nodes: [...members, ...others.map((id) => otherNode(id, byName.get(id)))], edges };
}

/** Those of the spec, whether they are there or not; then those that are on their way out. */
function memberNodes(pipeline: PipelineSnapshot, own: readonly StoredCluster[]): readonly GraphNode[] {
  const byKey = new Map(own.map((cluster) => [cluster.pipeline?.key ?? "", cluster]));
  const keys = inOrderOfNeed(pipeline);
  const leaving = [...byKey.keys()].filter((key) => !keys.includes(key)).toSorted();
  return [...keys, ...leaving].flatMap((key): readonly GraphNode[] => {
    const cluster = byKey.get(key);
    const id = clusterNameOf(pipeline.name, key);
    if (cluster) {
      const { state, changed, message } = noteOf(pipeline, key, cluster);
      return [{ id, kind: "member", key, cluster, state: state === "missing" ? undefined : state, changed, message }];
    }
    const gone = noteOfGone(pipeline, key);
    return gone ? [{ id, kind: "member", key, cluster, state: undefined, changed: true, message: gone.message }] : [];
  });
}

function edgesTo({ name, spec, namespace }: StoredCluster, app: App | undefined, byName: ReadonlyMap<string, StoredCluster>): readonly GraphEdge[] {
  const exportsFound = Object.fromEntries(bindingsOf(spec).flatMap(({ provider }) => (byName.has(provider) ? [[provider, byName.get(provider)?.status?.exports ?? {}]] : [])));
  const needs = app ? bindNeeds(app, spec, exportsFound, namespace) : {};
  return Object.entries(spec.needs).map(([slot, binding]): GraphEdge => {
    const need = needs[slot];
    const from = binding.kind === "cluster" ? binding.cluster : `${name}.${slot}`;
    return { from, to: name, slot, state: need?.kind === "waiting" ? "waiting" : "bound", message: need?.kind === "waiting" ? need.message : "" };
  });
}

function otherNode(id: string, cluster: StoredCluster | undefined): GraphNode {
  // No name of a cluster has a dot in it.
  if (id.includes(".")) return { id, kind: "literal", key: undefined, cluster: undefined, state: undefined, changed: false, message: "" };
  return { id, kind: "outside", key: undefined, cluster, state: cluster && stateOf(cluster), changed: false, message: cluster ? "" : "does not exist" };
}
