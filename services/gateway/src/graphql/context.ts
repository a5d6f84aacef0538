import DataLoader from "dataloader";
import { callerMetadata } from "../caller.ts";
import type { Control } from "../control.ts";
import { appWords, clusterWords } from "./words.ts";

/** What the resolvers of one request share. */
export interface Context {
  readonly control: Control;
  readonly options: { readonly metadata: Readonly<Record<string, string>> };
  readonly newId: () => string;
  /** Several of one request are asked for at once. Rejects with not_found. */
  readonly clusterOf: (name: string) => Promise<ReturnType<typeof clusterWords>>;
  /** An app by reference, looked up in the project and then in the shared catalogue; once a request. */
  readonly appOf: (reference: string, project: string) => Promise<ReturnType<typeof appWords>>;
}

export function contextOf(control: Control, newId: () => string): Context {
  const options = { metadata: callerMetadata };
  const clusters = new DataLoader((names: readonly string[]) => loadClusters(control, names, options));
  const apps = new DataLoader((keys: readonly string[]) => Promise.all(keys.map((key) => loadApp(control, key, options).catch((error: unknown) => error as Error))));
  return { control, options, newId, clusterOf: (name) => clusters.load(name), appOf: (reference, project) => apps.load(`${project}/${reference}`) };
}

/** One that is missing fails the whole batch, so then each is asked for by itself. */
async function loadClusters(control: Control, names: readonly string[], options: Context["options"]) {
  if (names.length === 1) return [await one(names[0] ?? "")];
  try {
    const { clusters } = await control.clusters.batchGet({ names }, options);
    const byName = new Map(clusters.map((cluster) => [cluster.name, clusterWords(cluster)]));
    return names.map((name) => byName.get(name) ?? new Error(name));
  } catch {
    return Promise.all(names.map(one));
  }
  function one(name: string) {
    return control.clusters.get({ name }, options).then(clusterWords, (error: unknown) => error as Error);
  }
}

async function loadApp(control: Control, key: string, options: Context["options"]) {
  const slash = key.indexOf("/");
  const [project, reference] = [key.slice(0, slash), key.slice(slash + 1)];
  const found = await control.apps.get({ name: `projects/${project}/apps/${reference}` }, options).catch(() => control.apps.get({ name: `projects/troupe-system/apps/${reference}` }, options));
  return appWords(found);
}
