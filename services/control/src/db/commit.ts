import { Failure } from "@troupe/domain/failure";
import { nameTaken } from "../clusters/name-taken.ts";
import type { Committed, Mutation, NewCluster, NewStatus, SpecChange, WantedNames, Write } from "../store.ts";
import type { Database } from "./data-source.ts";
import { guardPipeline, writePipeline, writePipelineStatuses } from "./commit-pipelines.ts";
import { changedMeanwhile, raced } from "./failures.ts";
import { holderOf } from "./reads.ts";
import { Statement } from "./statement.ts";

/**
 * The one file that writes resources, with commit-pipelines.ts for theirs. A mutation is one statement, and so one transaction: it raises the project's revision,
 * writes the rows and an event for each, the audit and the request row. The project's row stays locked from there until the
 * commit, so revisions are gapless and become visible in their order; as the statement needs no answer of ours on the way,
 * it is locked for as long as PostgreSQL takes and no longer. A guard that does not hold ends the statement: nothing is done.
 */
export async function commit(database: Database, mutation: Mutation): Promise<Committed> {
  const { text, values } = statementOf(mutation);
  try {
    const [row] = await database.rows<{ base: number }>(text, values);
    if (!row) throw new Failure("conflict", "who needs whom has changed meanwhile", { reason: changedMeanwhile });
    return { first: row.base + 1, last: row.base + mutation.writes.length };
  } catch (error) {
    throw error instanceof Failure ? await explained(database, mutation, error) : error;
  }
}

function statementOf(mutation: Mutation): { readonly text: string; readonly values: readonly unknown[] } {
  const statement = new Statement();
  raise(statement, mutation);
  writeReports(statement, mutation);
  writeNeeds(statement, mutation);
  guardPipeline(statement, mutation);
  writePipelineStatuses(statement, mutation);
  mutation.writes.forEach((write, index) => writeOne(statement, mutation, write, index + 1));
  log(statement, mutation);
  note(statement, mutation);
  return statement.build("SELECT base", "FROM raised");
}

function raise(statement: Statement, { project, topology, writes }: Mutation): void {
  const count = statement.value(writes.length, "bigint");
  const name = statement.value(project, "text");
  const change = topology?.changes ? ", topology = p.topology + 1" : "";
  const guard = topology ? ` WHERE p.topology = ${statement.value(topology.count, "bigint")}` : "";
  statement.part(
    "raised",
    `INSERT INTO project AS p (name, revision, topology) VALUES (${name}, ${count}, ${topology?.changes ? 1 : 0})
     ON CONFLICT (name) DO UPDATE SET revision = p.revision + ${count}${change}${guard}
     RETURNING p.revision - ${count} AS base`,
  );
}

/**
 * What users write: one, or those of a pipeline's clusters together. Reports come by the hundred, and are written so. `nth`: in the
 * mutation; the parts of each have it in their names.
 */
function writeOne(statement: Statement, mutation: Mutation, write: Write, nth: number): void {
  switch (write.kind) {
    case "publish":
      return publish(statement, mutation, write.app, nth);
    case "unpublish":
      return statement.guarded("unpublished", `DELETE FROM app USING raised WHERE app.uid = ${statement.value(write.uid, "uuid")} RETURNING 1`, 1);
    case "create":
      return create(statement, mutation, write.cluster, nth);
    case "spec":
      return edit(statement, mutation, write, nth);
    case "delete":
      return order(statement, mutation, write, nth);
    case "pipeline":
      return writePipeline(statement, mutation, write, nth);
    case "status":
    case "gone":
    case "needs":
    case "pipeline-status":
    case "pipeline-gone":
      return undefined;
  }
}

