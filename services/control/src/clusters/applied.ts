import { Failure } from "@troupe/domain/failure";
import type { Caller } from "../caller.ts";
import { newRequest, type RequestOnce } from "../request-once.ts";
import type { ClusterSnapshot, Store, StoredCluster, StoredRequest } from "../store.ts";
import { snapshotOf } from "./cluster-event.ts";
import type { PlanAnswer } from "./plan-answer.ts";
import { nothingChanges } from "./planning.ts";

/** The answer to every change of a cluster. */
export interface Applied {
  /** Undefined: there is none, and that was allowed. */
  readonly cluster: ClusterSnapshot | undefined;
  readonly revision: number;
  readonly plan: PlanAnswer;
  readonly created: boolean;
}

/** As it was given, from what was kept of it. */
export function firstAnswer({ answer, event }: StoredRequest): Applied {
  const { plan = nothingChanges, created = false, unchanged } = answer;
  if (unchanged) return { cluster: unchanged.cluster, revision: unchanged.revision, plan, created };
  if (!event || !("cluster" in event.data)) throw new Failure("internal", "the first answer to a request is no longer there");
  return { cluster: event.data.cluster, revision: event.revision, plan, created };
}

export interface Unasked {
  readonly project: string;
  readonly present: StoredCluster | undefined;
  readonly caller: Caller;
  /** Undefined: nobody will ask for this answer again. */
  readonly request: RequestOnce | undefined;
  readonly time: string;
}

/** Everything is so already. With an id that is kept: the same request must not act later, when it no longer is. */
export async function leaveAsItIs(store: Pick<Store, "keepRequest">, { project, present, caller, request, time }: Unasked): Promise<Applied> {
  const unchanged = { ...(present && { cluster: snapshotOf(present) }), revision: present?.revision ?? 0 };
  const kept = newRequest(caller, request, { plan: nothingChanges, created: false, unchanged });
  if (kept) await store.keepRequest(project, kept, time);
  return { cluster: unchanged.cluster, revision: unchanged.revision, plan: nothingChanges, created: false };
}
