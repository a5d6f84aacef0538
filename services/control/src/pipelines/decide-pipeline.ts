import { isSameJson } from "@troupe/domain/canonical";
import { Failure } from "@troupe/domain/failure";
import type { ClusterDocument } from "@troupe/domain/language/cluster";
import type { Document } from "@troupe/domain/language/document";
import { clusterDocumentIn, type PipelineDocument, samePipelineSpec } from "@troupe/domain/language/pipeline";
import { appsIn, clusterNameOf, inOrderOfNeed, specOfCluster } from "@troupe/domain/language/pipeline-needs";
import type { Uid } from "@troupe/domain/name";
import type { Caller } from "../caller.ts";
import { clusterResource } from "../clusters/cluster-event.ts";
import { tellConsumers } from "../clusters/consumers.ts";
import { type Beside, decideCluster, type DecideClusterDeps, type Decision, refuseTakenNames } from "../clusters/decide-cluster.ts";
import { refuseNeeded } from "../clusters/deletion.ts";
import { nameTaken } from "../clusters/name-taken.ts";
import { bindingsOf } from "../clusters/needs.ts";
import { nothingChanges } from "../clusters/planning.ts";
import type { ClusterSnapshot, Mutation, Store, StoredCluster, Topology, Write } from "../store.ts";
import { FailuresOfClusters } from "./failures-of-clusters.ts";
import { leave, leavingOf, nextToLeave } from "./leaving.ts";
import { pipelineEvent, pipelineSnapshotOf } from "./pipeline-event.ts";
import { noteOf, statusOf } from "./pipeline-status.ts";
import type { PipelineSnapshot, StoredPipeline } from "./pipeline.ts";
import type { ClusterPlanAnswer, PipelinePlanAnswer } from "./plan-answer.ts";

export interface DecidePipelineDeps extends DecideClusterDeps {
  readonly store: DecideClusterDeps["store"] & Pick<Store, "clustersOfPipeline" | "clustersByName" | "consumersOf">;
}

/** What somebody wants of a pipeline, and the document that says so. */
export interface PipelineWish {
  readonly pipeline: PipelineDocument;
  readonly document: Document;
}

export interface PipelineDecision {
  readonly after: PipelineSnapshot;
  readonly plan: PipelinePlanAnswer;
  readonly topology: NonNullable<Mutation["topology"]>;
  readonly writes: Mutation["writes"];
}

/** What a wish means for a pipeline and all of its clusters; undefined: everything is so already. Throws everything that is refused. */
export async function decidePipeline(deps: DecidePipelineDeps, { pipeline: wanted, document }: PipelineWish, present: StoredPipeline | undefined, caller: Caller): Promise<PipelineDecision | undefined> {
  const time = new Date(deps.nowMs()).toISOString();
  const before = await readBefore(deps.store, wanted, present);
  const base = present ? pipelineSnapshotOf(present) : newPipeline(wanted, deps.newUid(), caller, time);
  const failures = new FailuresOfClusters(document);
  const decisions = await decideClusters(deps, { wanted, document, present, before, uid: base.uid }, caller, failures);
  const run: Pick<PipelineSnapshot, "spec" | "intent"> = { spec: wanted.spec, intent: { kind: "run" } };
  const leaving = leavingOf(run, before.own);
  for (const cluster of leaving) await failures.during(keyOf(cluster), () => refuseLosing(cluster, leaving, before.topology));
  failures.refuse();
  const going = nextToLeave(run, before.own, before.topology).map((cluster) => leave(run, cluster, time));
  if (present && decisions.size + going.length === 0 && isAsWanted(present, wanted)) return undefined;
  const after = afterAll(base, wanted, present, time, [...before.own, ...[...decisions.values(), ...going].map((one) => one.after)]);
  const plan = { unchanged: false, clusters: [...changesOf(decisions, present), ...lossesOf(leaving)], notes: [] };
  const event = pipelineEvent(after, { type: present ? "pipeline.updated" : "pipeline.created", data: { clusters: plan.clusters.map(({ key, action }) => ({ key, action })) } });
  const own = [...decisions.values(), ...going].map(({ write }) => write);
  return {
    after,
    plan,
    topology: { count: before.topology.count, changes: [...decisions.values()].some(({ topology }) => topology?.changes) },
    writes: [{ kind: "pipeline", pipeline: after, expect: present && { revision: present.revision }, event }, ...own, ...(await told(deps.store, wanted.project, [...decisions.values()], own))],
  };
}

