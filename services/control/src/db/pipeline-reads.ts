import { mapNames } from "@troupe/domain/by-name";
import { completeSpec, type StoredSpec } from "@troupe/domain/language/stored-spec";
import type { PipelinePage, PipelineQuery, StoredPipeline } from "../pipelines/pipeline.ts";
import type { StoredCluster } from "../store.ts";
import type { Database } from "./data-source.ts";
import { clusterColumns, clusterJoins, type ClusterRow, toCluster } from "./reads.ts";

interface PipelineRow {
  readonly uid: string;
  readonly project: string;
  readonly name: string;
  readonly labels: StoredPipeline["labels"];
  readonly annotations: StoredPipeline["annotations"];
  readonly generation: number;
  readonly edition: number;
  readonly revision: number;
  readonly create_time: string;
  readonly update_time: string;
  readonly delete_time: string | null;
  readonly delete_volumes: boolean;
  readonly creator: string;
  readonly spec: { readonly clusters: Readonly<Record<string, StoredSpec>> };
  readonly status: StoredPipeline["status"];
}

export async function findPipeline(database: Database, project: string, name: string): Promise<StoredPipeline | undefined> {
  const [row] = await database.rows<PipelineRow>("SELECT * FROM pipeline WHERE project = $1 AND name = $2", [project, name]);
  return row && toPipeline(row);
}

export async function pipelinesByUid(database: Database, uids: readonly string[]): Promise<readonly StoredPipeline[]> {
  if (uids.length === 0) return [];
  return (await database.rows<PipelineRow>("SELECT * FROM pipeline WHERE uid = ANY ($1::uuid[])", [uids])).map(toPipeline);
}

export async function clustersOfPipeline(database: Database, pipeline: string): Promise<readonly StoredCluster[]> {
  const rows = await database.rows<ClusterRow>(`SELECT ${clusterColumns} FROM cluster c ${clusterJoins} WHERE c.pipeline = $1 AND c.gone_time IS NULL`, [pipeline]);
  return rows.map(toCluster);
}

/** One more than asked for, to know whether there is more; of one moment with the project's revision. */
export async function listPipelines(database: Database, { project, after, limit }: PipelineQuery): Promise<PipelinePage> {
  const [first = "", second = ""] = after ?? [];
  const rows = await database.rowsOnce<PipelineRow & { readonly head: number | null }>(
    `SELECT p.*, h.head FROM (SELECT (SELECT revision FROM project WHERE name = $1) AS head) h
     LEFT JOIN LATERAL (SELECT * FROM pipeline WHERE ($1::text IS NULL OR project = $1) AND (project, name) > ($2, $3) ORDER BY project, name LIMIT ${limit + 1}) p ON true
     ORDER BY p.project, p.name`,
    [project ?? null, first, second],
  );
  const found = rows.filter(({ uid }) => uid !== null).map(toPipeline);
  const pipelines = found.slice(0, limit);
  const last = pipelines.at(-1);
  return { pipelines, next: found.length > limit && last ? [last.project, last.name] : undefined, revision: rows[0]?.head ?? 0 };
}

function toPipeline(row: PipelineRow): StoredPipeline {
  const { uid, project, name, labels, annotations, generation, edition, revision, creator, spec, status } = row;
  return {
    uid,
    project,
    name,
    labels,
    annotations,
    generation,
    edition,
    revision,
    createTime: row.create_time,
    updateTime: row.update_time,
    deleteTime: row.delete_time ?? undefined,
    creator,
    intent: row.delete_time === null ? { kind: "run" } : { kind: "delete", deleteVolumes: row.delete_volumes },
    spec: { clusters: mapNames(spec.clusters, completeSpec) },
    status,
  };
}
