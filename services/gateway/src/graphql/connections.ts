import { Failure } from "@troupe/domain/failure";

/** Relay's forward pagination over pages with opaque tokens: a cursor is the page's token and how many of it to skip. */

interface Page<T> {
  readonly items: readonly T[];
  /** Empty: the last page. */
  readonly nextPageToken: string;
}

export interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

export interface ConnectionArgs {
  readonly first?: number | null;
  readonly after?: string | null;
}

const most = 1000;

export async function connectionOf<T, N>({ first, after }: ConnectionArgs, list: (page: PageRequest) => Promise<Page<T>>, words: (item: T) => N) {
  const size = first ?? 50;
  if (size < 1 || size > most) throw argument("first", `must be from 1 to ${most}`);
  const { pageToken, skip } = parseCursor(after ?? undefined);
  const page = await list({ pageToken, pageSize: Math.min(most, size + skip) });
  const shown = page.items.slice(skip, skip + size);
  const edges = shown.map((item, index) => ({ cursor: cursorOf(pageToken, skip + index + 1), node: words(item) }));
  const hasNextPage = page.nextPageToken !== "" || page.items.length > skip + shown.length;
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: { hasNextPage, hasPreviousPage: after != null, startCursor: edges[0]?.cursor ?? null, endCursor: endCursor(page, edges.at(-1)?.cursor, skip + shown.length) },
  };
}

/** At a page's end the next page's token, so that a walk never reads a page twice. */
function endCursor<T>({ items, nextPageToken }: Page<T>, last: string | undefined, read: number): string | null {
  if (nextPageToken !== "" && read >= items.length) return cursorOf(nextPageToken, 0);
  return last ?? null;
}

/** Reads every page. */
export async function countAll<T>(list: (page: PageRequest) => Promise<Page<T>>): Promise<number> {
  let count = 0;
  let pageToken = "";
  do {
    const page = await list({ pageToken, pageSize: most });
    count += page.items.length;
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return count;
}

function cursorOf(pageToken: string, skip: number): string {
  return Buffer.from(JSON.stringify([pageToken, skip])).toString("base64url");
}

function parseCursor(cursor: string | undefined): { readonly pageToken: string; readonly skip: number } {
  if (cursor === undefined) return { pageToken: "", skip: 0 };
  try {
    const [pageToken, skip] = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")) as [unknown, unknown];
    if (typeof pageToken === "string" && Number.isInteger(skip) && Number(skip) >= 0 && Number(skip) <= most) return { pageToken, skip: Number(skip) };
  } catch {
    // Said below, as for every other text that is none.
  }
  throw argument("after", "is no cursor of this connection");
}

/** `0`, `42`: a revision given as text. */
export function parseRevision(text: string | null | undefined): bigint {
  if (text == null) return 0n;
  if (!/^\d{1,18}$/.test(text)) throw argument("after", "must be a revision: a whole number from 0 up");
  return BigInt(text);
}

export function argument(path: string, message: string): Failure {
  return new Failure("invalid", `${path} ${message}`, { reason: "BAD_ARGUMENT", problems: [{ path, reason: "BAD_ARGUMENT", message }] });
}
