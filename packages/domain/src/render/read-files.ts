import type { App } from "../language/app.ts";

/** Files below /troupe that cost something to keep, and are kept only where the definition's text names them. */

export const startName = "start";
export const contextFile = "context.json";

export const readsStart = readerOf(`/troupe/${startName}`);
export const readsContext = readerOf(`/troupe/${contextFile}`);

/** Looked up once for each definition. */
function readerOf(path: string): (app: App) => boolean {
  const readers = new WeakMap<App, boolean>();
  return (app) => {
    const known = readers.get(app) ?? JSON.stringify(app).includes(path);
    readers.set(app, known);
    return known;
  };
}
