import type { Digest } from "@troupe/domain/name";
import type { AppPage, Committed, Mutation, RequestAnswer, Store, StoredApp } from "../store.ts";
import { beat, keepRequest, moveCursor, noteReports, purge, relayCursor, targets, unpublished } from "./bookkeeping.ts";
import { listClusters } from "./cluster-pages.ts";
import { commit } from "./commit.ts";
import type { Database } from "./data-source.ts";
import { eventAt, eventsAfter, listEvents } from "./event-reads.ts";
import { away, toFailure } from "./failures.ts";
import { clustersOfPipeline, findPipeline, listPipelines, pipelinesByUid } from "./pipeline-reads.ts";
import { adopterOf, clustersByName, clustersByUid, consumersOf, desiredDigest, desiredOf, exportsOf, findCluster, holderOf, topologyOf } from "./reads.ts";
import { type AppRow, appTable, projectTable, readerOf } from "./tables.ts";
import { In } from "typeorm";

export interface PostgresStoreOptions {
  readonly database: Database;
  /** Called after each commit, before its answer. */
  readonly onCommitted: (project: string, committed: Committed) => void;
}

export function makePostgresStore({ database, onCommitted }: PostgresStoreOptions): Store {
  return {
    commit: async (mutation: Mutation) => {
      const committed = await commit(database, mutation);
      onCommitted(mutation.project, committed);
      return committed;
    },
    ...appReads(database),
    ...clusterReads(database),
    ...pipelineReads(database),
    ...logReads(database),
    beat: (one) => beat(database, one),
    targets: (expiryMs) => targets(database, expiryMs),
    unpublished: (stream) => unpublished(database, stream),
    relayCursor: (project) => relayCursor(database, project),
    moveCursor: (project, from, to) => moveCursor(database, project, from, to),
    keepRequest: (project, request, time) => keepRequest(database, project, request, time),
    noteReports: (notes) => noteReports(database, notes),
    purge: (before) => purge(database, before),
  };
}

type AppReads = Pick<Store, "appBuilds" | "findApp" | "usersOf" | "findDefinition" | "listApps">;

function appReads(database: Database): AppReads {
  return {
    appBuilds: (projects, name) =>
      reading(database, async () => {
        const rows = await readerOf(database.source, appTable).find({ where: { project: In([...projects]), name }, select: { uid: true, project: true, name: true, version: true, build: true, digest: true } });
        return rows.map(({ uid, project, version, build, digest }) => ({ uid, project, name, version, build, digest }));
      }),
    findApp: (uid) => reading(database, async () => toApp(await readerOf(database.source, appTable).findOneBy({ uid }))),
    usersOf: async (app, limit) => {
      const rows = await database.rows<{ name: string }>("SELECT 'projects/' || project || '/clusters/' || name AS name FROM cluster WHERE app_uid = $1 ORDER BY project, name LIMIT $2", [app, limit]);
      return rows.map(({ name }) => name);
    },
    findDefinition: (digest: Digest) =>
      reading(database, async () => {
        const [row] = await readerOf(database.source, appTable).find({ where: { digest }, select: { uid: true, definition: true }, take: 1 });
        return row?.definition;
      }),
    listApps: (page) => listApps(database, page),
  };
}

const appColumns = "uid, project, name, version, build, digest, summary, creator, create_time AS \"createTime\", revision, '' AS yaml";

async function listApps(database: Database, { project, name, after, limit }: AppPage): Promise<readonly StoredApp[]> {
  const [first = "", second = ""] = after ?? [];
  const rows =
    name === undefined
      ? await database.rowsOnce<AppRow>(
          `SELECT DISTINCT ON (project, name) ${appColumns} FROM app WHERE ($1::text IS NULL OR project = $1) AND (project, name) > ($2, $3)
           ORDER BY project, name, version_key DESC, build DESC LIMIT ${limit}`,
          [project ?? null, first, second],
        )
      : await database.rowsOnce<AppRow>(
          `SELECT ${appColumns} FROM app WHERE project = $1 AND name = $2 AND ($3 = '' OR (version_key, build) < ($3 COLLATE "C", $4::int))
           ORDER BY version_key DESC, build DESC LIMIT ${limit}`,
          [project ?? null, name, first, Number(second) || 0],
        );
  return rows.flatMap((row) => toApp(row) ?? []);
}

function toApp(row: AppRow | null): StoredApp | undefined {
  if (!row) return undefined;
  const { uid, project, name, version, build, digest, yaml, summary, creator, createTime, revision } = row;
  return { uid, project, name, version, build, digest, yaml, summary, creator, createTime: new Date(createTime).toISOString(), revision };
}

type ClusterReads = Pick<Store, "findCluster" | "clustersByName" | "clustersByUid" | "adopterOf" | "holderOf" | "listClusters" | "topologyOf" | "consumersOf" | "exportsOf" | "desiredOf" | "desiredDigest">;

function clusterReads(database: Database): ClusterReads {
  return {
    findCluster: (project, name) => findCluster(database, project, name),
    clustersByName: (project, names) => clustersByName(database, project, names),
    clustersByUid: (uids) => clustersByUid(database, uids),
    adopterOf: (uid) => adopterOf(database, uid),
    holderOf: (names) => holderOf(database, names),
    listClusters: (query) => listClusters(database, query),
    topologyOf: (project) => topologyOf(database, project),
    consumersOf: (project, providers) => consumersOf(database, project, providers),
    exportsOf: (project, names) => exportsOf(database, project, names),
    desiredOf: (scope) => desiredOf(database, scope),
    desiredDigest: (target) => desiredDigest(database, target),
  };
}

function pipelineReads(database: Database): Pick<Store, "findPipeline" | "pipelinesByUid" | "clustersOfPipeline" | "listPipelines"> {
  return {
    findPipeline: (project, name) => findPipeline(database, project, name),
    pipelinesByUid: (uids) => pipelinesByUid(database, uids),
    clustersOfPipeline: (pipeline) => clustersOfPipeline(database, pipeline),
    listPipelines: (query) => listPipelines(database, query),
  };
}

type LogReads = Pick<Store, "findRequest" | "projectState" | "eventsAfter" | "listEvents">;

function logReads(database: Database): LogReads {
  return {
    findRequest: async ({ project, caller, id }) => {
      const [row] = await database.rows<{ digest: string; answer: RequestAnswer; revision: number | null }>("SELECT digest, answer, revision FROM request WHERE project = $1 AND caller = $2 AND id = $3", [project, caller, id]);
      return row && { digest: row.digest, answer: row.answer, event: row.revision === null ? undefined : await eventAt(database, project, row.revision) };
    },
    projectState: (name) =>
      reading(database, async () => {
        const row = await readerOf(database.source, projectTable).findOneBy({ name });
        return { revision: row?.revision ?? 0, purged: row?.purged ?? 0 };
      }),
    eventsAfter: (project, after, limit) => eventsAfter(database, project, after, limit),
    listEvents: (query) => listEvents(database, query),
  };
}

/** Reads through TypeORM know nothing of our failures. */
async function reading<T>(database: Database, read: () => Promise<T>): Promise<T> {
  if (!database.isReady()) throw away();
  try {
    return await read();
  } catch (error) {
    throw toFailure(error);
  }
}
