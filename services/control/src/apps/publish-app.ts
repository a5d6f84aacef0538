import { digestOf } from "@troupe/domain/canonical";
import { Failure } from "@troupe/domain/failure";
import { isJsonObject } from "@troupe/domain/json";
import { type App, type Definition, definitionOf, parseApp } from "@troupe/domain/language/app";
import { catalogueProject } from "@troupe/domain/name";
import { versionKey } from "@troupe/domain/version-order";
import type { Caller } from "../caller.ts";
import { decideAgain } from "../decide-again.ts";
import { documentOf, filledIn, type ManifestText } from "../documents.ts";
import { findFirst, newRequest, type RequestOnce } from "../request-once.ts";
import type { Mutation, NewApp, NewRequest, Store, StoredApp, StoredAppSummary, StoredRequest } from "../store.ts";
import { summaryOf } from "./app-summary.ts";

export interface PublishAppDeps {
  readonly store: Pick<Store, "appBuilds" | "findApp" | "findRequest" | "keepRequest" | "commit">;
  readonly newUid: () => string;
  readonly nowMs: () => number;
}

export interface PublishApp {
  /** Undefined: what the document says. */
  readonly project: string | undefined;
  readonly manifest: ManifestText;
  readonly request: RequestOnce | undefined;
  readonly validateOnly: boolean;
}

/** Stores a build of a definition. The same content again changes nothing; other content under the same build is refused. */
export function makePublishApp({ store, newUid, nowMs }: PublishAppDeps) {
  return async function publishApp({ project, manifest, request, validateOnly }: PublishApp, caller: Caller): Promise<StoredApp> {
    const document = filledIn(documentOf(manifest, "App"), { name: undefined, namespace: project }, { name: "name", namespace: "parent" });
    const app = parseApp(document, manifest.package);
    const definition = withoutUsualProject(definitionOf(document, manifest.package));
    return decideAgain(async () => {
      const first = await findFirst(store, app.project, caller, request);
      if (first) return firstAnswer(store, first);
      const digest = digestOf(definition);
      const there = (await store.appBuilds([app.project], app.name)).find(({ version, build }) => version === app.version && build === app.build);
      if (there && there.digest !== digest) throw taken(app);
      const time = new Date(nowMs()).toISOString();
      const stored = there && (await store.findApp(there.uid));
      if (stored) return leaveAsItIs(store, stored, validateOnly ? undefined : newRequest(caller, request, { unchanged: { app: summaryIn(stored), revision: stored.revision } }), time);
      // In the order of the file, which roles keep; the digest knows no order.
      const row: NewApp = { uid: newUid(), name: app.name, version: app.version, build: app.build, digest, definition: JSON.stringify(definition), yaml: manifest.text, summary: summaryOf(app), versionKey: versionKey(app.version) };
      const { first: revision } = validateOnly ? { first: 0 } : await store.commit(publication(app, row, time, caller, request));
      const { uid, name, version, build, yaml, summary } = row;
      return { uid, project: app.project, name, version, build, digest, yaml, summary, creator: caller.name, createTime: time, revision };
    });
  };
}

/** That it is in the shared catalogue goes without saying, so whoever says it publishes the same. */
function withoutUsualProject(definition: Definition): Definition {
  const { metadata } = definition;
  if (!isJsonObject(metadata) || metadata["namespace"] !== catalogueProject) return definition;
  const { namespace: _usual, ...rest } = metadata;
  return { ...definition, metadata: rest };
}

/** Of a build that was deleted since, all but its text is kept. */
async function firstAnswer(store: Pick<Store, "findApp">, { answer: { unchanged }, event }: StoredRequest): Promise<StoredApp> {
  const published = event && "app" in event.data ? { app: event.data.app, revision: event.revision } : unchanged;
  if (!published?.app) throw new Failure("internal", "the first answer to a request is no longer there");
  return (await store.findApp(published.app.uid)) ?? { ...published.app, revision: published.revision, yaml: "" };
}

/** With an id that is kept: the same request must not publish later, when the build was deleted. */
async function leaveAsItIs(store: Pick<Store, "keepRequest">, stored: StoredApp, request: NewRequest | undefined, time: string): Promise<StoredApp> {
  if (request) await store.keepRequest(stored.project, request, time);
  return stored;
}

function summaryIn({ uid, project, name, version, build, digest, creator, createTime, summary }: StoredApp): StoredAppSummary {
  return { uid, project, name, version, build, digest, creator, createTime, summary };
}

function publication(app: App, row: NewApp, time: string, caller: Caller, request: RequestOnce | undefined): Mutation {
  const { uid, name, version, build, digest, summary } = row;
  const subject = `projects/${app.project}/apps/${name}@${version}+${build}`;
  const data = { app: { uid, project: app.project, name, version, build, digest, creator: caller.name, createTime: time, summary }, change: {} };
  return {
    project: app.project,
    time,
    actor: caller,
    request: newRequest(caller, request, {}),
    audit: { method: "PublishApp", subject, peer: caller.peer, change: { digest } },
    writes: [{ kind: "publish", app: row, event: { type: "app.published", kind: "app", uid, subject, generation: 0, data } }],
  };
}

function taken({ project, name, version, build }: App): Failure {
  const resource = `projects/${project}/apps/${name}@${version}+${build}`;
  return new Failure("already_exists", `${resource} is published with other content, and a published build never changes: raise spec.build`, {
    reason: "BUILD_EXISTS",
    facts: { resource },
    problems: [{ path: "spec.build", reason: "BUILD_EXISTS", message: `${build} of ${name}@${version} is published with other content`, suggestion: String(build + 1) }],
  });
}
