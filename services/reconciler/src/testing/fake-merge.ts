import type { Json, JsonObject } from "@troupe/domain/json";

/** A JSON merge patch (RFC 7386) of an object: null takes a field away. */
export function merged(target: JsonObject, patch: JsonObject): JsonObject {
  const kept = Object.entries(target).filter(([key]) => !Object.hasOwn(patch, key));
  const written = Object.entries(patch).flatMap(([key, value]): readonly (readonly [string, Json])[] => {
    if (value === null) return [];
    const old = target[key];
    return [[key, isMap(value) ? merged(isMap(old) ? old : {}, value) : value]];
  });
  return Object.fromEntries([...kept, ...written]);
}

/**
 * Server-side apply: what was applied before and is not now goes, the rest of `wanted` is laid over what is there. Lists are
 * replaced whole, because nobody shares one with us.
 */
export function appliedOver(live: JsonObject, before: object | undefined, wanted: object): JsonObject {
  return over(without(live, (before ?? {}) as JsonObject, wanted as JsonObject), wanted as JsonObject);
}

function without(live: JsonObject, before: JsonObject, wanted: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(live).flatMap(([key, value]): readonly (readonly [string, Json])[] => {
      const [old, next] = [before[key], wanted[key]];
      if (old === undefined) return [[key, value]];
      if (isMap(value) && isMap(old)) return [[key, without(value, old, isMap(next) ? next : {})]];
      return next === undefined ? [] : [[key, value]];
    }),
  );
}

function over(live: JsonObject, wanted: JsonObject): JsonObject {
  const written = Object.entries(wanted).map(([key, value]): readonly [string, Json] => {
    const old = live[key];
    return [key, isMap(value) ? over(isMap(old) ? old : {}, value) : value];
  });
  return { ...live, ...Object.fromEntries(written) };
}

function isMap(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
