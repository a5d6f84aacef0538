import type { PipelineSnapshot } from "../pipelines/pipeline.ts";
import type { Mutation, Write } from "../store.ts";
import type { Statement } from "./statement.ts";

/** What a mutation writes of pipelines. Every write of a row is made on its revision, which each of them raises. */

export function writePipeline(statement: Statement, { project }: Mutation, { pipeline, expect }: Extract<Write, { kind: "pipeline" }>, nth: number): void {
  const row = statement.row(columnsOf(pipeline));
  if (!expect) {
    const born = statement.row({ uid: [pipeline.uid, "uuid"], project: [project, "text"], name: [pipeline.name, "text"], creator: [pipeline.creator, "text"], create_time: [pipeline.createTime, "timestamptz"] });
    return statement.part(`pipeline_${nth}`, `INSERT INTO pipeline (${born.columns}, ${row.columns}, revision) SELECT ${born.values}, ${row.values}, base + ${nth} FROM raised`);
  }
  const [uid, revision] = [statement.value(pipeline.uid, "uuid"), statement.value(expect.revision, "bigint")];
  return statement.guarded(`pipeline_${nth}`, `UPDATE pipeline p SET (${row.columns}, revision) = (SELECT ${row.values}, base + ${nth}) FROM raised WHERE p.uid = ${uid} AND p.revision = ${revision} RETURNING 1`, 1);
}

function columnsOf({ labels, annotations, generation, edition, updateTime, deleteTime, intent, spec, status }: PipelineSnapshot): Parameters<Statement["row"]>[0] {
  return {
    labels: [JSON.stringify(labels), "jsonb"],
    annotations: [JSON.stringify(annotations), "jsonb"],
    generation: [generation, "bigint"],
    edition: [edition, "bigint"],
    update_time: [updateTime, "timestamptz"],
    delete_time: [deleteTime, "timestamptz"],
    delete_volumes: [intent.kind === "delete" && intent.deleteVolumes, "boolean"],
    spec: [JSON.stringify(spec), "jsonb"],
    status: [JSON.stringify(status), "jsonb"],
  };
}

/** Those that change with reports come by the hundred, as these do. */
export function writePipelineStatuses(statement: Statement, { writes }: Mutation): void {
  const changed = writes.flatMap((write, index) => (write.kind === "pipeline-status" ? [{ uid: write.uid, was: write.expect.revision, status: write.status, i: index + 1 }] : []));
  const gone = writes.flatMap((write) => (write.kind === "pipeline-gone" ? [{ uid: write.uid, was: write.expect.revision }] : []));
  if (changed.length > 0) {
    const rows = statement.value(JSON.stringify(changed), "jsonb");
    statement.guarded(
      "pipelines_changed",
      `UPDATE pipeline p SET status = r.status, revision = base + r.i FROM raised, jsonb_to_recordset(${rows}) AS r (i int, uid uuid, was bigint, status jsonb)
       WHERE p.uid = r.uid AND p.revision = r.was RETURNING 1`,
      changed.length,
    );
  }
  if (gone.length === 0) return;
  const rows = statement.value(JSON.stringify(gone), "jsonb");
  statement.guarded("pipelines_gone", `DELETE FROM pipeline p USING raised, jsonb_to_recordset(${rows}) AS r (uid uuid, was bigint) WHERE p.uid = r.uid AND p.revision = r.was RETURNING 1`, gone.length);
}

/** Locked, so that nobody changes it before this is committed. */
export function guardPipeline(statement: Statement, { pipeline }: Mutation): void {
  if (!pipeline) return;
  const [uid, revision] = [statement.value(pipeline.uid, "uuid"), statement.value(pipeline.revision, "bigint")];
  statement.guarded("pipeline_as_decided", `SELECT 1 FROM raised, pipeline p WHERE p.uid = ${uid} AND p.revision = ${revision} FOR SHARE OF p`, 1);
}
