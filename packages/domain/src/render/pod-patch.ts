import { isJsonList, isJsonObject, type Json } from "../json.ts";

/** Lists whose elements a patch names: the rest of JSON merge patch (RFC 7396) replaces lists as a whole. */
const namedLists: ReadonlySet<string> = new Set(["containers", "initContainers", "volumes", "env", "ports"]);

/** Lays a patch over a pod: maps key by key, null removes, lists of named elements by name, everything else replaces. */
export function patched(value: Json, patch: Json, field = ""): Json {
  if (isJsonList(patch) && namedLists.has(field)) return patchedList(isJsonList(value) ? value : [], patch);
  if (!isJsonObject(patch)) return patch;
  const base = isJsonObject(value) ? value : {};
  const changed = Object.entries(patch).flatMap(([key, item]) => (item === null ? [] : [[key, patched(base[key] ?? null, item, key)] as const]));
  const kept = Object.entries(base).filter(([key]) => patch[key] !== null);
  return Object.fromEntries([...kept, ...changed]);
}

function patchedList(list: readonly Json[], patch: readonly Json[]): Json {
  const own = new Map(patch.map((item) => [nameOf(item), item]));
  const known = new Set(list.map(nameOf));
  const changed = list.map((item) => patched(item, own.get(nameOf(item)) ?? {}));
  // A container that is added serves the application, and comes after it.
  return [...changed, ...patch.filter((item) => !known.has(nameOf(item))).map((item) => patched({}, item))];
}

function nameOf(item: Json): Json | undefined {
  return isJsonObject(item) ? item["name"] : undefined;
}
