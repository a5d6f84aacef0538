import { mapNames } from "../by-name.ts";
import type { ClusterName } from "../name.ts";
import { parseAppReference } from "./app-reference.ts";
import type { ProviderApp } from "./check-providers.ts";
import type { ClusterSpec } from "./cluster.ts";
import type { PipelineSpec } from "./pipeline.ts";

/** What the needs of a pipeline's clusters mean: who is meant by a name, and in which order that brings them. */

/** A pipeline as far as its names go. */
export interface Named {
  readonly name: string;
  readonly spec: PipelineSpec;
}

export function clusterNameOf(pipeline: string, key: string): ClusterName {
  return `${pipeline}-${key}`;
}

/** Name of each of a pipeline's clusters → the app that it is to be of, whether it exists yet or not. */
export function appsIn({ name, spec }: Named): Readonly<Record<ClusterName, ProviderApp>> {
  return Object.fromEntries(
    Object.entries(spec.clusters).map(([key, { app }]) => {
      const reference = parseAppReference(app);
      return [clusterNameOf(name, key), { name: reference.name, version: reference.version }];
    }),
  );
}

/** What a cluster of a pipeline is to be, its siblings called by their names; undefined where there is none of that key. */
export function specOfCluster({ name, spec: { clusters } }: Named, key: string): ClusterSpec | undefined {
  const spec = Object.hasOwn(clusters, key) ? clusters[key] : undefined;
  const nameFor = (needed: string): ClusterName => (Object.hasOwn(clusters, needed) ? clusterNameOf(name, needed) : needed);
  return spec && { ...spec, needs: mapNames(spec.needs, (need) => (need.kind === "cluster" ? { kind: "cluster", cluster: nameFor(need.cluster) } : need)) };
}

/** A cluster needs another of the same pipeline. */
export interface SiblingNeed {
  readonly slot: string;
  /** The sibling's key, however it is named. */
  readonly sibling: string;
}

/** Key → those of its needs that siblings meet. */
export function siblingNeeds(pipeline: Named): ReadonlyMap<string, readonly SiblingNeed[]> {
  const keys = Object.keys(pipeline.spec.clusters);
  const keyOf = new Map(keys.map((key) => [clusterNameOf(pipeline.name, key), key]));
  return new Map(
    keys.map((key) => {
      const needs = Object.entries(specOfCluster(pipeline, key)?.needs ?? {});
      const among = needs.flatMap(([slot, need]) => {
        const sibling = need.kind === "cluster" ? keyOf.get(need.cluster) : undefined;
        return sibling === undefined ? [] : [{ slot, sibling }];
      });
      return [key, among];
    }),
  );
}

/** Keys, each after those that it needs, else by name. Those on a cycle come last. */
export function inOrderOfNeed(pipeline: Named): readonly string[] {
  const needs = siblingNeeds(pipeline);
  const ordered = new Set<string>();
  for (let before = -1; ordered.size > before; ) {
    before = ordered.size;
    const next = [...needs].filter(([key, among]) => !ordered.has(key) && among.every(({ sibling }) => ordered.has(sibling)));
    for (const [key] of next.toSorted(([a], [b]) => (a < b ? -1 : 1))) ordered.add(key);
  }
  return [...ordered, ...[...needs.keys()].filter((key) => !ordered.has(key)).toSorted()];
}

export interface Cycle {
  /** Where it is told: the need that leads into it. */
  readonly key: string;
  readonly slot: string;
  /** Keys from one cluster back to itself. */
  readonly way: readonly string[];
}

/** One for each group of clusters that wait for each other; a cluster that needs itself is one. */
export function cyclesOf(pipeline: Named): readonly Cycle[] {
  const needs = siblingNeeds(pipeline);
  const told = new Set<string>();
  return [...needs].flatMap(([key, among]) =>
    among.flatMap(({ slot, sibling }): readonly Cycle[] => {
      const way = told.has(key) ? undefined : wayTo(key, sibling, needs);
      for (const at of way ?? []) told.add(at);
      return way ? [{ key, slot, way: [key, ...way] }] : [];
    }),
  );
}

/** Keys from one to another along what they need, the first and the last included. */
function wayTo(target: string, from: string, needs: ReadonlyMap<string, readonly SiblingNeed[]>): readonly string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
  for (const key of cameFrom.keys()) {
    if (key === target) return wayBack(key, cameFrom);
    for (const { sibling } of needs.get(key) ?? []) if (!cameFrom.has(sibling)) cameFrom.set(sibling, key);
  }
  return undefined;
}

function wayBack(key: string, cameFrom: ReadonlyMap<string, string | undefined>): readonly string[] {
  const way: string[] = [];
  for (let at: string | undefined = key; at !== undefined; at = cameFrom.get(at)) way.unshift(at);
  return way;
}
