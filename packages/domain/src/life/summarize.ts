import type { DesiredCluster } from "../plan/desired.ts";
import { exportsOf } from "../plan/needs.ts";
import { isReady, type Member, membersOf, podOf, rolesOf, stayingMembers } from "./members.ts";
import { isUpdated, memberStatus, troubleOf } from "./member-status.ts";
import type { ObservedCluster } from "./observed.ts";
import type { ClusterRecord } from "./record.ts";
import { type ClusterState, type ClusterStatus, type Condition, type MemberStatus, type Reason, reasons, type RoleStatus, type Wait } from "./status.ts";
import type { Step, StepWait } from "./step.ts";

/** How far a cluster is: what was seen, not what was sent. The only maker of a status. */
export function summarize(cluster: DesiredCluster, step: Step, observed: ObservedCluster): ClusterStatus {
  if (cluster.intent.kind === "delete") return summarizeDeletion(cluster, step, observed);
  const { record } = step;
  if (record === undefined) return blockedStatus(cluster, step);
  const roles = rolesOf(cluster).map(({ name }) => roleStatus(cluster, record, name, observed));
  const progress = progressOf(cluster, record, step, observed);
  const state = stateOf(record, roles, progress);
  return {
    state,
    observedGeneration: cluster.generation,
    conditions: conditionsOf(cluster, state, progress),
    roles,
    members: membersStatus(cluster, record, observed),
    waiting: waitsOf([...step.waits, ...troubles(cluster, record, observed)], step),
    exports: exportsOf(cluster, record),
    formed: record.formed,
    gone: false,
    kept: [],
  };
}

/** Why it is not as wanted, most telling first; undefined when it is. */
function progressOf(cluster: DesiredCluster, record: ClusterRecord, step: Step, observed: ObservedCluster): StepWait | undefined {
  const troubled = troubles(cluster, record, observed)[0];
  if (troubled) return troubled;
  const wait = step.waits.find(({ reason }) => !isRunningOn(step, reason));
  if (wait) return wait;
  const wanted = rolesOf(cluster);
  const outdated = wanted.find(({ name }) => stayingMembers(record, name).some((member) => podOf(cluster, name, member.index, observed) && !isUpdated(cluster, name, member, observed)));
  if (outdated) return { what: `role ${outdated.name}`, reason: "MembersUpdating", message: "members are made anew one after another" };
  const leaving = Object.keys(record.members).find((role) => membersOf(record, role).some(({ record: member }) => member.leaving));
  if (leaving !== undefined) return { what: `role ${leaving}`, reason: "ScalingDown", message: "members are removed, highest index first" };
  const missing = wanted.find(({ name, count }) => (record.formed || record.roles[name]?.formed === true) && !isComplete(record, name, count));
  if (missing) return { what: `role ${missing.name}`, reason: "ScalingUp", message: "new members are joining" };
  const unready = wanted.find(({ name }) => stayingMembers(record, name).some(({ index }) => !isReady(podOf(cluster, name, index, observed))));
  if (unready) return { what: `role ${unready.name}`, reason: record.formed ? "MembersNotReady" : "MembersStarting", message: "not all of its members are ready" };
  return undefined;
}

/** What it needs is missing, and it goes on with what it was told last: to be seen, but nothing is unfinished by it. */
function isRunningOn({ phase }: Step, reason: Reason): boolean {
  return phase === "running" && reason === "WaitingForNeeds";
}

function isComplete(record: ClusterRecord, role: string, count: number): boolean {
  const staying = stayingMembers(record, role);
  return staying.length === count && staying.every(({ record: member }) => member.state === "in");
}

const planned: ReadonlySet<Reason> = new Set(["MembersUpdating", "ScalingUp", "ScalingDown", "MembersStarting", "WaitingForRole", "VolumePending"]);

/** `degraded` means that something broke; what we are changing ourselves is `deploying`. */
function stateOf(record: ClusterRecord, roles: readonly RoleStatus[], progress: StepWait | undefined): ClusterState {
  if (progress === undefined && record.formed) return "ready";
  if (!record.formed || progress === undefined || planned.has(progress.reason)) return "deploying";
  return roles.every(({ wanted, ready, updated }) => ready === wanted && updated === wanted) ? "deploying" : "degraded";
}

