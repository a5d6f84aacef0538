import type { Problem } from "../failure.ts";
import type { Json } from "../json.ts";
import type { App } from "../language/app.ts";
import { chooseBuild, parseAppReference } from "../language/app-reference.ts";
import { checkProviders, type ProviderApp } from "../language/check-providers.ts";
import { checkSpec } from "../language/check-spec.ts";
import type { ClusterDocument } from "../language/cluster.ts";
import type { Document } from "../language/document.ts";
import { clusterDocumentIn, type PipelineDocument, problemOfCluster } from "../language/pipeline.ts";
import { appsIn, clusterNameOf, specOfCluster } from "../language/pipeline-needs.ts";
import { atTheirPlaces, placed } from "../language/placed.ts";
import { bindNeeds } from "./needs.ts";
import { planAlone } from "./plan-alone.ts";
import { attempt, type ReadDocument } from "./submitted.ts";

/** Everything that is wrong with documents that come together: each by itself, and beside the others. */

/** What a cluster is of, as it is written, and the project in which that is looked for first. */
export interface AskedApp {
  readonly project: string;
  readonly app: string;
}

/** The App, or why there is none; undefined where nobody can tell. */
export type FindApp = (asked: AskedApp) => App | readonly Problem[] | undefined;

export interface Judgement {
  readonly problems: readonly Problem[];
  /** Apps that nobody could tell anything of: beside them the document was not looked at. */
  readonly missing: readonly AskedApp[];
}

/** The apps that documents are of and that did not come along. */
export function appsAsked(reads: readonly ReadDocument[]): readonly AskedApp[] {
  const beside = besideOf(reads, () => undefined);
  return reads.flatMap(askedBy).filter((asked) => appFor(beside, asked) === undefined);
}

function askedBy(read: ReadDocument): readonly AskedApp[] {
  if (read.kind === "cluster" && read.cluster) return [{ project: read.cluster.project, app: read.cluster.spec.app }];
  if (read.kind !== "pipeline" || !read.pipeline) return [];
  const { project, spec } = read.pipeline;
  return Object.values(spec.clusters).map(({ app }) => ({ project, app }));
}

/** A judgement for each document. The app of a Cluster may be one of them; `find` is asked for all others. */
export function judge(reads: readonly ReadDocument[], find: FindApp): readonly Judgement[] {
  const beside = besideOf(reads, find);
  return reads.map((read) => {
    if (read.kind === "cluster" && read.cluster) return judgeCluster(beside, read.document, read.cluster, read.problems);
    if (read.kind === "pipeline" && read.pipeline) return judgePipeline(beside, read.document, read.pipeline, read.problems);
    return { problems: read.problems, missing: [] };
  });
}

/** What documents are judged beside. */
interface Beside {
  readonly apps: readonly App[];
  /** Names of Apps among the documents that are wrong: what follows from that is not told. */
  readonly wrongApps: readonly (Json | undefined)[];
  /** Project → its Clusters among the documents → what they are of. */
  readonly providers: Readonly<Record<string, Readonly<Record<string, ProviderApp>>>>;
  readonly find: FindApp;
}

function besideOf(reads: readonly ReadDocument[], find: FindApp): Beside {
  const clusters = reads.flatMap((read) => (read.kind === "cluster" && read.cluster ? [read.cluster] : []));
  const inProject = (project: string) => clusters.filter((cluster) => cluster.project === project).map(({ name, spec }) => [name, parseAppReference(spec.app)] as const);
  return {
    apps: reads.flatMap((read) => (read.kind === "app" && read.app ? [read.app] : [])),
    wrongApps: reads.flatMap((read) => (read.kind === "app" && !read.app ? [read.name] : [])),
    providers: Object.fromEntries(clusters.map(({ project }) => [project, Object.fromEntries(inProject(project))])),
    find,
  };
}

function judgeCluster(beside: Beside, document: Document, cluster: ClusterDocument, told: readonly Problem[]): Judgement {
  if (told.some(({ path }) => ["", "spec", "spec.app"].includes(path))) return { problems: told, missing: [] };
  const { problems, missing } = judgeSpec(beside, document, cluster, told);
  return { problems: inOrder(problems), missing };
}

/** Of each cluster what would be said of it alone. */
function judgePipeline(beside: Beside, document: Document, pipeline: PipelineDocument, told: readonly Problem[]): Judgement {
  const { name, project } = pipeline;
  const ofProject = beside.providers[project] ?? {};
  const among: Beside = { ...beside, providers: { ...beside.providers, [project]: { ...ofProject, ...appsIn(pipeline) } } };
  const parts = Object.keys(pipeline.spec.clusters).flatMap((key) => {
    const spec = specOfCluster(pipeline, key);
    if (!spec) return [];
    const { problems, missing } = judgeSpec(among, clusterDocumentIn(document, key), { name: clusterNameOf(name, key), project, labels: {}, annotations: {}, spec }, []);
    return [{ problems: problems.map((problem) => problemOfCluster(key, problem)), missing }];
  });
  const found = besides(parts.flatMap(({ problems }) => problems), told);
  return { problems: inOrder([...told, ...found]), missing: parts.flatMap(({ missing }) => missing) };
}

/** With what was told of its shape: what its app does not allow, and only where that is nothing, what would fail when it is planned. */
function judgeSpec(beside: Beside, document: Document, cluster: ClusterDocument, told: readonly Problem[]): Judgement {
  const { project, name, spec } = cluster;
  const asked = { project, app: spec.app };
  const app = appFor(beside, asked);
  if (app === undefined) return { problems: told, missing: [asked] };
  if (isProblems(app)) return { problems: [...told, ...app.map((problem) => placed(document, problem))], missing: [] };
  const wrong = [...checkSpec(app, spec, name, document), ...checkProviders(app, spec, beside.providers[project] ?? {}, document)];
  const all = [...told, ...besides(wrong, told)];
  if (all.length > 0) return { problems: all, missing: [] };
  return { problems: attempt(() => atTheirPlaces(document, () => planAlone(app, cluster, bindNeeds(app, spec, {})))).problems, missing: [] };
}

/** Of the documents themselves, as the store would choose once they are published; else whatever is found elsewhere. */
function appFor({ apps, wrongApps, find }: Beside, asked: AskedApp): ReturnType<FindApp> {
  const reference = parseAppReference(asked.app);
  const builds = apps.filter(({ name }) => name === reference.name);
  const chosen = chooseBuild(reference, builds.filter(({ project }) => project === asked.project)) ?? chooseBuild(reference, builds);
  return chosen ?? (wrongApps.includes(reference.name) ? [] : find(asked));
}

function isProblems(found: App | readonly Problem[]): found is readonly Problem[] {
  return Array.isArray(found);
}

/** Only what does not follow from what was told already. */
function besides(found: readonly Problem[], told: readonly Problem[]): readonly Problem[] {
  return found.filter(({ path }) => !told.some((other) => isAbout(path, other.path)));
}

/** The same place, or one inside it or around it: what is missing there follows from what was told. */
function isAbout(path: string, told: string): boolean {
  return path === told || path.startsWith(`${told}.`) || told.startsWith(`${path}.`);
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}
