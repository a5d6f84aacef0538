import { createHash } from "node:crypto";
import { Failure } from "@troupe/domain/failure";
import type { ClusterSnapshot } from "../store.ts";
import type { Filter } from "./cluster-filter.ts";

/** What a page of a list holds. */
export interface ClusterQuery {
  /** Undefined: of all projects. */
  readonly project: string | undefined;
  readonly filter: Filter;
  readonly order: ClusterOrder;
  /** Values of the order's key after which the page begins. */
  readonly after: readonly string[] | undefined;
  readonly limit: number;
}

export interface ClusterOrder {
  readonly by: "name" | "create_time";
  readonly descending: boolean;
}

export const pageSizes = { usual: 50, most: 1000 } as const;

export function parseOrder(text: string): ClusterOrder {
  const match = /^\s*(name|create_time)(?:\s+(asc|desc))?\s*$/.exec(text === "" ? "name" : text);
  if (!match) throw new Failure("invalid", `cannot order by "${text.slice(0, 60)}": name or create_time, with desc for the other direction`, { reason: "ORDER_INVALID" });
  return { by: match[1] === "create_time" ? "create_time" : "name", descending: match[2] === "desc" };
}

export function parsePageSize(size: number): number {
  if (size < 0) throw new Failure("invalid", `page_size is ${size}: it must not be negative`, { reason: "PAGE_SIZE_INVALID" });
  return Math.min(size === 0 ? pageSizes.usual : size, pageSizes.most);
}

/** Uids are made in order of time, so that they order by it and are unique. */
export function orderKey({ by }: ClusterOrder, { project, name, uid }: ClusterSnapshot): readonly string[] {
  return by === "name" ? [project, name] : [uid];
}

/** Where a list goes on. It fits no other question. */
export interface PageToken {
  readonly after: readonly string[];
  /** Of the first page, from where a watch misses nothing. */
  readonly revision: number;
}

export function encodePageToken(token: PageToken, question: readonly unknown[]): string {
  return Buffer.from(JSON.stringify([fingerprint(question), token.revision, ...token.after])).toString("base64url");
}

/** What the parts of a key look like: anybody can make a token, and what is in it goes to the database. */
export const keyParts = {
  name: /^[a-z0-9-]{1,63}$/,
  uid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  versionKey: /^[\x20-\x7e]{0,500}$/,
  build: /^\d{1,9}$/,
} as const;

export function orderParts({ by }: ClusterOrder): readonly RegExp[] {
  return by === "name" ? [keyParts.name, keyParts.name] : [keyParts.uid];
}

/** `parts`: of its `after`. */
export function decodePageToken(text: string, question: readonly unknown[], parts: readonly RegExp[]): PageToken | undefined {
  if (text === "") return undefined;
  const [print, revision, ...after] = parseJsonArray(Buffer.from(text, "base64url").toString("utf8")) ?? [];
  if (typeof revision !== "number" || !Number.isSafeInteger(revision) || revision < 0 || !after.every((value) => typeof value === "string")) throw refused("is not one that this server made");
  if (print !== fingerprint(question)) throw refused("belongs to another request: parent, filter and order_by must stay the same");
  if (after.length !== parts.length || !parts.every((part, index) => part.test(after[index] ?? ""))) throw refused("is not one that this server made");
  return { after, revision };
}

function refused(why: string): Failure {
  return new Failure("invalid", `page_token ${why}`, { reason: "PAGE_TOKEN_INVALID" });
}

function fingerprint(question: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(question)).digest("base64url").slice(0, 12);
}

function parseJsonArray(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