function roleStatus(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster): RoleStatus {
  const staying = stayingMembers(record, role);
  const count = (holds: (member: Member) => boolean): number => staying.filter(holds).length;
  return {
    role,
    wanted: cluster.roles[role]?.count ?? 0,
    ready: count(({ index }) => isReady(podOf(cluster, role, index, observed))),
    updated: count((member) => isUpdated(cluster, role, member, observed)),
  };
}

/** By role in the order of the definition, then index; members of roles that are no more come last. */
function membersStatus(cluster: DesiredCluster, record: ClusterRecord, observed: ObservedCluster): readonly MemberStatus[] {
  const roles = new Set([...Object.keys(cluster.roles), ...Object.keys(record.members)]);
  return [...roles].flatMap((role) => membersOf(record, role).map((member) => memberStatus(cluster, role, member, observed)));
}

function troubles(cluster: DesiredCluster, record: ClusterRecord, observed: ObservedCluster): readonly StepWait[] {
  return rolesOf(cluster).flatMap(({ name }) =>
    membersOf(record, name).flatMap((member) => {
      const trouble = troubleOf(cluster, name, member, observed);
      return trouble ? [{ what: `member ${memberStatus(cluster, name, member, observed).name}`, ...trouble, since: member.record.since }] : [];
    }),
  );
}

/** What nothing has noted the beginning of counts from now: the reporter keeps the time at which it was first said. */
function waitsOf(waits: readonly StepWait[], { atMs }: Step): readonly Wait[] {
  return waits.map((wait) => ({ ...wait, since: wait.since ?? atMs }));
}

function conditionsOf(cluster: DesiredCluster, state: ClusterState, progress: StepWait | undefined): readonly Condition[] {
  const observedGeneration = cluster.generation;
  const ready: Condition =
    state === "ready"
      ? { type: "Ready", status: "True", reason: "AllMembersReady", message: "all members are ready", observedGeneration }
      : { type: "Ready", status: "False", reason: progress?.reason ?? "MembersStarting", message: inWords(progress), observedGeneration };
  const progressing: Condition = {
    type: "Progressing",
    status: state === "deploying" ? "True" : "False",
    reason: progress?.reason ?? "AllMembersReady",
    message: inWords(progress),
    observedGeneration,
  };
  return [ready, progressing];
}

function inWords(progress: StepWait | undefined): string {
  return progress === undefined ? "nothing is being changed" : `${progress.what}: ${progress.message}`;
}

function blockedStatus(cluster: DesiredCluster, step: Step): ClusterStatus {
  const { waits } = step;
  const isBroken = waits.some(({ reason }) => reason === "RecordMissing");
  return { ...emptyStatus(cluster, isBroken ? "failed" : "pending"), conditions: conditionsOf(cluster, "pending", waits[0]), waiting: waitsOf(waits, step), formed: cluster.formed };
}

/** Of a cluster whose pass fails: the reason, with what a person can do; members are as last reported elsewhere. */
export function failedStatus(cluster: Pick<DesiredCluster, "generation" | "formed">, reason: Reason, message: string, nowMs = 0): ClusterStatus {
  const condition: Condition = { type: "Ready", status: "False", reason, message, observedGeneration: cluster.generation };
  return { ...emptyStatus(cluster, reasons[reason].who === "kubernetes" ? "degraded" : "failed"), conditions: [condition], waiting: [{ what: "cluster", reason, message, since: nowMs }], formed: cluster.formed };
}

function emptyStatus({ generation }: Pick<DesiredCluster, "generation">, state: ClusterState): ClusterStatus {
  return { state, observedGeneration: generation, conditions: [], roles: [], members: [], waiting: [], exports: {}, formed: false, gone: false, kept: [] };
}

function summarizeDeletion(cluster: DesiredCluster, step: Step, observed: ObservedCluster): ClusterStatus {
  const data = observed.objects.filter(({ kind, deleting }) => (kind === "PersistentVolumeClaim" || kind === "Secret") && !deleting);
  const members = step.record === undefined ? [] : membersStatus(cluster, step.record, observed).filter(({ podUid }) => podUid !== undefined);
  const condition: Condition = { type: "Ready", status: "False", reason: "Deleting", message: inWords(step.waits[0]), observedGeneration: cluster.generation };
  return {
    ...emptyStatus(cluster, "deleting"),
    conditions: [condition],
    members: members.map((member) => ({ ...member, state: "stopping" })),
    waiting: waitsOf(step.waits, step),
    formed: step.record?.formed ?? cluster.formed,
    gone: step.phase === "gone",
    kept: data.map(({ name }) => name).toSorted(),
  };
}
