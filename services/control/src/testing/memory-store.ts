import type { ProviderApp } from "@troupe/domain/language/check-providers";
import type { AppRef } from "@troupe/domain/plan/sources";
import { Failure } from "@troupe/domain/failure";
import type { MemberStatus } from "@troupe/domain/life/status";
import { byVersion, versionKey } from "@troupe/domain/version-order";
import { createHash } from "node:crypto";
import { matches } from "../clusters/cluster-filter.ts";
import { type ClusterQuery, orderKey } from "../clusters/cluster-query.ts";
import { changedMeanwhile } from "../db/failures.ts";
import { membersInOrder } from "../clusters/members.ts";
import { nameTaken } from "../clusters/name-taken.ts";
import { tooOld } from "../db/event-reads.ts";
import { fitting } from "../page-bytes.ts";
import type { StoredPipeline } from "../pipelines/pipeline.ts";
import type {
  Binding,
  ClusterPage,
  Committed,
  DesiredRow,
  DesiredScope,
  EventData,
  EventPage,
  Guard,
  Mutation,
  NameHolder,
  NewApp,
  NewCluster,
  NewRequest,
  NewStatus,
  Offered,
  PipelineExpected,
  Published,
  SpecChange,
  Store,
  StoredApp,
  StoredCluster,
  StoredEvent,
  StoredRequest,
  Topology,
  WantedNames,
  Write,
} from "../store.ts";

interface Row {
  cluster: Omit<StoredCluster, "status" | "appUid">;
  status: NonNullable<StoredCluster["status"]> | undefined;
  members: Readonly<Record<string, MemberStatus>>;
  record: NewStatus["record"];
  appUid: string | undefined;
  names: readonly string[];
  bindings: readonly Binding[];
}

interface Project {
  revision: number;
  purged: number;
  topology: number;
  readonly events: StoredEvent[];
}

interface Contents {
  readonly projects: Map<string, Project>;
  readonly apps: Map<string, StoredApp & { readonly definition: string }>;
  readonly clusters: Map<string, Row>;
  readonly pipelines: Map<string, StoredPipeline>;
  readonly requests: Map<string, { readonly digest: string; readonly answer: StoredRequest["answer"]; readonly project: string; readonly revision: number | undefined; readonly time: string }>;
  readonly cursors: Map<string, Published>;
  readonly targets: Map<string, { epoch: number; live: readonly string[]; readonly seen: Map<string, number> }>;
}

export interface MemoryStoreOptions {
  readonly onCommitted?: (project: string, committed: Committed) => void;
  readonly nowMs?: () => number;
}

/** A store that forgets. It keeps the promises of the real one: the same contract test runs against both. */
export function memoryStore({ onCommitted = () => undefined, nowMs = Date.now }: MemoryStoreOptions = {}): Store {
  let contents: Contents = { projects: new Map(), apps: new Map(), clusters: new Map(), pipelines: new Map(), requests: new Map(), cursors: new Map(), targets: new Map([["default", { epoch: 0, live: [], seen: new Map() }]]) };
  return {
    commit: async (mutation) => {
      // What fails half-way leaves nothing behind.
      const next = structuredClone(contents);
      const committed = carryOut(next, structuredClone(mutation));
      contents = next;
      onCommitted(mutation.project, committed);
      return committed;
    },
    findRequest: async ({ project, caller, id }) => {
      const request = contents.requests.get([project, caller, id].join(" "));
      return request && { digest: request.digest, answer: request.answer, event: contents.projects.get(request.project)?.events.find(({ revision }) => revision === request.revision) };
    },
    keepRequest: async (project, request, time) => keep(contents, project, structuredClone(request), undefined, time),
    ...appReads(() => contents),
    ...clusterReads(() => contents),
    ...pipelineReads(() => contents),
    ...logReads(() => contents),
    ...bookkeeping(() => contents, nowMs),
  };
}

