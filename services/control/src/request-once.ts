import { digestOf } from "@troupe/domain/canonical";
import { Failure } from "@troupe/domain/failure";
import type { Digest } from "@troupe/domain/name";
import type { Caller } from "./caller.ts";
import type { NewRequest, RequestAnswer, Store, StoredRequest } from "./store.ts";

/** A request that takes effect once, however often it comes: its id, and what was asked. Undefined where the caller gave no id. */
export interface RequestOnce {
  readonly id: string;
  readonly digest: Digest;
}

/** `body`: the request as JSON, without its id. */
export function requestOnce(method: string, id: string, body: unknown): RequestOnce | undefined {
  if (id === "") return undefined;
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(id)) throw new Failure("invalid", "request_id must be a UUID", { reason: "REQUEST_ID_INVALID" });
  return { id: id.toLowerCase(), digest: digestOf({ method, body }) };
}

/** What the first one with this id was answered. Throws invalid where that was about something else. */
export async function findFirst(store: Pick<Store, "findRequest">, project: string, caller: Caller, request: RequestOnce | undefined): Promise<StoredRequest | undefined> {
  if (!request) return undefined;
  const first = await store.findRequest({ project, caller: caller.name, id: request.id });
  if (first && first.digest !== request.digest) throw new Failure("invalid", `request_id ${request.id} was used for another request`, { reason: "REQUEST_ID_REUSED" });
  return first;
}

export function newRequest(caller: Caller, request: RequestOnce | undefined, answer: RequestAnswer): NewRequest | undefined {
  return request && { caller: caller.name, id: request.id, digest: request.digest, answer };
}
