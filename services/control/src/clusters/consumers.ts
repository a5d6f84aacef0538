import type { Mutation, Store, Write } from "../store.ts";
import { clusterEvent } from "./cluster-event.ts";

/** Those who must hear of something, and what guards that it is all of them. */
export interface Told {
  readonly topology: NonNullable<Mutation["topology"]>;
  readonly writes: readonly Write[];
}

/**
 * Whoever is bound to one of these clusters must hear that it has come, has gone, or offers something else. `beside`: what is
 * written with it. The count says whether somebody was bound meanwhile.
 */
export async function tellConsumers(store: Pick<Store, "consumersOf" | "clustersByName">, project: string, providers: readonly string[], beside: readonly Write[]): Promise<Told> {
  const { count, edges } = await store.consumersOf(project, providers);
  const consumers = edges.length > 0 ? await store.clustersByName(project, [...new Set(edges.map(({ consumer }) => consumer))]) : [];
  const own = new Map(beside.flatMap((write) => (write.kind === "status" || write.kind === "gone" ? [[write.report.uid, write] as const] : [])));
  // A new version of theirs is written already.
  const told = new Set(beside.flatMap((write) => (write.kind === "spec" || write.kind === "delete" ? [write.uid] : [])));
  const writes = consumers.filter(({ uid }) => own.get(uid)?.kind !== "gone" && !told.has(uid)).map((cluster): Write => {
    const changed = edges.filter(({ consumer }) => consumer === cluster.name).map(({ provider }) => provider);
    const reported = own.get(cluster.uid)?.event.data;
    const snapshot = reported && "cluster" in reported ? reported.cluster : cluster;
    return { kind: "needs", uid: cluster.uid, expect: { edition: cluster.edition }, event: clusterEvent(snapshot, { type: "cluster.needs_changed", data: { providers: [...new Set(changed)] } }) };
  });
  return { topology: { count, changes: false }, writes };
}
