import type { App } from "@troupe/domain/language/app";

/**
 * Definitions by digest, fetched and parsed once. A definition is immutable, so what was found is kept for ever;
 * what failed is asked again.
 */
export class Definitions {
  readonly #fetch: (digest: string) => Promise<App>;
  readonly #apps = new Map<string, App>();
  readonly #fetching = new Map<string, Promise<App>>();

  constructor(fetch: (digest: string) => Promise<App>) {
    this.#fetch = fetch;
  }

  /** At once where it is known, so that a pass need not wait. */
  definitionOf(digest: string): App | Promise<App> {
    return this.#apps.get(digest) ?? this.#fetching.get(digest) ?? this.#begin(digest);
  }

  #begin(digest: string): Promise<App> {
    const fetching = this.#fetch(digest)
      .then((app) => {
        this.#apps.set(digest, app);
        return app;
      })
      .finally(() => this.#fetching.delete(digest));
    this.#fetching.set(digest, fetching);
    return fetching;
  }
}
