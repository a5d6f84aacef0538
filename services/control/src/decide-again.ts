import { Failure } from "@troupe/domain/failure";
import { changedMeanwhile } from "./db/failures.ts";

const attempts = 10;

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
    }
  }
}
