/** What there is to look at. */
export interface Due {
  readonly names: readonly string[];
  readonly everything: boolean;
}

/** Names of what somebody should look at, each kept until it is taken. */
export class Wakes {
  readonly #names = new Set<string>();
  #everything = false;
  #wake: (() => void) | undefined;

  add(name: string): void {
    this.#names.add(name);
    this.#wake?.();
  }

  all(): void {
    this.#everything = true;
    this.#wake?.();
  }

  /** What came since the last time; waits for the first, but no longer than `waitMs`. */
  async take(waitMs: number, signal: AbortSignal): Promise<Due> {
    if (this.#names.size === 0 && !this.#everything) await this.#wait(waitMs, signal);
    const due = { names: [...this.#names], everything: this.#everything };
    this.#names.clear();
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
