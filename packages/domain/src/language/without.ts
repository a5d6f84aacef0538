import { isJsonList, type Json } from "../json.ts";
import type { Path } from "./path.ts";

/** A copy without what is at the paths, fields and elements of lists. Takes time as what is there does, however many the paths. */
export function without(value: Json, paths: readonly Path[]): Json {
  const removed: Removed = { whole: false, inside: new Map() };
  for (const path of paths) mark(removed, path);
  return pruned(value, removed);
}

/** Paths as a tree. */
interface Removed {
  whole: boolean;
  readonly inside: Map<string | number, Removed>;
}

function mark(removed: Removed, path: Path): void {
  let at = removed;
  for (const segment of path) {
    const next = at.inside.get(segment) ?? { whole: false, inside: new Map() };
    at.inside.set(segment, next);
    at = next;
  }
  // The document itself cannot be taken out of anything.
  at.whole = path.length > 0;
}

function pruned(value: Json, { inside }: Removed): Json {
  if (inside.size === 0 || typeof value !== "object" || value === null) return value;
  const keep = <K extends string | number>(key: K, item: Json): readonly (readonly [K, Json])[] => {
    const removed = inside.get(key);
    if (removed === undefined) return [[key, item]];
    return removed.whole ? [] : [[key, pruned(item, removed)]];
  };
  if (isJsonList(value)) return value.flatMap((item, index) => keep(index, item).map(([, kept]) => kept));
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => keep(key, item)));
}
