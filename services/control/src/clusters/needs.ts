import { Failure } from "@troupe/domain/failure";
import type { ClusterSpec } from "@troupe/domain/language/cluster";
import type { Binding, Topology } from "../store.ts";

/** Slots that are bound to other clusters. */
export function bindingsOf(spec: ClusterSpec): readonly Binding[] {
  return Object.entries(spec.needs).flatMap(([slot, need]) => (need.kind === "cluster" ? [{ slot, provider: need.cluster }] : []));
}

/** How many clusters of a way are named. */
const mostShown = 20;

/** Clusters that wait for each other would wait for ever. A provider need not exist yet: its name counts. */
export function refuseCycles(name: string, bindings: readonly Binding[], { edges }: Topology): void {
  const needed = new Map<string, string[]>();
  for (const { consumer, provider } of edges) if (consumer !== name) needed.set(consumer, [...(needed.get(consumer) ?? []), provider]);
  for (const { slot, provider } of bindings) {
    const way = wayTo(name, provider, needed);
    if (!way) continue;
    const message = `${name} would need itself: ${inWords([name, ...way])}`;
    throw new Failure("conflict", message, { reason: "NEEDS_CYCLE", problems: [{ path: `spec.needs.${slot}`, reason: "NEEDS_CYCLE", message }] });
  }
}

/** Names from one cluster to another along what they need, the first and the last included. */
function wayTo(target: string, from: string, needed: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const before = new Map<string, string | undefined>([[from, undefined]]);
  for (const name of before.keys()) {
    if (name === target) return wayBack(name, before);
    for (const next of needed.get(name) ?? []) if (!before.has(next)) before.set(next, name);
  }
  return undefined;
}

/** The way that was found, the last first, the other way round. */
function wayBack(name: string, before: ReadonlyMap<string, string | undefined>): readonly string[] {
  const way: string[] = [];
  for (let at: string | undefined = name; at !== undefined; at = before.get(at)) way.push(at);
  return way.toReversed();
}

/** `a needs b needs c`, of a long way only its ends. */
function inWords(way: readonly string[]): string {
  const shown = way.length <= mostShown ? way : [...way.slice(0, mostShown / 2), `${way.length - mostShown} others`, ...way.slice(-mostShown / 2)];
  return shown.join(" needs ");
}