function carryOut(contents: Contents, mutation: Mutation): Committed {
  const { project: name, topology, request, actor, time } = mutation;
  const project = contents.projects.get(name) ?? { revision: 0, purged: 0, topology: 0, events: [] };
  if (topology && topology.count !== project.topology) throw changed();
  if (topology?.changes) project.topology += 1;
  if (mutation.pipeline) asDecided(contents, mutation.pipeline.uid, mutation.pipeline);
  contents.projects.set(name, project);
  const first = project.revision + 1;
  const reported = new Set(mutation.writes.flatMap((write) => (write.kind === "status" || write.kind === "gone" ? [write.report.uid] : [])));
  mutation.writes.forEach((write, index) => {
    const revision = first + index;
    carryOutOne(contents, mutation, write, revision);
    const { type, kind, uid, subject, generation } = write.event;
    const data = reported.has(uid) ? write.event.data : withStatusOf(contents.clusters.get(uid), write.event.data);
    project.events.push({ project: name, revision, type, kind, uid, subject, time, actor: actor.name, generation, traceparent: actor.traceparent, data: JSON.parse(JSON.stringify(data)) as StoredEvent["data"] });
  });
  project.revision += mutation.writes.length;
  if (request) keep(contents, name, request, first, time);
  return { first, last: project.revision };
}

function keep({ requests }: Contents, project: string, { caller, id, digest, answer }: NewRequest, revision: number | undefined, time: string): void {
  const key = [project, caller, id].join(" ");
  if (requests.has(key)) throw changed();
  requests.set(key, { digest, answer: withoutUndefined(answer), project, revision, time });
}

function withStatusOf(row: Row | undefined, data: EventData): EventData {
  return row?.status && "cluster" in data ? { ...data, cluster: { ...data.cluster, status: row.status } } : data;
}

function carryOutOne(contents: Contents, mutation: Mutation, write: Write, revision: number): void {
  switch (write.kind) {
    case "publish":
      return publish(contents, mutation, write.app, revision);
    case "unpublish":
      if ([...contents.clusters.values()].some(({ appUid }) => appUid === write.uid)) throw new Failure("conflict", "in use", { reason: "APP_IN_USE" });
      if (!contents.apps.delete(write.uid)) throw changed();
      return undefined;
    case "create":
      return create(contents, mutation, write.cluster, revision);
    case "spec":
      return edit(contents, mutation, living(contents, write.uid, write.expect.edition), write.change, revision);
    case "delete": {
      const row = living(contents, write.uid, write.expect.edition);
      const { edition } = row.cluster;
      row.cluster = { ...row.cluster, edition: edition + 1, revision, version: revision, updateTime: mutation.time, deleteTime: row.cluster.deleteTime ?? mutation.time, intent: { kind: "delete", deleteVolumes: write.deleteVolumes } };
      return undefined;
    }
    case "needs": {
      const row = living(contents, write.uid, write.expect.edition);
      row.cluster = { ...row.cluster, revision, version: revision };
      return undefined;
    }
    case "status":
    case "gone":
      return report(contents, write.report, revision, write.kind === "gone" ? mutation.time : undefined);
    case "pipeline":
      return putPipeline(contents, mutation, write, revision);
    case "pipeline-status":
      contents.pipelines.set(write.uid, { ...asDecided(contents, write.uid, write.expect), status: write.status, revision });
      return undefined;
    case "pipeline-gone":
      asDecided(contents, write.uid, write.expect);
      contents.pipelines.delete(write.uid);
      return undefined;
  }
}

function living(contents: Contents, uid: string, edition: number): Row {
  const row = contents.clusters.get(uid);
  if (!row || row.cluster.goneTime !== undefined || row.cluster.edition !== edition) throw changed();
  return row;
}

function asDecided(contents: Contents, uid: string, expect: PipelineExpected): StoredPipeline {
  const row = contents.pipelines.get(uid);
  if (!row || row.revision !== expect.revision) throw changed();
  return row;
}

function putPipeline(contents: Contents, { project }: Mutation, { pipeline, expect }: Extract<Write, { kind: "pipeline" }>, revision: number): void {
  if (expect) asDecided(contents, pipeline.uid, expect);
  else if ([...contents.pipelines.values()].some((known) => known.project === project && known.name === pipeline.name)) throw changed();
  contents.pipelines.set(pipeline.uid, withoutUndefined({ ...pipeline, revision }));
}