function publish(statement: Statement, { project, actor, time }: Mutation, app: Extract<Write, { kind: "publish" }>["app"], nth: number): void {
  const row = statement.row({
    uid: [app.uid, "uuid"],
    project: [project, "text"],
    name: [app.name, "text"],
    version: [app.version, "text"],
    build: [app.build, "int"],
    version_key: [app.versionKey, "text"],
    digest: [app.digest, "text"],
    definition: [app.definition, "text"],
    yaml: [app.yaml, "text"],
    summary: [JSON.stringify(app.summary), "jsonb"],
    creator: [actor.name, "text"],
    create_time: [time, "timestamptz"],
  });
  statement.part("published", `INSERT INTO app (${row.columns}, revision) SELECT ${row.values}, base + ${nth} FROM raised`);
}

function create(statement: Statement, { project, actor, time }: Mutation, cluster: NewCluster, nth: number): void {
  const { uid, app, spec, pipeline } = cluster;
  const row = statement.row({
    uid: [uid, "uuid"],
    project: [project, "text"],
    name: [cluster.name, "text"],
    target: [cluster.target, "text"],
    namespace: [cluster.namespace, "text"],
    labels: [JSON.stringify(cluster.labels), "jsonb"],
    annotations: [JSON.stringify(cluster.annotations), "jsonb"],
    create_time: [time, "timestamptz"],
    update_time: [time, "timestamptz"],
    creator: [actor.name, "text"],
    app_uid: [app.uid, "uuid"],
    app_name: [app.name, "text"],
    adopt: [spec.adopt, "uuid"],
    pipeline: [pipeline?.uid, "uuid"],
    pipeline_key: [pipeline?.key, "text"],
  });
  statement.part(
    `edited_${nth}`,
    `INSERT INTO cluster (${row.columns}, generation, edition, revision, version) SELECT ${row.values}, 1, 1, base + ${nth}, base + ${nth} FROM raised
     RETURNING uid, project, name, target, namespace, revision`,
  );
  statement.part(`own_name_${nth}`, `INSERT INTO object_name (target, namespace, kind, name, uid) SELECT target, namespace, 'cluster', name, uid FROM edited_${nth}`);
  statement.part(`status_${nth}`, `INSERT INTO cluster_status (uid, revision) SELECT uid, revision FROM edited_${nth}`);
  keepHistory(statement, { generation: 1, app, spec }, actor.name, time, nth);
  statement.part(`names_${nth}`, `INSERT INTO object_name (target, namespace, kind, name, uid) SELECT target, namespace, 'object', n, uid FROM edited_${nth}, unnest(${namesOf(statement, cluster)}) AS n`);
  if (cluster.bindings.length > 0) statement.part(`bound_${nth}`, `INSERT INTO binding (consumer, slot, project, provider) ${bindingsOf(statement, cluster, nth)}`);
}

function edit(statement: Statement, { actor, time }: Mutation, { uid, expect, change }: Extract<Write, { kind: "spec" }>, nth: number): void {
  const { labels, annotations, next, continued, raisesVersion } = change;
  const sets = [
    `labels = ${statement.value(JSON.stringify(labels), "jsonb")}`,
    `annotations = ${statement.value(JSON.stringify(annotations), "jsonb")}`,
    `update_time = ${statement.value(time, "timestamptz")}`,
    `edition = edition + 1, revision = base + ${nth}`,
    ...(raisesVersion ? [`version = base + ${nth}`] : []),
    ...(continued === undefined ? [] : [`continued = ${statement.value(continued, "bigint")}`]),
    ...(next ? [`generation = ${statement.value(next.generation, "bigint")}, app_uid = ${statement.value(next.app.uid, "uuid")}, app_name = ${statement.value(next.app.name, "text")}`] : []),
  ];
  statement.guarded(`edited_${nth}`, `UPDATE cluster SET ${sets.join(", ")} FROM raised WHERE ${isAsDecided(statement, uid, expect.edition)} RETURNING uid, project, target, namespace`, 1);
  if (!next) return;
  keepHistory(statement, next, actor.name, time, nth);
  replaceNames(statement, next, nth);
  replaceBindings(statement, next, nth);
}

