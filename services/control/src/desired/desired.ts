import { Failure } from "@troupe/domain/failure";
import type { App } from "@troupe/domain/language/app";
import { bindNeeds, waitingNeeds } from "@troupe/domain/plan/needs";
import type { Sources } from "@troupe/domain/plan/sources";
import type { Digest, Uid } from "@troupe/domain/name";
import type { Log } from "@troupe/runtime/log";
import type { AppBook } from "../apps/app-book.ts";
import type { DesiredRow, Store } from "../store.ts";

export interface DesiredDeps {
  readonly store: Pick<Store, "desiredOf" | "desiredDigest">;
  readonly apps: AppBook;
  readonly log: Log;
}

export type DesiredPart = { readonly kind: "unchanged" } | { readonly kind: "sources"; readonly sources: Sources } | { readonly kind: "digest"; readonly digest: Digest };

const pageSize = 200;

/** All that a target must run, or only that it is as the caller has it. The digest at the end is of what was listed at the beginning, or newer. */
export async function* listDesired({ store, apps, log }: DesiredDeps, target: string, digest: string): AsyncGenerator<DesiredPart> {
  const present = await store.desiredDigest(target);
  if (digest === present) {
    yield { kind: "unchanged" };
    return;
  }
  for (let after: Uid | undefined; ; ) {
    const rows = await store.desiredOf({ target, after, limit: pageSize });
    for (const row of rows) yield { kind: "sources", sources: await sourcesOf({ apps, log }, row) };
    after = rows.at(-1)?.cluster.uid;
    if (rows.length < pageSize) break;
  }
  yield { kind: "digest", digest: present };
}

/**
 * The one way from rows to what reconcilers are told, whichever road it takes. A cluster whose definition cannot be read here is
 * told of too: a reconciler forgets what is not listed.
 */
export async function sourcesOf({ apps, log }: Pick<DesiredDeps, "apps" | "log">, row: DesiredRow): Promise<Sources> {
  const { uid, app } = row.cluster;
  try {
    return toSources(row, await apps.appOf(app.digest));
  } catch (error) {
    if (error instanceof Failure && error.kind === "unavailable") throw error;
    log.error({ error, uid, digest: app.digest }, "the definition of a cluster cannot be read");
    return toSources(row, undefined);
  }
}

function toSources({ cluster, lastRecord, offered }: DesiredRow, app: App | undefined): Sources {
  const { uid, project, target, namespace, name, labels, version, generation, intent, app: ref, spec, formed, continued } = cluster;
  const exportsFound = Object.values(spec.needs).flatMap((need) => {
    const found = need.kind === "cluster" ? Object.entries(offered).find(([slot]) => spec.needs[slot] === need)?.[1] : undefined;
    return need.kind === "cluster" && found ? [[need.cluster, found.exports] as const] : [];
  });
  const needs = app ? bindNeeds(app, spec, Object.fromEntries(exportsFound), namespace) : waitingNeeds(spec, `the definition of ${ref.name} cannot be read`);
  return { uid, project, target, namespace, name, labels, version, generation, intent, app: ref, spec, needs, formed, lastRecord, continued: continued ?? 0, orders: [] };
}

export async function definitionOf({ store }: { readonly store: Pick<Store, "findDefinition"> }, digest: Digest): Promise<string> {
  const definition = await store.findDefinition(digest);
  if (definition === undefined) throw new Failure("not_found", `there is no definition with the digest ${digest.slice(0, 64)}`, { reason: "DEFINITION_NOT_FOUND", facts: { resource: digest.slice(0, 64) } });
  return definition;
}
