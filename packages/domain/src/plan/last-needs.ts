import { byName, mapNames, namedIn } from "../by-name.ts";
import { isSameJson } from "../canonical.ts";
import type { ClusterRecord } from "../life/record.ts";
import type { ExportValue } from "../expression/value.ts";
import type { DesiredCluster } from "./desired.ts";
import type { Need } from "./sources.ts";

/**
 * A cluster that has formed goes on with what its providers said last while they do not say: its members heal and scale
 * although a provider is away, is being made anew, or has stopped offering something.
 */
export function withLastNeeds(cluster: DesiredCluster, record: ClusterRecord | undefined): DesiredCluster {
  if (record?.formed !== true || Object.values(cluster.needs).every(({ kind }) => kind !== "waiting")) return cluster;
  return { ...cluster, needs: mapNames(cluster.needs, (need, slot) => lastOf(need, namedIn(record.needs, slot))) };
}

function lastOf(need: Need, exports: Readonly<Record<string, ExportValue>> | undefined): Need {
  if (need.kind !== "waiting" || exports === undefined) return need;
  return { kind: "last", provider: need.provider, exports, message: need.message };
}

/** Notes what the cluster is told now. */
export function noteNeeds({ needs }: DesiredCluster, record: ClusterRecord): ClusterRecord {
  const told = byName(Object.entries(needs).flatMap(([slot, need]) => (need.kind === "waiting" ? [] : [[slot, need.exports] as const])));
  return isSameJson(told, record.needs) ? record : { ...record, needs: told };
}
