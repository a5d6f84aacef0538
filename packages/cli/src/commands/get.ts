import { Failure } from "@troupe/domain/failure";
import type { App } from "@troupe/proto/troupe/v1/app";
import type { Cluster } from "@troupe/proto/troupe/v1/cluster";
import type { Pipeline } from "@troupe/proto/troupe/v1/pipeline";
import type { Target } from "@troupe/proto/troupe/v1/system";
import { read } from "../calls.ts";
import { parseReferences, type References } from "../kinds.ts";
import { ageOf } from "../print/age.ts";
import { lookOf, readyText, waitsByUrgency, waitText } from "../print/cluster.ts";
import { appDocument, clusterDocument, listDocument } from "../print/document.ts";
import { changedClusters, lookOfPipeline, readyClusters } from "../print/pipeline.ts";
import { pipelineDocument } from "../print/pipeline-document.ts";
import { type Column, renderTable } from "../print/table.ts";
import { visible } from "../print/visible.ts";
import { appName, clusterName, pipelineName, projectName, projectOf, sharedProject, shortName, spokenName } from "../resource-names.ts";
import { isMachineReadable, note, printValue, type Session } from "../session.ts";
import { usage } from "../usage.ts";

export interface GetOptions {
  readonly allProjects: boolean;
  readonly filter: string;
  readonly labels: readonly string[];
}

/** Lists, or gets by name. */
export async function get(session: Session, words: readonly string[], options: GetOptions): Promise<void> {
  const references = parseReferences(words, ["cluster", "pipeline", "app", "target"]);
  const single = references.names.length === 1;
  const spoken = ({ name }: { readonly name: string }) => spokenName(name);
  switch (references.kind) {
    case "app":
      return show(session, await findApps(session, references), { textOf: async (app) => (await import("../print/published.ts")).publishedText(app), columns: appColumns(session), documentOf: appDocument, spoken, empty: "no apps: publish one with troupe apply -f app.yaml", single });
    case "target":
      return show(session, await findTargets(session, references), { columns: targetColumns, documentOf: (target) => target, spoken: ({ name }) => `target/${name}`, empty: "no targets: no reconciler has called yet", single });
    case "pipeline":
      return show(session, await findPipelines(session, references, options), { columns: pipelineColumns(session, options.allProjects), documentOf: pipelineDocument, spoken, empty: `no pipelines in ${options.allProjects ? "any project" : `project ${session.project} (-A looks in all)`}`, single });
    case "cluster":
      return show(session, await findClusters(session, references, options), { columns: clusterColumns(session, options.allProjects), documentOf: clusterDocument, spoken, empty: emptyText(session, options), single });
  }
}

interface Shown<T> {
  readonly columns: readonly Column<T>[];
  readonly documentOf: (item: T) => object;
  /** `cluster/events` */
  readonly spoken: (item: T) => string;
  readonly empty: string;
  /** One was asked for, by name. */
  readonly single: boolean;
  /** YAML of a single one that is not made from its value. */
  readonly textOf?: (item: T) => Promise<string>;
}

function emptyText({ project }: Session, { allProjects }: GetOptions): string {
  return allProjects ? "no clusters in any project" : `no clusters in project ${project} (-A looks in all)`;
}

async function findClusters(session: Session, { names }: References, options: GetOptions): Promise<readonly Cluster[]> {
  if (names.length === 1) return [await read(session, (api, call) => api.clusters.get({ name: clusterName(session.project, names[0] ?? "") }, call))];
  if (names.length > 1) return (await read(session, (api, call) => api.clusters.batchGet({ names: names.map((name) => clusterName(session.project, name)) }, call))).clusters;
  const filter = [options.filter, ...options.labels.map(labelFilter)].filter((part) => part !== "").join(" AND ");
  const parent = projectName(options.allProjects ? "-" : session.project);
  return everyPage((pageToken) => read(session, (api, call) => api.clusters.list({ parent, pageSize: 500, pageToken, filter, orderBy: "" }, call)), (page) => page.clusters);
}

async function findPipelines(session: Session, { names }: References, { allProjects }: GetOptions): Promise<readonly Pipeline[]> {
  if (names.length > 0) return Promise.all(names.map((name) => read(session, (api, call) => api.pipelines.get({ name: pipelineName(session.project, name) }, call))));
  const parent = projectName(allProjects ? "-" : session.project);
  return everyPage((pageToken) => read(session, (api, call) => api.pipelines.list({ parent, pageSize: 500, pageToken }, call)), (page) => page.pipelines);
}

function labelFilter(label: string): string {
  const [, name, value] = /^([^=\s]+)=(.*)$/.exec(label) ?? [];
  if (name === undefined || value === undefined) throw usage(`-l "${label}" must be NAME=VALUE`);
  return `labels.${name} = ${JSON.stringify(value)}`;
}