function order(statement: Statement, { time }: Mutation, { uid, expect, deleteVolumes }: Extract<Write, { kind: "delete" }>, nth: number): void {
  const at = statement.value(time, "timestamptz");
  statement.guarded(
    `edited_${nth}`,
    `UPDATE cluster SET delete_time = coalesce(delete_time, ${at}), update_time = ${at}, delete_volumes = ${statement.value(deleteVolumes, "boolean")}, edition = edition + 1, revision = base + ${nth}, version = base + ${nth}
     FROM raised WHERE ${isAsDecided(statement, uid, expect.edition)} RETURNING uid`,
    1,
  );
}

function isAsDecided(statement: Statement, uid: string, edition: number): string {
  return `uid = ${statement.value(uid, "uuid")} AND edition = ${statement.value(edition, "bigint")} AND gone_time IS NULL`;
}

type Generation = Pick<NonNullable<SpecChange["next"]>, "generation" | "app" | "spec">;

function keepHistory(statement: Statement, { generation, app: { uid: _uid, ...ref }, spec }: Generation, actor: string, time: string, nth: number): void {
  const row = statement.row({
    generation: [generation, "bigint"],
    spec: [JSON.stringify(spec), "jsonb"],
    app: [JSON.stringify(ref), "jsonb"],
    actor: [actor, "text"],
    time: [time, "timestamptz"],
  });
  statement.part(`history_${nth}`, `INSERT INTO cluster_history (uid, ${row.columns}) SELECT uid, ${row.values} FROM edited_${nth}`);
}

/** In order: two statements that want the same names never wait for each other crosswise. */
function namesOf(statement: Statement, { objectNames }: Pick<NewCluster, "objectNames">): string {
  return statement.value([...objectNames].toSorted(), "text[]");
}

function replaceNames(statement: Statement, next: Pick<NewCluster, "objectNames">, nth: number): void {
  const names = namesOf(statement, next);
  statement.part(`unnamed_${nth}`, `DELETE FROM object_name o USING edited_${nth} e WHERE o.uid = e.uid AND o.kind = 'object' AND o.name <> ALL (${names})`);
  statement.part(
    `names_${nth}`,
    `INSERT INTO object_name (target, namespace, kind, name, uid) SELECT target, namespace, 'object', n, uid FROM edited_${nth} e, unnest(${names}) AS n
     WHERE NOT EXISTS (SELECT FROM object_name o WHERE o.uid = e.uid AND o.kind = 'object' AND o.name = n)`,
  );
}

function bindingsOf(statement: Statement, { bindings }: Pick<NewCluster, "bindings">, nth: number): string {
  const slots = statement.value(bindings.map(({ slot }) => slot), "text[]");
  const providers = statement.value(bindings.map(({ provider }) => provider), "text[]");
  return `SELECT uid, b.slot, project, b.provider FROM edited_${nth}, unnest(${slots}, ${providers}) AS b (slot, provider)`;
}

function replaceBindings(statement: Statement, next: Pick<NewCluster, "bindings">, nth: number): void {
  const slots = statement.value(next.bindings.map(({ slot }) => slot), "text[]");
  statement.part(`unbound_${nth}`, `DELETE FROM binding b USING edited_${nth} e WHERE b.consumer = e.uid AND b.slot <> ALL (${slots})`);
  if (next.bindings.length === 0) return;
  statement.part(`bound_${nth}`, `INSERT INTO binding (consumer, slot, project, provider) ${bindingsOf(statement, next, nth)} ON CONFLICT (consumer, slot) DO UPDATE SET provider = excluded.provider`);
}