function keyOf({ pipeline }: Pick<ClusterSnapshot, "pipeline">): string {
  return pipeline?.key ?? "";
}

function isAsWanted(present: StoredPipeline, { spec, labels, annotations }: PipelineDocument): boolean {
  return samePipelineSpec(present.spec, spec) && isSameJson([present.labels, present.annotations], [labels, annotations]);
}

/** `clusters`: of those that are there twice, the last counts. */
function afterAll(base: PipelineSnapshot, { labels, annotations, spec }: PipelineDocument, present: StoredPipeline | undefined, time: string, clusters: readonly ClusterSnapshot[]): PipelineSnapshot {
  const generation = base.generation + (present && !samePipelineSpec(present.spec, spec) ? 1 : 0);
  const unnoted: PipelineSnapshot = { ...base, labels, annotations, spec, generation, edition: (present?.edition ?? 0) + 1, updateTime: time };
  return { ...unnoted, status: statusOf(unnoted, Object.fromEntries(clusters.map((cluster) => [keyOf(cluster), noteOf(unnoted, keyOf(cluster), cluster)]))) };
}

/** Whoever waits for clusters of these names hears that they are there. */
async function told(store: DecidePipelineDeps["store"], project: string, decisions: readonly Decision[], own: readonly Write[]): Promise<readonly Write[]> {
  const created = decisions.flatMap(({ write, after: { name } }) => (write.kind === "create" ? [name] : []));
  return created.length > 0 ? (await tellConsumers(store, project, created, own)).writes : [];
}

interface Before {
  /** Of the pipeline, all that live. */
  readonly own: readonly StoredCluster[];
  /** Of the wanted names, those that others have. */
  readonly foreign: readonly StoredCluster[];
  /** With what the pipeline's clusters will need. */
  readonly topology: Topology;
}

async function readBefore(store: DecidePipelineDeps["store"], wanted: PipelineDocument, present: StoredPipeline | undefined): Promise<Before> {
  const topology = withNeeds(wanted, await store.topologyOf(wanted.project));
  const own = present ? await store.clustersOfPipeline(present.uid) : [];
  const known = new Set(own.map((cluster) => cluster.name));
  const others = Object.keys(wanted.spec.clusters).map((key) => clusterNameOf(wanted.name, key)).filter((name) => !known.has(name));
  return { own, topology, foreign: others.length > 0 ? await store.clustersByName(wanted.project, others) : [] };
}

/** Who will need whom. */
function withNeeds(wanted: PipelineDocument, { count, edges }: Topology): Topology {
  const needs = Object.keys(wanted.spec.clusters).map((key) => ({ consumer: clusterNameOf(wanted.name, key), spec: specOfCluster(wanted, key) }));
  const own = new Set(needs.map(({ consumer }) => consumer));
  return { count, edges: [...edges.filter(({ consumer }) => !own.has(consumer)), ...needs.flatMap(({ consumer, spec }) => (spec ? bindingsOf(spec).map(({ provider }) => ({ consumer, provider })) : []))] };
}

interface Deciding {
  readonly wanted: PipelineDocument;
  readonly document: Document;
  readonly present: StoredPipeline | undefined;
  readonly before: Before;
  readonly uid: Uid;
}

