import { Failure } from "@troupe/domain/failure";
import type { JsonObject } from "@troupe/domain/json";
import { type App, parseApp } from "@troupe/domain/language/app";
import { documentOfValue } from "@troupe/domain/language/document";
import type { Digest } from "@troupe/domain/name";
import type { Store } from "../store.ts";

const mostKept = 300;

/** Parsed definitions by digest. A definition never changes, so one that was parsed is good for ever. */
export class AppBook {
  readonly #store: Pick<Store, "findDefinition">;
  readonly #apps = new Map<Digest, Promise<App>>();

  constructor(store: Pick<Store, "findDefinition">) {
    this.#store = store;
  }

  async appOf(digest: Digest): Promise<App> {
    const known = this.#apps.get(digest) ?? this.#load(digest);
    // Whoever was asked for last goes last.
    this.#apps.delete(digest);
    this.#apps.set(digest, known);
    return known;
  }

  #load(digest: Digest): Promise<App> {
    const loading = this.#store.findDefinition(digest).then((definition) => {
      if (definition === undefined) throw new Failure("internal", `the definition ${digest} is in use and is not stored`);
      return parseApp(documentOfValue(parseDefinition(definition)));
    });
    loading.catch(() => this.#apps.delete(digest));
    for (const oldest of this.#apps.keys()) {
      if (this.#apps.size < mostKept) break;
      this.#apps.delete(oldest);
    }
    return loading;
  }
}

export function parseDefinition(text: string): JsonObject {
  return JSON.parse(text) as JsonObject;
}