function publish(contents: Contents, { project, actor, time }: Mutation, app: NewApp, revision: number): void {
  const taken = [...contents.apps.values()].some((known) => known.project === project && known.name === app.name && known.version === app.version && known.build === app.build);
  if (taken) throw changed();
  const { versionKey: _versionKey, ...rest } = app;
  contents.apps.set(app.uid, { ...rest, project, creator: actor.name, createTime: time, revision });
}

function create(contents: Contents, { project, actor, time }: Mutation, cluster: NewCluster, revision: number): void {
  const { uid, name, target, namespace, labels, annotations, app, spec, objectNames, bindings, pipeline } = cluster;
  const all = [...contents.clusters.values()];
  if (all.some((row) => row.cluster.goneTime === undefined && row.cluster.project === project && row.cluster.name === name)) throw changed();
  if (spec.adopt !== undefined && all.some((row) => row.cluster.goneTime === undefined && row.cluster.spec.adopt === spec.adopt)) throw new Failure("conflict", "adopted", { reason: "ALREADY_ADOPTED" });
  if (!contents.apps.has(app.uid)) throw changed();
  claimNames(contents, { uid, target, namespace, own: name, objectNames });
  const { uid: appUid, ...ref } = app;
  const common = { uid, project, name, target, namespace, labels, annotations, generation: 1, edition: 1, revision, version: revision, createTime: time, updateTime: time, deleteTime: undefined };
  contents.clusters.set(uid, {
    cluster: { ...common, creator: actor.name, pipeline, intent: { kind: "run" }, app: ref, spec: withoutUndefined(spec), continued: undefined, guard: { epoch: 0, seq: 0 }, formed: false, goneTime: undefined },
    status: undefined,
    members: {},
    record: undefined,
    appUid,
    names: objectNames,
    bindings,
  });
}

function claimNames(contents: Contents, wanted: WantedNames): void {
  const holder = holderOf(contents, wanted);
  if (holder) throw nameTaken(holder);
}

function holderOf(contents: Contents, { uid, target, namespace, own, objectNames }: WantedNames): NameHolder | undefined {
  for (const { cluster, names } of contents.clusters.values()) {
    const isThere = cluster.target === target && cluster.namespace === namespace && cluster.uid !== uid && cluster.goneTime === undefined;
    const name = cluster.name === own ? own : names.find((held) => objectNames.includes(held));
    if (isThere && name !== undefined) return { name, cluster: `projects/${cluster.project}/clusters/${cluster.name}` };
  }
  return undefined;
}

function edit(contents: Contents, { time }: Mutation, row: Row, { labels, annotations, next, continued = row.cluster.continued, raisesVersion }: SpecChange, revision: number): void {
  const { cluster } = row;
  row.cluster = { ...cluster, labels, annotations, continued, edition: cluster.edition + 1, revision, version: raisesVersion ? revision : cluster.version, updateTime: time };
  if (!next) return;
  if (!contents.apps.has(next.app.uid)) throw changed();
  claimNames(contents, { ...cluster, objectNames: next.objectNames, own: undefined });
  const { uid: appUid, ...app } = next.app;
  row.cluster = { ...row.cluster, generation: next.generation, app, spec: withoutUndefined(next.spec) };
  Object.assign(row, { appUid, names: next.objectNames, bindings: next.bindings });
}

function report(contents: Contents, { uid, expect, guard, status, members, record }: NewStatus, revision: number, goneTime: string | undefined): void {
  const row = contents.clusters.get(uid);
  if (!row || row.cluster.edition !== expect.edition || compare(row.cluster.guard, expect) !== 0 || compare(row.cluster.guard, guard) >= 0) throw changed();
  if (goneTime !== undefined && (row.cluster.goneTime !== undefined || row.cluster.deleteTime === undefined)) throw changed();
  row.cluster = { ...row.cluster, guard, revision, formed: row.cluster.formed || status.formed, goneTime: goneTime ?? row.cluster.goneTime };
  row.status = withoutUndefined(status);
  const kept = Object.entries(members.whole ? {} : row.members).filter(([key]) => !members.drop.includes(key));
  row.members = withoutUndefined({ ...Object.fromEntries(kept), ...members.set });
  row.record = record ?? row.record;
  if (goneTime !== undefined) Object.assign(row, { appUid: undefined, names: [], bindings: [], members: {}, record: undefined });
}

