import { Failure } from "@troupe/domain/failure";
import { delayMs } from "@troupe/runtime/backoff";
import { wait } from "@troupe/runtime/wait";
import { changedMeanwhile } from "./db/failures.ts";

const attempts = 20;
/** Of many who compete in step each round lets one through: so they fall out of step. */
const backoff = { firstMs: 10, mostMs: 1_000 };

/**
 * Runs a decision until what it rests on holds still for it: nothing is locked while it is made, so it may have to be made again
 * on what is stored by then. One of those who compete always succeeds.
 */
export async function decideAgain<T>(decide: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await decide();
    } catch (error) {
      if (!(error instanceof Failure) || error.reason !== changedMeanwhile) throw error;
      if (attempt === attempts) throw new Failure("unavailable", "too many changes of the same thing at once", { reason: "TOO_MANY_CHANGES", retryAfterMs: 100, cause: error });
      // The first time at once: mostly there was one other.
      if (attempt > 1) await wait(delayMs(attempt, Math.random, backoff));
    }
  }
}
