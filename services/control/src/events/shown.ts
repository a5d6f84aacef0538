import type { Uid } from "@troupe/domain/name";
import type { Filter } from "../clusters/cluster-filter.ts";

const mostKnown = 10_000;

/**
 * What one watcher has been shown, as far as that must be known: whether a cluster that no longer matches the filter was there
 * before, and which states were newer than the event that they were sent for.
 */
export class Shown {
  readonly #filtered: boolean;
  readonly #known = new Map<Uid, boolean>();
  readonly #ahead = new Map<Uid, number>();
  /** Whoever is not known was not shown. */
  #complete: boolean;

  constructor(filter: Filter, complete: boolean) {
    this.#filtered = filter.length > 0;
    this.#complete = complete;
  }

  note(uid: Uid): void {
    if (!this.#filtered) return;
    this.#known.set(uid, true);
    if (this.#known.size <= mostKnown) return;
    // From here on a cluster may be said to be gone that the watcher never saw: that does no harm.
    this.#known.clear();
    this.#complete = false;
  }

  decide(uid: Uid, isMatch: boolean): "show" | "hide" | "nothing" {
    if (isMatch) {
      this.note(uid);
      return "show";
    }
    const wasShown = this.#known.get(uid) ?? !this.#complete;
    if (!this.#complete && this.#known.size < mostKnown) this.#known.set(uid, false);
    else this.#known.delete(uid);
    return wasShown ? "hide" : "nothing";
  }

  /** It is gone for good; was it shown? */
  forget(uid: Uid): boolean {
    const wasShown = this.#known.get(uid) ?? (!this.#filtered || !this.#complete);
    this.#known.delete(uid);
    this.#ahead.delete(uid);
    return wasShown;
  }

  /** A state was read for an event; it may hold later ones already. */
  reached(uid: Uid, stateRevision: number, eventRevision: number): void {
    if (stateRevision > eventRevision) this.#ahead.set(uid, stateRevision);
    else this.#ahead.delete(uid);
  }

  /** The state that this event made was sent already. */
  isAhead({ uid, revision, type }: { readonly uid: Uid; readonly revision: number; readonly type: string }): boolean {
    const sent = this.#ahead.get(uid) ?? 0;
    if (revision >= sent) this.#ahead.delete(uid);
    return type !== "cluster.deleted" && revision <= sent;
  }
}