/** JSON has no undefined: what comes back from the database has none. */
function withoutUndefined<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function compare(a: Guard, b: Guard): number {
  return a.epoch - b.epoch || a.seq - b.seq;
}

function changed(): Failure {
  return new Failure("conflict", "it was changed meanwhile", { reason: changedMeanwhile });
}

function toCluster({ cluster, status, members, appUid }: Row, withMembers = true): StoredCluster {
  return structuredClone({ ...cluster, appUid, status: status && { ...status, members: withMembers ? membersInOrder(status, members) : [] } });
}

function appReads(contents: () => Contents): Pick<Store, "appBuilds" | "findApp" | "usersOf" | "findDefinition" | "listApps"> {
  const toApp = ({ definition: _definition, ...app }: StoredApp & { readonly definition: string }): StoredApp => app;
  return {
    appBuilds: async (projects, name) => [...contents().apps.values()].filter((app) => projects.includes(app.project) && app.name === name).map(({ uid, project, version, build, digest }) => ({ uid, project, name, version, build, digest })),
    findApp: async (uid) => {
      const app = contents().apps.get(uid);
      return app && toApp(app);
    },
    usersOf: async (uid, limit) => [...contents().clusters.values()].filter(({ appUid }) => appUid === uid).map(({ cluster }) => `projects/${cluster.project}/clusters/${cluster.name}`).toSorted().slice(0, limit),
    findDefinition: async (digest) => [...contents().apps.values()].find((app) => app.digest === digest)?.definition,
    listApps: async ({ project, name, after, limit }) => {
      const apps = [...contents().apps.values()].map(toApp).filter((app) => project === undefined || app.project === project);
      const sorted = apps.toSorted((a, b) => compareText(`${a.project}\0${a.name}`, `${b.project}\0${b.name}`) || byVersion(a, b)).map((app) => ({ ...app, yaml: "" }));
      if (name !== undefined) return sorted.filter((app) => app.name === name).filter((app) => after === undefined || isOlder(app, after)).slice(0, limit);
      const newest = sorted.filter((app, index) => sorted.findIndex((other) => other.project === app.project && other.name === app.name) === index);
      return newest.filter((app) => after === undefined || compareText(`${app.project}\0${app.name}`, after.join("\0")) > 0).slice(0, limit);
    },
  };
}

