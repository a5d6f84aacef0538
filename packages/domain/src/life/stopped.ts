import type { DesiredCluster } from "../plan/desired.ts";
import { hookWait, inWords } from "./hook-wait.ts";
import { dueBeforeStopOfAll } from "./hooks-due.ts";
import { areAllUp, membersOf, podOf, rolesOf, withRole } from "./members.ts";
import type { ObservedCluster, ObservedPod } from "./observed.ts";
import type { ClusterRecord } from "./record.ts";
import type { Running } from "./running.ts";

/** Clusters that are to be down: pods go, and everything else stays for the next start. */

/** Roles in reverse of `after`, the members of a role at once; one whose members have to be told first goes on running. */
export function membersWhileStopping(cluster: DesiredCluster, record: ClusterRecord, observed: ObservedCluster): Running {
  const running = new Set(Object.values(observed.pods).map(({ role }) => role));
  const held = rolesOf(cluster).filter(({ name, defined }) => running.has(name) && dueBeforeStopOfAll(defined).length > 0);
  const needed = new Set([...held.map(({ name }) => name), ...rolesBefore(cluster, running)]);
  const members = rolesOf(cluster).flatMap(({ name }) => {
    if (!needed.has(name)) return [];
    return membersOf(record, name).flatMap(({ index, record: member }) => (isUp(podOf(cluster, name, index, observed)) ? [{ role: name, index, record: member, isThere: true }] : []));
  });
  const waits = held.map(({ name, defined }) => hookWait(`role ${name}`, `its members stop after ${inWords(dueBeforeStopOfAll(defined))}`));
  const pods = Object.keys(observed.pods).length;
  return { members, waits: waits.length === 0 && pods > 0 ? [{ what: "pods", reason: "WaitingForPods", message: `${pods} still to go` }] : waits };
}

/** Roles that others which still run come after. */
export function rolesBefore(cluster: DesiredCluster, running: ReadonlySet<string>): readonly string[] {
  return rolesOf(cluster).flatMap(({ name, defined }) => (running.has(name) ? defined.after : []));
}

function isUp(pod: ObservedPod | undefined): boolean {
  return pod !== undefined && !pod.deleting;
}

/**
 * Notes that all members of a role are down, so that they start in order again; and that they have. One that has not formed yet
 * has nothing to come back to: it goes on forming.
 */
export function noteAllDown(cluster: DesiredCluster, record: ClusterRecord, observed: ObservedCluster): ClusterRecord {
  return rolesOf(cluster).reduce((before, { name }) => {
    const isNoted = before.roles[name]?.allDown === true;
    if (before.roles[name]?.formed !== true) return before;
    if (cluster.stopped) return !isNoted && membersOf(before, name).every(({ index }) => podOf(cluster, name, index, observed) === undefined) ? withRole(before, name, { allDown: true }) : before;
    return isNoted && areAllUp(cluster, before, name, observed) ? withRole(before, name, { allDown: false }) : before;
  }, record);
}
