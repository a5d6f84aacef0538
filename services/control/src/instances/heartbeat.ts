import { Failure } from "@troupe/domain/failure";
import { longest, parseName } from "@troupe/domain/name";
import type { Store, TargetState } from "../store.ts";

export interface Heartbeat {
  readonly target: string;
  /** Unique for the life of a process. */
  readonly instance: string;
  readonly leaving: boolean;
}

export interface Lease extends TargetState {
  /** From when the instance asked. */
  readonly validMs: number;
}

/**
 * An instance that was not heard of for so long is dead for the others; with a beat every 5 s another one acts within 20 s. What
 * it was told is good for less, so that it stops trusting itself before that.
 */
export const expiryMs = 15_000;
const validMs = 12_000;

export async function heartbeat(store: Pick<Store, "beat">, { target, instance, leaving }: Heartbeat): Promise<Lease> {
  parseName(target, longest.project, "target");
  if (instance === "" || instance.length > 200) throw new Failure("invalid", "an instance has a name of at most 200 characters", { reason: "INSTANCE_INVALID" });
  return { ...(await store.beat({ target, instance, leaving, expiryMs })), validMs: leaving ? 0 : validMs };
}