async function findApps(session: Session, { names }: References): Promise<readonly App[]> {
  const project = session.givenProject ?? sharedProject;
  if (names.length > 0) return Promise.all(names.map((name) => read(session, (api, call) => api.apps.get({ name: appName(project, name) }, call))));
  const parent = projectName(session.givenProject ?? "-");
  return everyPage((pageToken) => read(session, (api, call) => api.apps.list({ parent, pageSize: 500, pageToken }, call)), (page) => page.apps);
}

async function everyPage<P extends { readonly nextPageToken: string }, T>(list: (pageToken: string) => Promise<P>, itemsOf: (page: P) => readonly T[]): Promise<readonly T[]> {
  const items: T[] = [];
  let pageToken = "";
  do {
    const page = await list(pageToken);
    items.push(...itemsOf(page));
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return items;
}

async function show<T>(session: Session, items: readonly T[], { columns, documentOf, spoken, empty, single, textOf }: Shown<T>): Promise<void> {
  const { terminal, output } = session;
  const [only] = items;
  if (output === "yaml" && single && only && textOf) return terminal.out.write(await textOf(only));
  if (isMachineReadable(session)) return printValue(session, single && only ? documentOf(only) : listDocument(items.map(documentOf)));
  if (output === "name") return terminal.out.write(items.map((item) => `${visible(spoken(item))}\n`).join(""));
  if (items.length === 0) return note(session, empty);
  terminal.out.write(renderTable(columns, items, terminal.out.isTerminal ? terminal.out.columns() : undefined));
}

function clusterColumns({ paint, terminal, output }: Session, allProjects: boolean): readonly Column<Cluster>[] {
  const wide = output === "wide";
  return [
    ...(allProjects ? [{ title: "PROJECT", cell: ({ name }: Cluster) => projectOf(name) }] : []),
    { title: "NAME", cell: ({ name }) => shortName(name) },
    { title: "APP", cell: ({ app }) => app },
    { title: "STATE", cell: (cluster) => lookOf(cluster).word, paint: (cluster) => paint[lookOf(cluster).colour] },
    { title: "READY", cell: readyText, align: "right" },
    { title: "AGE", cell: ({ createTime }) => ageOf(createTime, terminal.nowMs()), align: "right" },
    ...(wide ? [{ title: "GENERATION", cell: ({ generation }: Cluster) => String(generation), align: "right" as const }, { title: "UID", cell: ({ uid }: Cluster) => uid }] : []),
    { title: "WAITS FOR", cell: (cluster) => waitsByUrgency(cluster).slice(0, 1).map(waitText).join(""), optional: true, shrinks: true },
  ];
}

function pipelineColumns({ paint, terminal, output }: Session, allProjects: boolean): readonly Column<Pipeline>[] {
  return [
    ...(allProjects ? [{ title: "PROJECT", cell: ({ name }: Pipeline) => projectOf(name) }] : []),
    { title: "NAME", cell: ({ name }) => shortName(name) },
    { title: "STATE", cell: (pipeline) => lookOfPipeline(pipeline).word, paint: (pipeline) => paint[lookOfPipeline(pipeline).colour] },
    { title: "CLUSTERS", cell: readyClusters, align: "right" },
    { title: "CHANGED", cell: changedClusters, optional: true },
    { title: "AGE", cell: ({ createTime }) => ageOf(createTime, terminal.nowMs()), align: "right" },
    ...(output === "wide" ? [{ title: "GENERATION", cell: ({ generation }: Pipeline) => String(generation), align: "right" as const }, { title: "UID", cell: ({ uid }: Pipeline) => uid }] : []),
    { title: "WAITS FOR", cell: ({ status }) => status?.message ?? "", optional: true, shrinks: true },
  ];
}

function appColumns({ terminal, output }: Session): readonly Column<App>[] {
  return [
    { title: "NAME", cell: ({ app }) => app },
    { title: "VERSION", cell: ({ version, build }) => `${version}+${build}` },
    { title: "ROLES", cell: ({ roles }) => roles.map(({ name }) => name).join(", ") },
    ...(output === "wide" ? [{ title: "PROJECT", cell: ({ name }: App) => projectOf(name) }, { title: "DIGEST", cell: ({ digest }: App) => digest.slice(0, 12) }] : []),
    { title: "AGE", cell: ({ createTime }) => ageOf(createTime, terminal.nowMs()), align: "right" },
    { title: "DESCRIPTION", cell: ({ description }) => description, optional: true, shrinks: true },
  ];
}

async function findTargets(session: Session, { names }: References): Promise<readonly Target[]> {
  const { targets } = await read(session, (api, call) => api.system.getInfo({}, call));
  const missing = names.find((name) => !targets.some((target) => target.name === name));
  if (missing !== undefined) throw new Failure("not_found", `target/${missing} does not exist`);
  return names.length === 0 ? targets : targets.filter(({ name }) => names.includes(name));
}

const targetColumns: readonly Column<Target>[] = [
  { title: "NAME", cell: ({ name }) => name },
  { title: "RECONCILERS", cell: ({ liveInstances }) => String(liveInstances), align: "right" },
];
