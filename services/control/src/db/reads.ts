import { completeSpec, type StoredSpec } from "@troupe/domain/language/stored-spec";
import type { ClusterRecord } from "@troupe/domain/life/record";
import type { MemberStatus } from "@troupe/domain/life/status";
import type { AppRef } from "@troupe/domain/plan/sources";
import type { Adopter, DesiredRow, DesiredScope, NameHolder, Offered, Provider, StoredCluster, StoredStatus, Topology, WantedNames } from "../store.ts";
import { membersInOrder } from "../clusters/members.ts";
import type { Database } from "./data-source.ts";

/** SQL → domain: reads that join. Each is one statement, and so sees one moment. */

const clusterColumns = `c.uid, c.project, c.name, c.target, c.namespace, c.labels, c.annotations, c.generation, c.edition, c.version, c.create_time, c.update_time,
  c.delete_time, c.gone_time, c.delete_volumes, c.creator, c.pipeline, c.pipeline_key, c.app_uid, c.continued, greatest(c.revision, s.revision) AS revision, h.spec, h.app, s.status, s.formed, s.epoch, s.seq`;
const clusterJoins = "JOIN cluster_history h ON h.uid = c.uid AND h.generation = c.generation JOIN cluster_status s ON s.uid = c.uid";

export interface ClusterRow {
  readonly uid: string;
  readonly project: string;
  readonly name: string;
  readonly target: string;
  readonly namespace: string;
  readonly labels: StoredCluster["labels"];
  readonly annotations: StoredCluster["annotations"];
  readonly generation: number;
  readonly edition: number;
  readonly version: number;
  readonly revision: number;
  readonly create_time: string;
  readonly update_time: string;
  readonly delete_time: string | null;
  readonly gone_time: string | null;
  readonly delete_volumes: boolean;
  readonly creator: string;
  readonly pipeline: string | null;
  readonly pipeline_key: string | null;
  readonly app_uid: string | null;
  readonly continued: number | null;
  readonly spec: StoredSpec;
  readonly app: AppRef;
  readonly status: StoredStatus | null;
  readonly formed: boolean;
  readonly epoch: number;
  readonly seq: number;
  /** Only where asked for. */
  readonly members?: Readonly<Record<string, MemberStatus>>;
}

export async function findCluster(database: Database, project: string, name: string): Promise<StoredCluster | undefined> {
  const [row] = await database.rows<ClusterRow>(
    `SELECT ${clusterColumns}, s.members FROM cluster c ${clusterJoins} WHERE c.project = $1 AND c.name = $2 AND c.gone_time IS NULL`,
    [project, name],
  );
  return row && toCluster(row);
}

export async function clustersByName(database: Database, project: string, names: readonly string[]): Promise<readonly StoredCluster[]> {
  const rows = await database.rows<ClusterRow>(
    `SELECT ${clusterColumns}, s.members FROM cluster c ${clusterJoins} WHERE c.project = $1 AND c.name = ANY ($2::text[]) AND c.gone_time IS NULL`,
    [project, names],
  );
  return rows.map(toCluster);
}

export async function clustersByUid(database: Database, uids: readonly string[]): Promise<readonly StoredCluster[]> {
  const rows = await database.rows<ClusterRow>(`SELECT ${clusterColumns}, s.members FROM cluster c ${clusterJoins} WHERE c.uid = ANY ($1::uuid[])`, [uids]);
  return rows.map(toCluster);
}

export { clusterColumns, clusterJoins };

export function toCluster(row: ClusterRow): StoredCluster {
  const { uid, project, name, target, namespace, labels, annotations, generation, edition, version, revision, creator, spec, app, formed } = row;
  return {
    uid,
    project,
    name,
    target,
    namespace,
    labels,
    annotations,
    generation,
    edition,
    version,
    revision,
    createTime: row.create_time,
    updateTime: row.update_time,
    deleteTime: row.delete_time ?? undefined,
    goneTime: row.gone_time ?? undefined,
    creator,
    pipeline: row.pipeline === null ? undefined : { uid: row.pipeline, key: row.pipeline_key ?? "" },
    intent: row.delete_time === null ? { kind: "run" } : { kind: "delete", deleteVolumes: row.delete_volumes },
    spec: completeSpec(spec),
    app,
    continued: row.continued ?? undefined,
    status: row.status === null ? undefined : { ...row.status, members: membersInOrder(row.status, row.members ?? {}) },
    formed,
    appUid: row.app_uid ?? undefined,
    guard: { epoch: row.epoch, seq: row.seq },
  };
}

export async function adopterOf(database: Database, uid: string): Promise<Adopter | undefined> {
  const [row] = await database.rows<Adopter>(
    `SELECT c.uid, 'projects/' || c.project || '/clusters/' || c.name AS cluster, c.gone_time IS NOT NULL AS "isGone" FROM cluster c JOIN cluster_status s ON s.uid = c.uid
     WHERE c.adopt = $1 AND (c.gone_time IS NULL OR s.status->'kept' <> '[]') ORDER BY c.gone_time DESC NULLS FIRST LIMIT 1`,
    [uid],
  );
  return row;
}