function writeReports(statement: Statement, { writes, time }: Mutation): void {
  const reports = writes.flatMap((write, index) => (write.kind === "status" || write.kind === "gone" ? [{ report: write.report, i: index + 1, gone: write.kind === "gone" }] : []));
  if (reports.length === 0) return;
  const rows = statement.value(JSON.stringify(reports.map(({ report, i, gone }) => ({ ...reportRow(report), i, gone }))), "jsonb");
  // Locked, for a statement that waited for its turn sees the edition of before, but for rows that it locks.
  statement.part(
    "as_decided",
    `SELECT c.uid FROM raised, jsonb_to_recordset(${rows}) AS r (uid uuid, was_edition bigint) JOIN cluster c ON c.uid = r.uid AND c.edition = r.was_edition FOR SHARE OF c`,
  );
  statement.guarded(
    "reported",
    `UPDATE cluster_status s SET epoch = r.epoch, seq = r.seq, revision = base + r.i, state = r.state, formed = s.formed OR r.formed, status = r.status,
       members = CASE WHEN r.gone THEN '{}' WHEN r.whole THEN r.set WHEN r.set = '{}' AND cardinality(r.drop) = 0 THEN s.members ELSE (s.members || r.set) - r.drop END,
       record = CASE WHEN NOT r.gone THEN coalesce(r.record, s.record) END
     FROM raised, as_decided d, jsonb_to_recordset(${rows}) AS r (i int, gone boolean, uid uuid, was_epoch bigint, was_seq bigint, epoch bigint, seq bigint,
       state text, formed boolean, status jsonb, whole boolean, set jsonb, drop text[], record text)
     WHERE s.uid = r.uid AND d.uid = r.uid AND (s.epoch, s.seq) = (r.was_epoch, r.was_seq) AND (s.epoch, s.seq) < (r.epoch, r.seq)
     RETURNING s.uid, r.gone`,
    reports.length,
  );
  const gone = reports.filter((report) => report.gone).length;
  if (gone > 0) finish(statement, gone, time);
}

function reportRow({ uid, expect, guard, status, members, record }: NewStatus) {
  return {
    uid,
    was_epoch: expect.epoch,
    was_seq: expect.seq,
    was_edition: expect.edition,
    ...guard,
    state: status.state,
    formed: status.formed,
    status,
    whole: members.whole,
    set: members.set,
    drop: members.drop,
    record: record && JSON.stringify(record),
  };
}

/** Its names are free, and the build is no longer in use by it. The rows stay, without what only a living one needs: it is known who may be adopted. */
function finish(statement: Statement, count: number, time: string): void {
  const at = statement.value(time, "timestamptz");
  statement.guarded(
    "finished",
    `UPDATE cluster c SET gone_time = ${at}, app_uid = NULL FROM reported WHERE reported.gone AND c.uid = reported.uid AND c.gone_time IS NULL AND c.delete_time IS NOT NULL RETURNING c.uid`,
    count,
  );
  statement.part("nameless", "DELETE FROM object_name o USING finished WHERE o.uid = finished.uid");
  statement.part("unbound", "DELETE FROM binding b USING finished WHERE b.consumer = finished.uid");
}

function writeNeeds(statement: Statement, { writes }: Mutation): void {
  const touched = writes.flatMap((write, index) => (write.kind === "needs" ? [{ uid: write.uid, was_edition: write.expect.edition, i: index + 1 }] : []));
  if (touched.length === 0) return;
  const rows = statement.value(JSON.stringify(touched), "jsonb");
  statement.guarded(
    "touched",
    `UPDATE cluster c SET revision = base + r.i, version = base + r.i FROM raised, jsonb_to_recordset(${rows}) AS r (i int, uid uuid, was_edition bigint)
     WHERE c.uid = r.uid AND c.edition = r.was_edition AND c.gone_time IS NULL RETURNING c.uid`,
    touched.length,
  );
}

