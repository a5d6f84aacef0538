/** Passes that need not be now: all that comes for a cluster within a while is one, and none where a pass has begun since. */
export class Later {
  readonly #afterMs: number;
  readonly #add: (uid: string) => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(afterMs: number, add: (uid: string) => void) {
    this.#afterMs = afterMs;
    this.#add = add;
  }

  want(uid: string): void {
    if (this.#timers.has(uid)) return;
    const due = (): void => {
      this.#timers.delete(uid);
      this.#add(uid);
    };
    this.#timers.set(uid, setTimeout(due, this.#afterMs));
  }

  /** A pass begins, and sees everything that is known until now. */
  passed(uid: string): void {
    clearTimeout(this.#timers.get(uid));
    this.#timers.delete(uid);
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
