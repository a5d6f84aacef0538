import { parseQuantity, spell } from "../quantity.ts";

/**
 * Whether what we would write is all there: maps by key, lists by the key of their elements, quantities by amount. What the
 * server adds does not count; a foreign edit of a field of ours does.
 */
export function covers(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) return Array.isArray(live) && coversList(live, wanted);
  if (isRecord(wanted)) return isRecord(live) && Object.entries(wanted).every(([key, value]) => value === undefined || coversField(key, live[key], value));
  return live === wanted || sameQuantity(live, wanted);
}

/** Maps that are one value: a foreign key in a selector chooses other pods, and writing ours takes it away. */
const wholeMaps: ReadonlySet<string> = new Set(["selector", "matchLabels"]);

function coversField(key: string, live: unknown, wanted: unknown): boolean {
  if (!wholeMaps.has(key) || !isRecord(live) || !isRecord(wanted)) return covers(live, wanted);
  return Object.keys(live).length === Object.keys(wanted).length && covers(live, wanted);
}

/** The keys by which the server merges lists of ours, most telling first. */
const mergeKeys = ["name", "containerPort", "port", "mountPath", "uid", "key"] as const;

function coversList(live: readonly unknown[], wanted: readonly unknown[]): boolean {
  if (live.length < wanted.length) return false;
  const key = mergeKeys.find((each) => wanted.every((item) => isRecord(item) && item[each] !== undefined));
  if (key === undefined) return live.length === wanted.length && wanted.every((item, index) => covers(live[index], item));
  return wanted.every((item) => live.some((other) => isRecord(item) && isRecord(other) && other[key] === item[key] && covers(other, item)));
}

function sameQuantity(live: unknown, wanted: unknown): boolean {
  if (typeof live !== "string" || typeof wanted !== "string" || !/^\d/.test(live) || !/^\d/.test(wanted)) return false;
  try {
    return spell(parseQuantity(live)) === spell(parseQuantity(wanted));
  } catch {
    return false; // texts that only begin like quantities
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
