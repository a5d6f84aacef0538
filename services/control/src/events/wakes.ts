/** Names that somebody should look at, each kept until it is taken. */
export class Wakes {
  readonly #names = new Set<string>();
  #wake: (() => void) | undefined;

  add(name: string): void {
    this.#names.add(name);
    this.#wake?.();
  }

  /** Wakes without a name: look at everything. */
  all(): void {
    this.#everything = true;
    this.#wake?.();
  }

  #everything = false;

  /** What came since the last time; waits for the first, but no longer than `waitMs`. Undefined: look at everything. */
  async take(waitMs: number, signal: AbortSignal): Promise<readonly string[] | undefined> {
    if (this.#names.size === 0 && !this.#everything) await this.#wait(waitMs, signal);
    const everything = this.#everything || this.#names.size === 0;
    const names = [...this.#names];
    this.#names.clear();
    this.#everything = false;
    return everything ? undefined : names;
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
