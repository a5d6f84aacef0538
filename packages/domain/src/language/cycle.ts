/** `a → b → a`, beginning with the least name wherever it was entered; undefined when there is none. */
export function cycleIn(names: readonly string[], nextOf: (name: string) => readonly string[]): readonly string[] | undefined {
  const done = new Set<string>();
  const follow = (name: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(name)) return fromLeast(trail.slice(trail.indexOf(name)));
    if (done.has(name)) return undefined;
    done.add(name);
    for (const next of nextOf(name)) {
      const cycle = follow(next, [...trail, name]);
      if (cycle) return cycle;
    }
    return undefined;
  };
  for (const name of names) {
    const cycle = follow(name, []);
    if (cycle) return cycle;
  }
  return undefined;
}

function fromLeast(cycle: readonly string[]): readonly string[] {
  const least = cycle.indexOf(cycle.toSorted()[0] ?? "");
  return [...cycle.slice(least), ...cycle.slice(0, least), cycle[least] ?? ""];
}

/** For a message. */
export function inShort(cycle: readonly string[]): string {
  return (cycle.length > 8 ? [...cycle.slice(0, 6), "…", cycle.at(-1)] : cycle).join(" → ");
}