function isOlder({ version, build }: StoredApp, [key = "", last = ""]: readonly string[]): boolean {
  return versionKey(version) < key || (versionKey(version) === key && build < Number(last));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function appIn(ref: AppRef | undefined): ProviderApp {
  return { name: ref?.name ?? "", version: ref?.version };
}

function clusterReads(contents: () => Contents): Pick<Store, "findCluster" | "clustersByName" | "clustersByUid" | "adopterOf" | "holderOf" | "listClusters" | "topologyOf" | "consumersOf" | "exportsOf" | "desiredOf" | "desiredDigest"> {
  const alive = () => [...contents().clusters.values()].filter(({ cluster }) => cluster.goneTime === undefined);
  const named = (project: string, name: string) => alive().find(({ cluster }) => cluster.project === project && cluster.name === name);
  const offered = (project: string, name: string): Offered | undefined => {
    const row = named(project, name);
    return row && { uid: row.cluster.uid, exports: row.status?.exports ?? {} };
  };
  const topologyOf = (project: string): Topology => ({
    count: contents().projects.get(project)?.topology ?? 0,
    edges: alive().filter(({ cluster }) => cluster.project === project).flatMap(({ cluster, bindings }) => bindings.map(({ provider }) => ({ consumer: cluster.name, provider }))),
  });
  return {
    findCluster: async (project, name) => {
      const row = named(project, name);
      return row && toCluster(row);
    },
    clustersByName: async (project, names) => names.flatMap((name) => named(project, name) ?? []).map((row) => toCluster(row)),
    clustersByUid: async (uids) => uids.flatMap((uid) => contents().clusters.get(uid) ?? []).map((row) => toCluster(row)),
    adopterOf: async (uid) => {
      const adopters = [...contents().clusters.values()].filter(({ cluster, status }) => cluster.spec.adopt === uid && (cluster.goneTime === undefined || (status?.kept.length ?? 0) > 0));
      const row = adopters.find(({ cluster }) => cluster.goneTime === undefined) ?? adopters.at(-1);
      return row && { uid: row.cluster.uid, cluster: `projects/${row.cluster.project}/clusters/${row.cluster.name}`, isGone: row.cluster.goneTime !== undefined };
    },
    holderOf: async (names) => holderOf(contents(), names),
    listClusters: async (query) => pageOf(query, alive().map((row) => toCluster(row, false)), contents().projects.get(query.project ?? "")?.revision ?? 0),
    topologyOf: async (project) => topologyOf(project),
    consumersOf: async (project, providers) => {
      const { count, edges } = topologyOf(project);
      return { count, edges: edges.filter(({ provider }) => providers.includes(provider)) };
    },
    exportsOf: async (project, names) => new Map(names.flatMap((name) => {
      const found = offered(project, name);
      return found ? [[name, { ...found, app: appIn(named(project, name)?.cluster.app) }] as const] : [];
    })),
    desiredOf: async (scope) =>
      inScope(scope, alive()).map((row): DesiredRow => ({ cluster: toCluster(row), lastRecord: row.record, offered: Object.fromEntries(row.bindings.map(({ slot, provider }) => [slot, offered(row.cluster.project, provider)])) })),
    desiredDigest: async (target) => {
      const lines = alive().filter(({ cluster }) => cluster.target === target).map(({ cluster }) => `${cluster.uid} ${cluster.version}\n`);
      return createHash("sha256").update(lines.toSorted().join("")).digest("hex");
    },
  };
}

function pipelineReads(contents: () => Contents): Pick<Store, "findPipeline" | "pipelinesByUid" | "clustersOfPipeline" | "listPipelines"> {
  const all = () => [...contents().pipelines.values()].map((row): StoredPipeline => ({ ...structuredClone(row), deleteTime: row.deleteTime }));
  return {
    findPipeline: async (project, name) => all().find((pipeline) => pipeline.project === project && pipeline.name === name),
    pipelinesByUid: async (uids) => all().filter(({ uid }) => uids.includes(uid)),
    clustersOfPipeline: async (uid) => [...contents().clusters.values()].filter(({ cluster }) => cluster.pipeline?.uid === uid && cluster.goneTime === undefined).map((row) => toCluster(row, false)),
    listPipelines: async ({ project, after, limit }) => {
      const keyOf = (pipeline: StoredPipeline) => [pipeline.project, pipeline.name] as const;
      const found = all()
        .filter((pipeline) => project === undefined || pipeline.project === project)
        .toSorted((a, b) => compareText(keyOf(a).join("\0"), keyOf(b).join("\0")))
        .filter((pipeline) => after === undefined || compareText(keyOf(pipeline).join("\0"), after.join("\0")) > 0);
      const pipelines = found.slice(0, limit);
      const last = pipelines.at(-1);
      return { pipelines, next: found.length > limit && last ? keyOf(last) : undefined, revision: contents().projects.get(project ?? "")?.revision ?? 0 };
    },
  };
}

function inScope(scope: DesiredScope, rows: readonly Row[]): readonly Row[] {
  if ("uids" in scope) return rows.filter(({ cluster }) => scope.uids.includes(cluster.uid) && cluster.version > scope.changedAfter);
  const of = rows.filter(({ cluster }) => cluster.target === scope.target && (scope.after === undefined || cluster.uid > scope.after));
  return of.toSorted((a, b) => compareText(a.cluster.uid, b.cluster.uid)).slice(0, scope.limit);
}

function pageOf({ project, filter, order, after, limit }: ClusterQuery, clusters: readonly StoredCluster[], revision: number): ClusterPage {
  const keyText = (cluster: StoredCluster) => orderKey(order, cluster).join("\0");
  const sign = order.descending ? -1 : 1;
  const found = clusters
    .filter((cluster) => (project === undefined || cluster.project === project) && matches(filter, cluster))
    .toSorted((a, b) => sign * compareText(keyText(a), keyText(b)))
    .filter((cluster) => after === undefined || sign * compareText(keyText(cluster), after.join("\0")) > 0);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return { clusters: page, next: found.length > limit && last ? orderKey(order, last) : undefined, revision: project === undefined ? 0 : revision };
}

function logReads(contents: () => Contents): Pick<Store, "projectState" | "eventsAfter" | "listEvents"> {
  const projectOf = (name: string) => contents().projects.get(name) ?? { revision: 0, purged: 0, events: [] };
  return {
    projectState: async (name) => {
      const { revision, purged } = projectOf(name);
      return { revision, purged };
    },
    eventsAfter: async (name, after, limit) => {
      const { events, purged } = projectOf(name);
      if (after < purged) throw tooOld(name, purged);
      return pageOfEvents(events.filter(({ revision }) => revision > after), limit);
    },
    listEvents: async ({ project, after, upTo, subject, types, newestFirst, limit }) => {
      const wanted = (type: string) => types.length === 0 || types.some((known) => (known.endsWith("*") ? type.startsWith(known.slice(0, -1)) : type === known));
      const found = projectOf(project).events.filter((event) => event.revision > after && event.revision <= upTo && (subject === undefined || event.subject === subject) && wanted(event.type));
      return pageOfEvents(newestFirst ? found.toReversed() : found, limit);
    },
  };
}

function pageOfEvents(found: readonly StoredEvent[], limit: number): EventPage {
  const events = fitting(found.slice(0, limit));
  return { events, more: events.length === limit || events.length < found.length };
}

function bookkeeping(contents: () => Contents, nowMs: () => number): Pick<Store, "targets" | "beat" | "unpublished" | "relayCursor" | "moveCursor" | "noteReports" | "purge"> {
  const cursorOf = (name: string) => {
    const { revision = 0, purged = 0 } = contents().projects.get(name) ?? {};
    return { project: name, head: revision, purged, published: contents().cursors.get(name) ?? { revision: 0, stream: "", sequence: 0, time: new Date(0).toISOString() } };
  };
  return {
    targets: async (expiryMs) => [...contents().targets].toSorted(([a], [b]) => compareText(a, b)).map(([name, { epoch, seen }]) => ({ name, epoch, instances: [...seen].filter(([, at]) => at > nowMs() - expiryMs).map(([id]) => id).toSorted() })),
    beat: async ({ target, instance, leaving, expiryMs }) => {
      const state = contents().targets.get(target) ?? { epoch: 0, live: [], seen: new Map<string, number>() };
      contents().targets.set(target, state);
      if (leaving) state.seen.delete(instance);
      else state.seen.set(instance, nowMs());
      const live = [...state.seen].filter(([, at]) => at > nowMs() - expiryMs).map(([id]) => id).toSorted();
      if (live.join() !== state.live.join()) Object.assign(state, { live, epoch: state.epoch + 1 });
      return { name: target, epoch: state.epoch, instances: live };
    },
    unpublished: async ({ createdAt, firstSequence, lastSequence, keptSince }) =>
      [...contents().projects.keys()].map(cursorOf).filter(({ head, published: { revision, stream, sequence, time } }) => head > 0 && (revision < head || stream !== createdAt || sequence > lastSequence || (sequence < firstSequence && time > keptSince))),
    relayCursor: async (project) => cursorOf(project),
    moveCursor: async (project, from, to) => {
      const known = contents().cursors.get(project);
      if (known && (known.revision !== from.revision || known.stream !== from.stream || known.sequence !== from.sequence)) return false;
      contents().cursors.set(project, to);
      return true;
    },
    noteReports: async (notes) => {
      for (const { uid, guard, record } of notes) {
        const row = contents().clusters.get(uid);
        if (!row || compare(row.cluster.guard, guard) >= 0) continue;
        row.cluster = { ...row.cluster, guard };
        row.record = record ?? row.record;
      }
    },
    purge: async ({ events: before, requests }) => {
      for (const project of contents().projects.values()) {
        const upTo = Math.max(project.purged, ...project.events.filter(({ time }) => time < before).map(({ revision }) => revision));
        project.purged = upTo;
        project.events.splice(0, project.events.findLastIndex(({ revision }) => revision <= upTo) + 1);
      }
      for (const [key, { time }] of contents().requests) if (time < requests) contents().requests.delete(key);
    },
  };
}
