/**
 * A map by names that people choose. It has no prototype: `constructor` and `toString` are names like any other, and read as
 * undefined where nobody gave them.
 */
export function byName<T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  const map = Object.create(null) as Record<string, T>;
  for (const [name, value] of entries) map[name] = value;
  return map;
}

/** The same names, each with what is made of its value. */
export function mapNames<T, U>(map: Readonly<Record<string, T>>, toValue: (value: T, name: string) => U): Readonly<Record<string, U>> {
  return byName(Object.entries(map).map(([name, value]) => [name, toValue(value, name)]));
}

/** What a map that came from elsewhere has under a name, and not what its prototype has. */
export function namedIn<T>(map: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}
