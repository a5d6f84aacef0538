import { canonicalJson } from "@troupe/domain/canonical";
import { Failure, invalid } from "@troupe/domain/failure";
import type { App } from "@troupe/domain/language/app";
import { checkProviders, type ProviderApp } from "@troupe/domain/language/check-providers";
import { checkSpec } from "@troupe/domain/language/check-spec";
import { sameSpec } from "@troupe/domain/language/cluster";
import { atTheirPlaces } from "@troupe/domain/language/placed";
import type { Uid } from "@troupe/domain/name";
import { bindNeeds } from "@troupe/domain/plan/needs";
import { refusals } from "@troupe/domain/plan/refusals";
import type { AppRef } from "@troupe/domain/plan/sources";
import { headlessServiceName, roleObjectName } from "@troupe/domain/render/identity";
import type { AppBook } from "../apps/app-book.ts";
import { resolveApp } from "../apps/resolve-app.ts";
import type { Caller } from "../caller.ts";
import { expiryMs } from "../instances/heartbeat.ts";
import type { PipelinePart } from "../pipelines/pipeline.ts";
import type { ClusterSnapshot, Mutation, NewCluster, Store, StoredCluster, Topology, Write } from "../store.ts";
import { refuseAdoption } from "./adopt.ts";
import { clusterEvent, snapshotOf } from "./cluster-event.ts";
import { nameTaken } from "./name-taken.ts";
import { bindingsOf, refuseCycles } from "./needs.ts";
import type { PlanAnswer } from "./plan-answer.ts";
import { answerOf, type Planned, planOf, presentPlanOf } from "./planning.ts";
import type { Wish } from "./wish.ts";

export interface DecideClusterDeps {
  readonly store: Pick<Store, "appBuilds" | "clustersByUid" | "adopterOf" | "holderOf" | "topologyOf" | "exportsOf" | "targets">;
  readonly apps: AppBook;
  readonly newUid: () => Uid;
  readonly nowMs: () => number;
}

/** What is decided with a cluster, in the same mutation. */
export interface Beside {
  /** Who needs whom then; undefined: as it is stored, for nobody else changes. */
  readonly topology: Topology | undefined;
  /** Clusters that may not exist yet → the app that they will be of. */
  readonly apps: Readonly<Record<string, ProviderApp>>;
  /** What a new cluster becomes part of. */
  readonly part: PipelinePart | undefined;
}

export const alone: Beside = { topology: undefined, apps: {}, part: undefined };

/** What a wish means for one cluster. */
export interface Decision {
  readonly after: ClusterSnapshot;
  readonly plan: PlanAnswer;
  /** Names that the cluster and its objects have then, where they may be others than now. */
  readonly names: { readonly own: string | undefined; readonly objectNames: readonly string[] } | undefined;
  readonly write: Write;
  readonly topology: Mutation["topology"];
}

/** Undefined: everything is so already. Throws what is wrong with the wish, or is not possible as things are. */
export async function decideCluster(deps: DecideClusterDeps, wish: Wish, present: StoredCluster | undefined, caller: Caller, beside: Beside): Promise<Decision | undefined> {
  const { store, apps, nowMs } = deps;
  const { spec, labels, annotations, name, project } = wish.cluster;
  const { uid: appUid, ...build } = await buildFor(store, wish, present);
  const isNewSpec = !present || !sameSpec(present.spec, spec) || present.app.digest !== build.digest;
  if (present && !isNewSpec && isSame(present, wish)) return undefined;
  if (!present) await refusePlace(store, wish, build);
  const app = await apps.appOf(build.digest);
  const bound = await boundNeeds(store, wish, app, present, beside);
  const generation = (present?.generation ?? 0) + (isNewSpec ? 1 : 0);
  const time = new Date(nowMs()).toISOString();
  const after: ClusterSnapshot = {
    ...(present ? snapshotOf(present) : newSnapshot(wish, deps.newUid(), caller, time, beside.part)),
    labels,
    annotations,
    spec,
    app: build,
    generation,
    updateTime: time,
    edition: (present?.edition ?? 0) + 1,
  };
  const plan = await planChange(apps, wish, present, { uid: after.uid, project, name, labels, generation, spec, build, app, needs: bound.needs });
  const event = clusterEvent(after, { type: present ? "cluster.updated" : "cluster.created", data: { fields: plan.fields.map(({ path, before, after: now }) => ({ path, before: before ?? null, after: now ?? null })) } });
  const objectNames = objectNamesOf(name, app);
  const row: Row = { app: { ...build, uid: appUid }, spec, objectNames, bindings: bindingsOf(spec) };
  if (!present) {
    const { uid, target, namespace, pipeline } = after;
    const write: Write = { kind: "create", event, cluster: { uid, name, target, namespace, labels, annotations, pipeline, ...row } };
    return { after, plan, names: { own: name, objectNames }, topology: bound.topology, write };
  }
  const raisesVersion = isNewSpec || canonicalJson(present.labels) !== canonicalJson(labels);
  const change = { labels, annotations, raisesVersion, ...(isNewSpec && { next: { generation, ...row } }) };
  return { after, plan, names: isNewSpec ? { own: undefined, objectNames } : undefined, topology: bound.topology, write: { kind: "spec", event, uid: after.uid, expect: { edition: present.edition }, change } };
}

