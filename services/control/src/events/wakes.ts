/** What there is to look at. */
export interface Due {
  /** Project → revision up to which its log is known to go. */
  readonly projects: ReadonlyMap<string, number>;
  readonly everything: boolean;
}

/** Projects whose log goes on, each kept until it is taken. */
export class Wakes {
  #projects = new Map<string, number>();
  #everything = false;
  #wake: (() => void) | undefined;

  add(project: string, revision: number): void {
    this.#projects.set(project, Math.max(revision, this.#projects.get(project) ?? 0));
    this.#wake?.();
  }

  all(): void {
    this.#everything = true;
    this.#wake?.();
  }

  /** What came since the last time; waits for the first, but no longer than `waitMs`. */
  async take(waitMs: number, signal: AbortSignal): Promise<Due> {
    if (this.#projects.size === 0 && !this.#everything) await this.#wait(waitMs, signal);
    const due = { projects: this.#projects, everything: this.#everything };
    this.#projects = new Map();
    this.#everything = false;
    return due;
  }

  #wait(waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      this.#wake = done;
      if (signal.aborted) done();
      else signal.addEventListener("abort", done, { once: true });
    });
  }
}
