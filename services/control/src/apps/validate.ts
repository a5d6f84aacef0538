import { Failure, invalid, type Problem } from "@troupe/domain/failure";
import { type App, parseApp } from "@troupe/domain/language/app";
import { checkProviders } from "@troupe/domain/language/check-providers";
import { checkSpec } from "@troupe/domain/language/check-spec";
import { type ClusterDocument, readClusterDocument } from "@troupe/domain/language/cluster";
import type { Document } from "@troupe/domain/language/document";
import { clusterDocumentIn, type PipelineDocument, problemOfCluster, readPipelineDocument } from "@troupe/domain/language/pipeline";
import { clusterNameOf, specOfCluster } from "@troupe/domain/language/pipeline-needs";
import { digestOf } from "@troupe/domain/canonical";
import { bindNeeds } from "@troupe/domain/plan/needs";
import { type Planned, planOf } from "../clusters/planning.ts";
import { appsIn } from "../pipelines/apps-in.ts";
import { atTheirPlaces, documentsOf, type ManifestText, placed } from "../documents.ts";
import type { Store } from "../store.ts";
import type { AppBook } from "./app-book.ts";
import { chooseBuild, parseAppReference, resolveApp } from "./resolve-app.ts";

export interface ValidateDeps {
  readonly store: Pick<Store, "appBuilds">;
  readonly apps: AppBook;
}

/** Everything that is wrong with any number of documents, without storing anything. The app of a Cluster may be one of them. */
export function makeValidate(deps: ValidateDeps) {
  return async function validate(manifest: ManifestText): Promise<readonly Problem[]> {
    const problems: Problem[] = [];
    const documents = await collecting(problems, async () => documentsOf(manifest));
    const apps: App[] = [];
    for (const document of documents ?? []) {
      if (document.kind !== "App") continue;
      const app = await collecting(problems, async () => parseApp(document, manifest.package));
      if (app) apps.push(app);
    }
    for (const document of documents ?? []) {
      if (document.kind === "App") continue;
      if (document.kind === "Cluster") await collecting(problems, () => checkCluster(deps, document, apps));
      else if (document.kind === "Pipeline") await collecting(problems, () => checkPipeline(deps, document, apps));
      else problems.push(kindUnknown(document));
    }
    return problems;
  };
}

/** What is wrong with the document's shape, and what its app does not allow, at once. */
async function checkCluster(deps: ValidateDeps, document: Document, beside: readonly App[]): Promise<void> {
  const { cluster, problems } = readClusterDocument(document);
  const isAppTold = problems.some(({ path }) => path === "" || path === "spec" || path === "spec.app");
  const app = cluster && !isAppTold ? await appOf(deps, document, cluster, beside, problems) : undefined;
  if (!cluster || !app) throw invalid(problems);
  const all = [...problems, ...besides(checkSpec(app, cluster.spec, cluster.name, document.placeOf), problems)];
  if (all.length > 0) throw invalid(inOrder(all));
  atTheirPlaces(document, () => planOf(plannedOf(cluster, app)));
}

/** The same of each cluster of a pipeline. */
async function checkPipeline(deps: ValidateDeps, document: Document, beside: readonly App[]): Promise<void> {
  const { pipeline, problems } = readPipelineDocument(document);
  const keys = pipeline ? Object.keys(pipeline.spec.clusters) : [];
  const found = await Promise.all(keys.map(async (key) => (pipeline ? (await checkPart(deps, document, pipeline, key, beside)).map((problem) => problemOfCluster(key, problem)) : [])));
  const all = [...problems, ...besides(found.flat(), problems)];
  if (all.length > 0) throw invalid(inOrder(all));
}

/** By the paths of a Cluster. */
async function checkPart(deps: ValidateDeps, document: Document, pipeline: PipelineDocument, key: string, beside: readonly App[]): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const spec = specOfCluster(pipeline, key);
  if (!spec) return problems;
  const part = clusterDocumentIn(document, key);
  const cluster: ClusterDocument = { name: clusterNameOf(pipeline.name, key), project: pipeline.project, labels: {}, annotations: {}, spec };
  await collecting(problems, async () => {
    const app = await appOf(deps, part, cluster, beside, []);
    const wrong = [...checkSpec(app, spec, cluster.name, part.placeOf), ...checkProviders(app, spec, appsIn(pipeline), part.placeOf)];
    if (wrong.length > 0) throw invalid(wrong);
    atTheirPlaces(part, () => planOf(plannedOf(cluster, app)));
  });
  return problems;
}

/** Only what does not follow from what was told already. */
function besides(found: readonly Problem[], problems: readonly Problem[]): readonly Problem[] {
  return found.filter(({ path }) => !problems.some((told) => isAbout(path, told.path)));
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

async function appOf({ store, apps }: ValidateDeps, document: Document, cluster: ClusterDocument, beside: readonly App[], problems: readonly Problem[]): Promise<App> {
  const own = findBeside(cluster, beside);
  if (own) return own;
  try {
    return await apps.appOf((await resolveApp(store, cluster.project, cluster.spec.app)).digest);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "invalid") throw error;
    throw invalid([...problems, ...error.problems.map((problem) => placed(document, problem))]);
  }
}

/** The same place, or one inside it or around it: what is missing there follows from what was told. */
function isAbout(path: string, told: string): boolean {
  return path === told || path.startsWith(`${told}.`) || told.startsWith(`${path}.`);
}

/** Of the documents themselves, as the store would choose once they are published. */
function findBeside({ project, spec }: ClusterDocument, beside: readonly App[]): App | undefined {
  const reference = parseAppReference(spec.app);
  const builds = beside.filter(({ name }) => name === reference.name).map((app) => ({ uid: "", project: app.project, name: app.name, version: app.version, build: app.build, digest: digestOf([app.version, app.build]), app }));
  const chosen = chooseBuild(reference, builds.filter((build) => build.project === project)) ?? chooseBuild(reference, builds);
  return builds.find((build) => build === chosen)?.app;
}

function plannedOf({ project, name, labels, spec }: ClusterDocument, app: App): Planned {
  const build = { project: app.project, name: app.name, version: app.version, build: app.build, digest: "" };
  return { uid: "", project, name, labels, generation: 1, spec, build, app, needs: bindNeeds(app, spec, {}) };
}

function kindUnknown(document: Document): Problem {
  const said = document.kind === undefined ? "says nothing" : `is ${document.kind.slice(0, 60)}`;
  return { path: "kind", ...document.placeOf(["kind"]), reason: "KIND_UNKNOWN", message: `${said}: App, Cluster and Pipeline are known` };
}

async function collecting<T>(problems: Problem[], look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "invalid") throw error;
    problems.push(...(error.problems.length > 0 ? error.problems : [{ path: "", reason: error.reason, message: error.message }]));
    return undefined;
  }
}