export async function holderOf(database: Database, { uid, target, namespace, own, objectNames }: WantedNames): Promise<NameHolder | undefined> {
  const [holder] = await database.rows<NameHolder>(
    `SELECT o.name, 'projects/' || c.project || '/clusters/' || c.name AS cluster FROM object_name o JOIN cluster c ON c.uid = o.uid
     WHERE o.target = $1 AND o.namespace = $2 AND (o.kind = 'cluster' AND o.name = $3::text OR o.kind = 'object' AND o.name = ANY ($4::text[])) AND o.uid <> $5::uuid LIMIT 1`,
    [target, namespace, own ?? null, [...objectNames], uid],
  );
  return holder;
}

export async function topologyOf(database: Database, project: string): Promise<Topology> {
  return edgesOf(database, "b.project = $1", [project]);
}

export async function consumersOf(database: Database, project: string, providers: readonly string[]): Promise<Topology> {
  return edgesOf(database, "b.project = $1 AND b.provider = ANY ($2::text[])", [project, providers]);
}

/** `where`: of bindings `b`; the project is the first value. */
async function edgesOf(database: Database, where: string, values: readonly unknown[]): Promise<Topology> {
  const [row] = await database.rows<{ count: number; edges: Topology["edges"] }>(
    `SELECT coalesce((SELECT topology FROM project WHERE name = $1), 0) AS count,
       coalesce((SELECT jsonb_agg(jsonb_build_object('consumer', c.name, 'provider', b.provider)) FROM binding b JOIN cluster c ON c.uid = b.consumer WHERE ${where}), '[]') AS edges`,
    values,
  );
  return row ?? { count: 0, edges: [] };
}

export async function exportsOf(database: Database, project: string, names: readonly string[]): Promise<ReadonlyMap<string, Provider>> {
  if (names.length === 0) return new Map();
  const rows = await database.rows<Provider & { readonly name: string }>(
    `SELECT c.name, c.uid, jsonb_build_object('name', c.app_name, 'version', (SELECT a.version FROM app a WHERE a.uid = c.app_uid)) AS app, coalesce(s.status->'exports', '{}') AS exports FROM cluster c JOIN cluster_status s ON s.uid = c.uid
     WHERE c.project = $1 AND c.name = ANY ($2::text[]) AND c.gone_time IS NULL`,
    [project, names],
  );
  return new Map(rows.map(({ name, ...provider }) => [name, provider]));
}

interface DesiredSqlRow extends ClusterRow {
  readonly record: string | null;
  readonly offered: Readonly<Record<string, Offered | null>> | null;
}

export async function desiredOf(database: Database, scope: DesiredScope): Promise<readonly DesiredRow[]> {
  const [where, values] =
    "target" in scope
      ? [`c.target = $1 AND c.uid > $2::uuid ORDER BY c.uid LIMIT ${scope.limit}`, [scope.target, scope.after ?? "00000000-0000-0000-0000-000000000000"]]
      : ["c.uid = ANY ($1::uuid[]) AND c.version > $2", [scope.uids, scope.changedAfter]];
  const rows = await database.rows<DesiredSqlRow>(
    `SELECT ${clusterColumns}, s.record,
       (SELECT jsonb_object_agg(b.slot, CASE WHEN p.uid IS NOT NULL THEN jsonb_build_object('uid', p.uid, 'exports', coalesce(ps.status->'exports', '{}')) END)
        FROM binding b LEFT JOIN cluster p ON p.project = b.project AND p.name = b.provider AND p.gone_time IS NULL LEFT JOIN cluster_status ps ON ps.uid = p.uid
        WHERE b.consumer = c.uid) AS offered
     FROM cluster c ${clusterJoins} WHERE c.gone_time IS NULL AND ${where}`,
    values,
  );
  return rows.map((row) => ({
    cluster: toCluster(row),
    lastRecord: row.record === null ? undefined : (JSON.parse(row.record) as ClusterRecord),
    offered: Object.fromEntries(Object.entries(row.offered ?? {}).map(([slot, offered]) => [slot, offered ?? undefined])),
  }));
}

/** In the database: of 100,000 clusters one line each is a lot to send, and its hash is not. */
export async function desiredDigest(database: Database, target: string): Promise<string> {
  const [row] = await database.rows<{ digest: string }>(
    `SELECT encode(sha256(coalesce(string_agg(uid || ' ' || version || E'\\n', '' ORDER BY uid), '')::bytea), 'hex') AS digest
     FROM cluster WHERE target = $1 AND gone_time IS NULL`,
    [target],
  );
  return row?.digest ?? "";
}