/** Key → what changes of its cluster, in order of need. */
async function decideClusters(deps: DecidePipelineDeps, { wanted, document, present, before, uid }: Deciding, caller: Caller, failures: FailuresOfClusters): Promise<ReadonlyMap<string, Decision>> {
  const keys = inOrderOfNeed(wanted);
  const apps = appsIn(wanted);
  const decisions = new Map<string, Decision>();
  for (const key of keys) {
    const name = clusterNameOf(wanted.name, key);
    const decision = await failures.during(key, async () => {
      refuseForeign(before.foreign.find((cluster) => cluster.name === name));
      const cluster = before.own.find((one) => one.name === name);
      if (cluster?.intent.kind === "delete") throw new Failure("conflict", `${clusterResource(cluster)} is being deleted: wait until it is gone`, { reason: "CLUSTER_DELETING", facts: { resource: clusterResource(cluster) } });
      const beside: Beside = { topology: before.topology, apps, part: { uid, key } };
      const wish = { cluster: clusterDocumentOf(wanted, key, present, cluster), document: clusterDocumentIn(document, key) };
      const decided = await decideCluster(deps, wish, cluster, caller, beside);
      if (decided) await refuseTakenNames(deps.store, decided);
      if (decided) refuseNameOfSibling(decided, [...decisions.values()]);
      return decided;
    });
    if (decision) decisions.set(key, decision);
  }
  return decisions;
}

/** A cluster that somebody made on its own is not taken over unasked. */
function refuseForeign(cluster: StoredCluster | undefined): void {
  if (!cluster) return;
  const resource = clusterResource(cluster);
  throw new Failure("already_exists", `${resource} exists already, and is not of this pipeline: delete it, or give the key another name`, { reason: "CLUSTER_EXISTS", facts: { resource } });
}

/** What the database would refuse in the end, without saying whose it is. */
function refuseNameOfSibling({ after, names }: Decision, before: readonly Decision[]): void {
  for (const sibling of before.filter((one) => one.after.target === after.target && one.after.namespace === after.namespace)) {
    const name = names?.objectNames.find((wanted) => sibling.names?.objectNames.includes(wanted));
    if (name !== undefined) throw nameTaken({ name, cluster: clusterResource(sibling.after) });
  }
}

/** The pipeline's labels go before those that the cluster has of its own; what the pipeline no longer says goes. */
function clusterDocumentOf(wanted: PipelineDocument, key: string, before: StoredPipeline | undefined, cluster: StoredCluster | undefined): ClusterDocument {
  const { name, project } = wanted;
  const spec = specOfCluster(wanted, key);
  if (!spec) throw new Failure("internal", `the pipeline ${name} has no cluster ${key}`);
  const own = Object.entries(cluster?.labels ?? {}).filter(([label]) => before === undefined || !Object.hasOwn(before.labels, label));
  return { name: clusterNameOf(name, key), project, labels: { ...Object.fromEntries(own), ...wanted.labels }, annotations: cluster?.annotations ?? {}, spec };
}

/** One that is no longer in the spec: nothing that stays may need it. */
function refuseLosing(cluster: StoredCluster, leaving: readonly StoredCluster[], { edges }: Topology): void {
  const going = new Set(leaving.map(({ name }) => name));
  if (cluster.intent.kind === "run") refuseNeeded(cluster, edges.filter(({ consumer }) => !going.has(consumer)));
}

function newPipeline({ name, project, labels, annotations, spec }: PipelineDocument, uid: Uid, caller: Caller, time: string): PipelineSnapshot {
  const status = { state: "pending" as const, message: "", clusters: {} };
  return { uid, project, name, labels, annotations, generation: 1, edition: 1, createTime: time, updateTime: time, deleteTime: undefined, creator: caller.name, intent: { kind: "run" }, spec, status };
}

const becomesAgain = "it was changed on its own, and becomes again what the pipeline says";

function changesOf(decisions: ReadonlyMap<string, Decision>, present: StoredPipeline | undefined): readonly ClusterPlanAnswer[] {
  return [...decisions].map(([key, { after, plan, write }]) => {
    const notes = write.kind === "spec" && present?.status.clusters[key]?.changed ? [...plan.notes, becomesAgain] : plan.notes;
    return { key, cluster: clusterResource(after), action: write.kind === "create" ? "create" : "update", plan: { ...plan, notes } };
  });
}

function lossesOf(leaving: readonly StoredCluster[]): readonly ClusterPlanAnswer[] {
  const plan = { ...nothingChanges, unchanged: false, notes: ["volumes and generated secrets are kept"] };
  return leaving.filter(({ intent }) => intent.kind === "run").map((cluster) => ({ key: keyOf(cluster), cluster: clusterResource(cluster), action: "delete", plan }));
}
