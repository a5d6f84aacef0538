import { Failure } from "@troupe/domain/failure";
import type { JsonObject } from "@troupe/domain/json";
import { type AppReference, chooseBuild } from "@troupe/domain/language/app-reference";
import { versionKey } from "@troupe/domain/version-order";
import { decodePageToken, encodePageToken, keyParts } from "../clusters/cluster-query.ts";
import { fitting } from "../page-bytes.ts";
import type { AppPage, Store, StoredApp } from "../store.ts";
import { parseDefinition } from "./app-book.ts";

type Reads = Pick<Store, "appBuilds" | "findApp" | "findDefinition" | "listApps">;

/** One build, with its text and its value. What the reference leaves out resolves to the newest. */
export async function getApp(store: Reads, project: string, reference: AppReference): Promise<{ readonly app: StoredApp; readonly definition: JsonObject }> {
  const build = chooseBuild(reference, await store.appBuilds([project], reference.name));
  const [app, definition] = build ? await Promise.all([store.findApp(build.uid), store.findDefinition(build.digest)]) : [];
  if (app && definition !== undefined) return { app, definition: parseDefinition(definition) };
  const { name, version, build: number } = reference;
  const resource = `projects/${project}/apps/${name}${version === undefined ? "" : `@${version}`}${number === undefined ? "" : `+${number}`}`;
  throw new Failure("not_found", `${resource} does not exist`, { reason: "APP_NOT_FOUND", facts: { resource } });
}

export interface AppsPage {
  readonly apps: readonly StoredApp[];
  readonly nextPageToken: string;
}

/** Of each app the newest build of its newest version, or, given a name, all builds of that one. */
export async function listApps(store: Reads, { project, name, limit }: Pick<AppPage, "project" | "name" | "limit">, pageToken: string): Promise<AppsPage> {
  const question = ["apps", project ?? "-", name ?? ""];
  const after = decodePageToken(pageToken, question, name === undefined ? [keyParts.name, keyParts.name] : [keyParts.versionKey, keyParts.build])?.after;
  const found = await store.listApps({ project, name, after, limit: limit + 1 });
  const apps = fitting(found.slice(0, limit));
  const last = apps.at(-1);
  const nextPageToken = last && found.length > apps.length ? encodePageToken({ after: name === undefined ? [last.project, last.name] : [versionKey(last.version), String(last.build)], revision: 0 }, question) : "";
  return { apps, nextPageToken };
}