type Row = Pick<NewCluster, "app" | "spec" | "objectNames" | "bindings">;

/** What the commit would say, where there is none. */
export async function refuseTakenNames(store: Pick<Store, "holderOf">, { after, names }: Pick<Decision, "after" | "names">): Promise<void> {
  const { uid, target, namespace } = after;
  const holder = names && (await store.holderOf({ uid, target, namespace, ...names }));
  if (holder) throw nameTaken(holder);
}

/** The pin stays as long as the same text is submitted. */
async function buildFor(store: DecideClusterDeps["store"], { cluster, document }: Wish, present: StoredCluster | undefined): Promise<AppRef & { readonly uid: Uid }> {
  if (present?.appUid !== undefined && present.spec.app === cluster.spec.app) return { ...present.app, uid: present.appUid };
  try {
    return await resolveApp(store, cluster.project, cluster.spec.app);
  } catch (error) {
    return atTheirPlaces(document, () => {
      throw error;
    });
  }
}

function isSame(present: StoredCluster, { cluster: { labels, annotations } }: Wish): boolean {
  return canonicalJson([present.labels, present.annotations]) === canonicalJson([labels, annotations]);
}

/** Where a new cluster goes, and whose volumes it takes there. */
async function refusePlace(store: DecideClusterDeps["store"], { cluster: { spec, project }, document }: Wish, build: AppRef): Promise<void> {
  const { target, namespace = project } = spec.placement;
  const known = (await store.targets(expiryMs)).map(({ name }) => name);
  const refused = async () => {
    if (!known.includes(target)) throw new Failure("invalid", `spec.placement.target: there is no target ${target}`, { reason: "TARGET_UNKNOWN", problems: [{ path: "spec.placement.target", reason: "TARGET_UNKNOWN", message: `there is no target ${target}: there is ${known.join(", ")}` }] });
    if (spec.adopt !== undefined) await refuseAdoption(store, { uid: spec.adopt, project, target, namespace, app: build.name });
  };
  await refused().catch((error: unknown) =>
    atTheirPlaces(document, () => {
      throw error;
    }),
  );
}

/** What the slots are bound to now, and whether who needs whom changes with it. */
async function boundNeeds(store: DecideClusterDeps["store"], { cluster: { name, project, spec }, document }: Wish, app: App, present: StoredCluster | undefined, beside: Beside) {
  const bindings = bindingsOf(spec);
  const changes = canonicalJson(bindings) !== canonicalJson(present ? bindingsOf(present.spec) : []);
  const topology = changes ? (beside.topology ?? (await store.topologyOf(project))) : undefined;
  if (topology) atTheirPlaces(document, () => refuseCycles(name, bindings, topology));
  const offered = await store.exportsOf(project, bindings.map(({ provider }) => provider));
  const appOf = { ...Object.fromEntries([...offered].map(([provider, { app: of }]) => [provider, of])), ...beside.apps };
  const wrong = checkProviders(app, spec, appOf, document);
  if (wrong.length > 0) throw invalid(wrong);
  const needs = bindNeeds(app, spec, Object.fromEntries([...offered].map(([provider, { exports }]) => [provider, exports])), present?.namespace ?? spec.placement.namespace ?? project);
  return { needs, topology: topology && { count: topology.count, changes: true } };
}

function newSnapshot({ cluster: { name, project, labels, annotations, spec } }: Wish, uid: Uid, caller: Caller, time: string, pipeline: PipelinePart | undefined): Omit<ClusterSnapshot, "app"> {
  const place = { target: spec.placement.target, namespace: spec.placement.namespace ?? project };
  return { uid, project, name, ...place, labels, annotations, generation: 1, edition: 1, createTime: time, updateTime: time, deleteTime: undefined, creator: caller.name, pipeline, intent: { kind: "run" }, spec, continued: undefined, status: undefined };
}

/** Throws invalid for what cannot be, conflict for what a living cluster does not allow. */
async function planChange(apps: AppBook, { document }: Wish, present: StoredCluster | undefined, planned: Planned): Promise<PlanAnswer> {
  const appBefore = present && (await apps.appOf(present.app.digest));
  return atTheirPlaces(document, () => {
    const { spec, app, build } = planned;
    const refused = present && appBefore ? refusals({ spec: present.spec, app: appBefore, ref: present.app, formed: present.formed }, { spec, app, ref: build }) : [];
    const problems = checkSpec(app, spec, planned.name, document);
    if (problems.length > 0) throw invalid(problems);
    const desired = planOf(planned);
    const [firstRefused] = refused;
    if (firstRefused) throw new Failure("conflict", `${firstRefused.path}: ${firstRefused.message}`, { reason: firstRefused.reason, problems: refused });
    const before = present && appBefore && { spec: present.spec, desired: presentPlanOf({ ...planned, generation: present.generation, spec: present.spec, build: present.app, app: appBefore }) };
    const reference = `${build.name}@${build.version}+${build.build}`;
    const notes = spec.app === reference || present?.app.digest === build.digest ? [] : [`${spec.app} is ${reference}`];
    return answerOf({ before, after: { spec, desired }, notes });
  });
}

/** Names that two clusters in one namespace could both come to (resources.md section 2). */
function objectNamesOf(name: string, { roles }: App): readonly string[] {
  return [headlessServiceName({ name }), ...Object.keys(roles).map((role) => roleObjectName({ name }, role))];
}
