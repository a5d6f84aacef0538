import { Failure, type Problem } from "@troupe/domain/failure";
import { type App, parseApp } from "@troupe/domain/language/app";
import { checkSpec } from "@troupe/domain/language/check-spec";
import { type ClusterDocument, parseClusterDocument } from "@troupe/domain/language/cluster";
import type { Document } from "@troupe/domain/language/document";
import { digestOf } from "@troupe/domain/canonical";
import { bindNeeds } from "@troupe/domain/plan/needs";
import { type Planned, planOf } from "../clusters/planning.ts";
import { atTheirPlaces, documentsOf, type ManifestText } from "../documents.ts";
import type { Store } from "../store.ts";
import type { AppBook } from "./app-book.ts";
import { chooseBuild, parseAppReference, resolveApp } from "./resolve-app.ts";

export interface ValidateDeps {
  readonly store: Pick<Store, "appBuilds">;
  readonly apps: AppBook;
}

/** Everything that is wrong with any number of documents, without storing anything. A Cluster's app may be one of them. */
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
      else problems.push(kindUnknown(document));
    }
    return problems;
  };
}

async function checkCluster({ store, apps }: ValidateDeps, document: Document, beside: readonly App[]): Promise<void> {
  const cluster = parseClusterDocument(document);
  const own = findBeside(cluster, beside);
  const build = own ? undefined : await resolveApp(store, cluster.project, cluster.spec.app).catch((error: unknown) => atTheirPlaces(document, () => { throw error; }));
  const app = own ?? (build && (await apps.appOf(build.digest)));
  if (!app) return;
  const problems = checkSpec(app, cluster.spec, cluster.name, document.placeOf);
  if (problems.length > 0) throw new Failure("invalid", "the Cluster is invalid", { problems });
  atTheirPlaces(document, () => planOf(plannedOf(cluster, app)));
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
  return { path: "kind", ...document.placeOf(["kind"]), reason: "KIND_UNKNOWN", message: `${said}: App and Cluster are known` };
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
