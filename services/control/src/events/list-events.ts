import { Failure } from "@troupe/domain/failure";
import { parsePageSize } from "../clusters/cluster-query.ts";
import { tooOld } from "../db/event-reads.ts";
import type { Store, StoredEvent } from "../store.ts";

export interface ListEvents {
  readonly project: string;
  readonly after: number;
  readonly pageSize: number;
  readonly subject: string | undefined;
  readonly types: readonly string[];
  readonly newestFirst: boolean;
}

export interface ListedEvents {
  readonly events: readonly StoredEvent[];
  /** The last revision looked at, whether it matched or not. */
  readonly last: number;
  readonly more: boolean;
}

/** A page looks at no more of the log than this, however little matches. */
const mostScanned = 10_000;

export async function listEvents(store: Pick<Store, "projectState" | "listEvents">, { project, after, pageSize, subject, types, newestFirst }: ListEvents): Promise<ListedEvents> {
  const limit = parsePageSize(pageSize);
  const { revision, purged } = await store.projectState(project);
  if (newestFirst) {
    if (after > 0) throw new Failure("invalid", "newest_first begins at the end of the log: it does not go with after_revision", { reason: "FIELD_INVALID", problems: [{ path: "after_revision", reason: "FIELD_INVALID", message: "does not go with newest_first" }] });
    const from = Math.max(purged, subject === undefined ? revision - mostScanned : 0);
    const { events } = await store.listEvents({ project, after: from, upTo: revision, subject, types, newestFirst, limit });
    return { events, last: revision, more: false };
  }
  // 0 is the beginning of what is kept.
  if (after > 0 && after < purged) throw tooOld(project, purged);
  const from = Math.max(after, purged);
  const upTo = subject === undefined && types.length > 0 ? Math.min(revision, from + mostScanned) : revision;
  const { events, more } = await store.listEvents({ project, after: from, upTo, subject, types, newestFirst, limit });
  const last = more ? (events.at(-1)?.revision ?? upTo) : Math.max(upTo, from);
  return { events, last, more: last < revision };
}
