/**
 * A copy whose maps have their keys in order: definitions are stored without an order of their own, so what is made of one must not
 * depend on how its file was written. Lists stay as they are.
 */
export function inOrderOfNames<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => inOrderOfNames(item)) as T;
  if (typeof value !== "object" || value === null) return value;
  const map = value as Readonly<Record<string, unknown>>;
  // A name such as __proto__ is a key like any other.
  const ordered = Object.create(Object.getPrototypeOf(value) as object | null) as Record<string, unknown>;
  for (const key of Object.keys(map).toSorted()) Object.defineProperty(ordered, key, { value: inOrderOfNames(map[key]), enumerable: true, configurable: true, writable: true });
  return ordered as T;
}
