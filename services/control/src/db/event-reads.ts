import { Failure } from "@troupe/domain/failure";
import { pageBytes } from "../page-bytes.ts";
import type { EventPage, EventQuery, StoredEvent } from "../store.ts";
import type { Database } from "./data-source.ts";

/** The log, as it is read. */

interface EventRow extends Omit<StoredEvent, "traceparent"> {
  readonly traceparent: string | null;
}

const eventColumns = "e.project, e.revision, e.type, e.kind, e.uid, e.subject, e.time, e.actor, e.generation, e.traceparent, e.data";

interface PagedRow extends EventRow {
  /** How many there were before the page was cut. */
  readonly found: number;
}

/** As much of a page as has no more than `pageBytes`, but at least one. */
function cut(page: string, direction: "ASC" | "DESC"): string {
  const inOrder = `ORDER BY revision ${direction} ROWS UNBOUNDED PRECEDING`;
  return `SELECT * FROM (SELECT *, count(*) OVER () AS found, row_number() OVER (${inOrder}) AS nth, sum(octet_length(data::text)) OVER (${inOrder}) AS bytes FROM (${page}) page) page
    WHERE nth = 1 OR bytes <= ${pageBytes}`;
}

function toPage(rows: readonly PagedRow[], limit: number): EventPage {
  const found = rows[0]?.found ?? 0;
  return { events: rows.map(toEvent), more: found === limit || rows.length < found };
}

export async function eventsAfter(database: Database, project: string, after: number, limit: number): Promise<EventPage> {
  const page = cut(`SELECT * FROM event WHERE project = $1 AND revision > $2 ORDER BY revision LIMIT ${limit}`, "ASC");
  const rows = await database.rows<PagedRow & { readonly purged: number; readonly has_event: boolean }>(
    `SELECT p.purged, e.revision IS NOT NULL AS has_event, e.found, ${eventColumns}
     FROM project p LEFT JOIN LATERAL (${page}) e ON true
     WHERE p.name = $1 ORDER BY e.revision`,
    [project, after],
  );
  const purged = rows[0]?.purged ?? 0;
  if (after < purged) throw tooOld(project, purged);
  return toPage(rows.filter(({ has_event }) => has_event), limit);
}

export function tooOld(project: string, purged: number): Failure {
  return new Failure("too_old", `the oldest event kept of project ${project} has revision ${purged + 1}: begin with a snapshot`, {
    reason: "REVISION_TOO_OLD",
    facts: { oldestRevision: String(purged + 1) },
  });
}

export async function listEvents(database: Database, { project, after, upTo, subject, types, newestFirst, limit }: EventQuery): Promise<EventPage> {
  const exact = types.filter((type) => !type.endsWith("*"));
  const prefixes = types.filter((type) => type.endsWith("*")).map((type) => type.slice(0, -1));
  const ofSubject = subject === undefined ? "" : "AND subject = $6";
  const direction = newestFirst ? "DESC" : "ASC";
  const page = `SELECT * FROM event
     WHERE project = $1 AND revision > $2 AND revision <= $3 AND (cardinality($4::text[]) + cardinality($5::text[]) = 0
       OR type = ANY ($4::text[]) OR EXISTS (SELECT FROM unnest($5::text[]) AS prefix WHERE starts_with(type, prefix))) ${ofSubject}
     ORDER BY revision ${direction} LIMIT ${limit}`;
  const rows = await database.rowsOnce<PagedRow>(`SELECT e.found, ${eventColumns} FROM (${cut(page, direction)}) e ORDER BY e.revision ${direction}`, [project, after, upTo, exact, prefixes, ...(subject === undefined ? [] : [subject])]);
  return toPage(rows, limit);
}

export async function eventAt(database: Database, project: string, revision: number): Promise<StoredEvent | undefined> {
  const [row] = await database.rows<EventRow>(`SELECT ${eventColumns} FROM event e WHERE e.project = $1 AND e.revision = $2`, [project, revision]);
  return row && toEvent(row);
}

function toEvent({ project, revision, type, kind, uid, subject, time, actor, generation, traceparent, data }: EventRow): StoredEvent {
  return { project, revision, type, kind, uid, subject, time, actor, generation, traceparent: traceparent ?? undefined, data };
}
