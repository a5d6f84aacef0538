import { Failure } from "@troupe/domain/failure";
import DataLoader from "dataloader";
import { callerMetadata } from "../caller.ts";
import type { Control } from "../control.ts";
import { limits } from "./limits.ts";
import { appWords, clusterWords } from "./words.ts";

type ClusterWords = ReturnType<typeof clusterWords>;
type AppWords = ReturnType<typeof appWords>;

/** What the resolvers of one request share. */
export interface Context {
  readonly control: Control;
  readonly options: { readonly metadata: Readonly<Record<string, string>> };
  readonly newId: () => string;
  /** By resource name; several of one request are asked for at once. Rejects with not_found. */
  readonly clusterOf: (name: string) => Promise<ClusterWords>;
  /** By resource name, once a request. Rejects with not_found. */
  readonly appNamed: (name: string) => Promise<AppWords>;
  /** An app by reference, looked up in the project and then in the shared catalogue. */
  readonly appOf: (reference: string, project: string) => Promise<AppWords>;
}

export function contextOf(control: Control, newId: () => string): Context {
  const options = { metadata: callerMetadata };
  const batch = { maxBatchSize: limits.ids };
  const clusters = new DataLoader<string, ClusterWords>((names) => loadClusters(control, names, options), batch);
  const apps = new DataLoader<string, AppWords>((names) => loadApps(control, names, options), batch);
  const appNamed = (name: string) => apps.load(name);
  return { control, options, newId, clusterOf: (name) => clusters.load(name), appNamed, appOf: (reference, project) => findApp(appNamed, reference, project) };
}

async function findApp(appNamed: Context["appNamed"], reference: string, project: string) {
  try {
    return await appNamed(`projects/${project}/apps/${reference}`);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "not_found") throw error;
    return appNamed(`projects/troupe-system/apps/${reference}`);
  }
}

/** One that is missing fails the whole batch, so then each is asked for by itself. */
async function loadClusters(control: Control, names: readonly string[], options: Context["options"]): Promise<readonly (ClusterWords | Error)[]> {
  if (names.length === 1) return Promise.all(names.map(one));
  try {
    const { clusters } = await control.clusters.batchGet({ names }, options);
    const byName = new Map(clusters.map((cluster) => [cluster.name, clusterWords(cluster)]));
    return names.map((name) => byName.get(name) ?? new Error(`the answer lacks ${name}`));
  } catch (error) {
    ofOneName(error);
    return Promise.all(names.map(one));
  }
  function one(name: string) {
    return control.clusters.get({ name }, options).then(clusterWords, ofOneName);
  }
}

/** Apps are asked for one by one, the first alone: where control is away it is asked once. */
async function loadApps(control: Control, [first, ...others]: readonly string[], options: Context["options"]): Promise<readonly (AppWords | Error)[]> {
  if (first === undefined) return [];
  const one = (name: string) => control.apps.get({ name }, options).then(appWords, ofOneName);
  return [await one(first), ...(await Promise.all(others.map(one)))];
}

/** A failure that is about one name, as the answer for it; any other is thrown: it is the answer for all. */
function ofOneName(error: unknown): Failure {
  if (error instanceof Failure && (error.kind === "not_found" || error.kind === "invalid")) return error;
  throw error;
}