function log(statement: Statement, { project, time, actor, writes }: Mutation): void {
  const isStanding = readStanding(statement, writes);
  const events = statement.value(JSON.stringify(writes.map(({ event }, index) => ({ ...event, i: index + 1 }))), "jsonb");
  const common = statement.row({ project: [project, "text"], time: [time, "timestamptz"], actor: [actor.name, "text"], traceparent: [actor.traceparent, "text"] });
  const data = isStanding ? "CASE WHEN n.status IS NULL THEN e.data ELSE jsonb_set(e.data, '{cluster,status}', n.status) END" : "e.data";
  statement.part(
    "logged",
    `INSERT INTO event (${common.columns}, revision, type, kind, uid, subject, generation, data)
     SELECT ${common.values}, base + e.i, e.type, e.kind, e.uid, e.subject, e.generation, ${data}
     FROM raised, jsonb_to_recordset(${events}) AS e (i int, type text, kind text, uid uuid, subject text, generation bigint, data jsonb)
     ${isStanding ? "LEFT JOIN standing n ON n.uid = e.uid" : ""}`,
  );
}

/**
 * Reports may have come since a spec, a deletion or needs were decided: their events get the status of now, which only rows show
 * that are locked. What this mutation reports itself is in its events already.
 */
function readStanding(statement: Statement, writes: readonly Write[]): boolean {
  const reported = new Set(writes.flatMap((write) => (write.kind === "status" || write.kind === "gone" ? [write.report.uid] : [])));
  const uids = writes.flatMap((write) => (write.kind === "spec" || write.kind === "delete" || write.kind === "needs" ? [write.uid] : [])).filter((uid) => !reported.has(uid));
  if (uids.length === 0) return false;
  statement.part("standing", `SELECT s.uid, s.status FROM raised, cluster_status s WHERE s.uid = ANY (${statement.value(uids, "uuid[]")}) FOR SHARE OF s`);
  return true;
}

function note(statement: Statement, { project, time, actor, request, audit }: Mutation): void {
  if (request) {
    const row = statement.row({
      project: [project, "text"],
      caller: [request.caller, "text"],
      id: [request.id, "uuid"],
      digest: [request.digest, "text"],
      answer: [JSON.stringify(request.answer), "jsonb"],
      time: [time, "timestamptz"],
    });
    statement.part("requested", `INSERT INTO request (${row.columns}, revision) SELECT ${row.values}, base + 1 FROM raised`);
  }
  if (!audit) return;
  const row = statement.row({
    project: [project, "text"],
    time: [time, "timestamptz"],
    caller: [actor.name, "text"],
    peer: [audit.peer, "text"],
    method: [audit.method, "text"],
    subject: [audit.subject, "text"],
    request_id: [request?.id, "uuid"],
    change: [JSON.stringify(audit.change), "jsonb"],
  });
  statement.part("audited", `INSERT INTO audit (${row.columns}, revision) SELECT ${row.values}, base + 1 FROM raised`);
}

/** What the database says only in part. */
async function explained(database: Database, { writes }: Mutation, failure: Failure): Promise<Failure> {
  // The build was deleted since it was chosen.
  if (failure.reason === "APP_IN_USE" && !writes.some(({ kind }) => kind === "unpublish")) return raced(failure);
  const wanted = failure.reason === "NAME_TAKEN" ? writes.flatMap((write) => wantedBy(write) ?? []) : [];
  if (wanted.length === 0) return failure;
  const holders = await Promise.all(wanted.map((names) => holderOf(database, names)));
  const holder = holders.find((found) => found !== undefined);
  // Whoever had it may be gone by now.
  return holder ? nameTaken(holder, failure) : new Failure("conflict", "a name was taken, and is free again", { reason: changedMeanwhile, cause: failure });
}

function wantedBy(write: Write): WantedNames | undefined {
  if (write.kind === "create") return { ...write.cluster, own: write.cluster.name };
  if (write.kind !== "spec" || !write.change.next || !("cluster" in write.event.data)) return undefined;
  const { uid, target, namespace } = write.event.data.cluster;
  return { uid, target, namespace, own: undefined, objectNames: write.change.next.objectNames };
}
