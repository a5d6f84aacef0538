import type { Beat, NewRequest, Published, PurgeBefore, RelayCursor, ReportNote, StreamBounds, TargetState } from "../store.ts";
import type { Database } from "./data-source.ts";

/** Writes that change no resource, and so make no event and move no revision. */

/**
 * The target's row is locked first: of two beats at once the second sees the first, and the epoch rises with every change of
 * the set of live instances. Time is the database's, so that replicas of control need not agree on theirs.
 */
export async function beat(database: Database, { target, instance, leaving, expiryMs }: Beat): Promise<TargetState> {
  return database.transaction(async (rows) => {
    await rows("INSERT INTO target (name) VALUES ($1) ON CONFLICT (name) DO NOTHING", [target]);
    await rows("SELECT FROM target WHERE name = $1 FOR UPDATE", [target]);
    if (leaving) await rows("DELETE FROM instance WHERE target = $1 AND instance = $2", [target, instance]);
    else await rows("INSERT INTO instance (target, instance, seen_time) VALUES ($1, $2, clock_timestamp()) ON CONFLICT (target, instance) DO UPDATE SET seen_time = excluded.seen_time", [target, instance]);
    const [state] = await rows<TargetState>(
      `WITH now_live AS (
         SELECT coalesce(array_agg(instance ORDER BY instance COLLATE "C"), '{}') AS live FROM instance
         WHERE target = $1 AND seen_time > clock_timestamp() - $2::float8 * interval '1 ms')
       UPDATE target SET live = now_live.live, epoch = epoch + (target.live <> now_live.live)::int FROM now_live WHERE name = $1
       RETURNING name, epoch, target.live AS instances`,
      [target, expiryMs],
    );
    return state ?? { name: target, epoch: 0, instances: [] };
  });
}

export async function targets(database: Database, expiryMs: number): Promise<readonly TargetState[]> {
  return database.rows<TargetState>(
    `SELECT t.name, t.epoch, ARRAY (SELECT i.instance FROM instance i WHERE i.target = t.name AND i.seen_time > now() - $1::float8 * interval '1 ms' ORDER BY i.instance COLLATE "C") AS instances
     FROM target t ORDER BY t.name`,
    [expiryMs],
  );
}

const cursorColumns = `p.name AS project, p.revision AS head, p.purged, coalesce(r.revision, 0) AS revision, coalesce(r.stream, '') AS stream,
  coalesce(r.sequence, 0) AS sequence, coalesce(r.time, p.create_time) AS time`;

type CursorRow = Omit<RelayCursor, "published"> & Published;

export async function unpublished(database: Database, { createdAt, firstSequence, lastSequence, keptSince }: StreamBounds): Promise<readonly RelayCursor[]> {
  const rows = await database.rows<CursorRow>(
    `SELECT ${cursorColumns} FROM project p LEFT JOIN relay r ON r.project = p.name
     WHERE p.revision > 0 AND (r.project IS NULL OR r.revision < p.revision OR r.stream <> $1 OR r.sequence > $2 OR r.sequence < $3 AND r.time > $4)`,
    [createdAt, lastSequence, firstSequence, keptSince],
  );
  return rows.map(toCursor);
}

export async function relayCursor(database: Database, project: string): Promise<RelayCursor> {
  const [row] = await database.rows<CursorRow>(`SELECT ${cursorColumns} FROM project p LEFT JOIN relay r ON r.project = p.name WHERE p.name = $1`, [project]);
  return row ? toCursor(row) : { project, head: 0, purged: 0, published: { revision: 0, stream: "", sequence: 0, time: new Date(0).toISOString() } };
}

function toCursor({ project, head, purged, revision, stream, sequence, time }: CursorRow): RelayCursor {
  return { project, head, purged, published: { revision, stream, sequence, time } };
}

/** A relay that has lost its lock and does not know it yet must not undo what the next one wrote. */
export async function moveCursor(database: Database, project: string, from: Published, { revision, stream, sequence, time }: Published): Promise<boolean> {
  const moved = await database.rows(
    `INSERT INTO relay AS r (project, revision, stream, sequence, time) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (project) DO UPDATE SET revision = excluded.revision, stream = excluded.stream, sequence = excluded.sequence, time = excluded.time
     WHERE (r.revision, r.stream, r.sequence) = ($6, $7, $8) RETURNING 1`,
    [project, revision, stream, sequence, time, from.revision, from.stream, from.sequence],
  );
  return moved.length > 0;
}

export async function keepRequest(database: Database, project: string, { caller, id, digest, answer }: NewRequest, time: string): Promise<void> {
  await database.rows("INSERT INTO request (project, caller, id, digest, answer, time) VALUES ($1, $2, $3, $4, $5, $6)", [project, caller, id, digest, JSON.stringify(answer), time]);
}

/** A guard rises with every report, also one that brings nothing new: a late one must not pass it. */
export async function noteReports(database: Database, notes: readonly ReportNote[]): Promise<void> {
  if (notes.length === 0) return;
  const rows = notes.map(({ uid, guard, record }) => ({ uid, ...guard, record: record && JSON.stringify(record) }));
  await database.rows(
    `UPDATE cluster_status s SET epoch = r.epoch, seq = r.seq, record = coalesce(r.record, s.record)
     FROM jsonb_to_recordset($1::jsonb) AS r (uid uuid, epoch bigint, seq bigint, record text)
     WHERE s.uid = r.uid AND (s.epoch, s.seq) < (r.epoch, r.seq)`,
    [JSON.stringify(rows)],
  );
}

/** How many events one statement removes: it must end in time. */
const purgedAtOnce = 10_000;

/** Events of a project go up to a revision, so that what is kept has no hole. */
export async function purge(database: Database, before: PurgeBefore): Promise<void> {
  const old = await database.rows<{ project: string; first: number; last: number }>("SELECT project, min(revision) AS first, max(revision) AS last FROM event WHERE time < $1 GROUP BY project", [before.events]);
  for (const { project, first, last } of old) {
    for (let upTo = first; upTo <= last; upTo += purgedAtOnce) await purgeUpTo(database, project, Math.min(upTo + purgedAtOnce - 1, last));
  }
  await database.rows("DELETE FROM request WHERE time < $1", [before.requests]);
  await database.rows("DELETE FROM instance WHERE seen_time < $1", [before.instances]);
  await database.rows("DELETE FROM audit WHERE time < $1", [before.audit]);
  // The last generation stays: whoever adopts what is left must be of its app.
  await database.rows("DELETE FROM cluster_history h USING cluster c WHERE c.gone_time < $1 AND h.uid = c.uid AND h.generation < c.generation", [before.history]);
}

async function purgeUpTo(database: Database, project: string, revision: number): Promise<void> {
  await database.rows(
    `WITH kept AS (UPDATE project SET purged = greatest(purged, $2) WHERE name = $1)
     DELETE FROM event WHERE project = $1 AND revision <= $2`,
    [project, revision],
  );
}
