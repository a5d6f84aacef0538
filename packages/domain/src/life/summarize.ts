import type { DesiredCluster } from "../plan/desired.ts";
import { exportsOf } from "../plan/needs.ts";
import { hookWaits } from "./hooks-status.ts";
import { pendingParts } from "./hooks-due.ts";
import { isCompleted, isSpentJob } from "./job.ts";
import { isReady, isUp, type Member, membersOf, podOf, rolesOf, stayingMembers } from "./members.ts";
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
  const roles = rolesOf(cluster).filter(({ exists, name }) => exists || membersOf(record, name).length > 0).map(({ name }) => roleStatus(cluster, record, name, observed));
  const hooks = step.phase === "running" ? hookWaits(cluster, record, observed) : [];
  const progress = standstillOf(cluster, record, step, observed) ?? progressOf(cluster, record, step, hooks, observed);
  const state = stateOf(record, roles, progress);
  return {
    state,
    observedGeneration: cluster.generation,
    conditions: [...conditionsOf(cluster, state, progress), ...pendingConditions(cluster, [...step.waits, ...hooks])],
    roles,
    members: membersStatus(cluster, record, observed),
    waiting: waitsOf([...step.waits, ...hooks, ...troubles(cluster, record, observed)], step),
    exports: exportsOf(cluster, record, step.secretName),
    formed: record.formed,
    gone: false,
    kept: [],
  };
}

const paused: StepWait = { what: "cluster", reason: "Paused", message: "nothing is changed while it is paused" };

/** Why nothing is done, or nothing any more: a person wants it so, or it has run to its end. */
function standstillOf(cluster: DesiredCluster, record: ClusterRecord, { phase }: Step, { pods }: ObservedCluster): StepWait | undefined {
  const what = "cluster";
  if (phase === "paused") return paused;
  if (phase === "stopped") return Object.keys(pods).length > 0 ? { what, reason: "Stopping", message: "its members are being stopped" } : { what, reason: "Stopped", message: "its members are stopped" };
  if (isCompleted(cluster, record)) return { what, reason: "Completed", message: "it has run to its end" };
  return isSpentJob(cluster, record) ? { what, reason: "RetriesSpent", message: `its members failed ${record.job?.retries} times, and may be started again ${cluster.app.run.kind === "job" ? cluster.app.run.retries : 0} times` } : undefined;
}

/** Why it is not as wanted, most telling first; undefined when it is. */
function progressOf(cluster: DesiredCluster, record: ClusterRecord, step: Step, hooks: readonly StepWait[], observed: ObservedCluster): StepWait | undefined {
  const troubled = troubles(cluster, record, observed)[0];
  if (troubled) return troubled;
  const wait = step.waits.find(({ reason }) => !isRunningOn(step, reason));
  if (wait) return wait;
  if (hooks[0]) return hooks[0];
  const wanted = rolesOf(cluster);
  const outdated = wanted.find(({ name }) => stayingMembers(record, name).some((member) => podOf(cluster, name, member.index, observed) && member.record.state !== "done" && !isUpdated(cluster, record, name, member, observed)));
  if (outdated) return { what: `role ${outdated.name}`, reason: "MembersUpdating", message: "members are made anew one after another" };
  const leaving = Object.keys(record.members).find((role) => membersOf(record, role).some(({ record: member }) => member.leaving));
  if (leaving !== undefined) return { what: `role ${leaving}`, reason: "ScalingDown", message: "members are removed, highest index first" };
  const missing = wanted.find(({ name, count }) => (record.formed || record.roles[name]?.formed === true) && !isComplete(record, name, count));
  if (missing) return { what: `role ${missing.name}`, reason: "ScalingUp", message: "new members are joining" };
  const unready = wanted.find(({ name }) => stayingMembers(record, name).some((member) => !isUp(cluster, name, member, observed)));
  if (unready) return { what: `role ${unready.name}`, reason: record.formed ? "MembersNotReady" : "MembersStarting", message: "not all of its members are ready" };
  return undefined;
}

/** What it needs is missing, and it goes on with what it was told last: to be seen, but nothing is unfinished by it. */
function isRunningOn({ phase }: Step, reason: Reason): boolean {
  return phase === "running" && reason === "WaitingForNeeds";
}

function isComplete(record: ClusterRecord, role: string, count: number): boolean {
  const staying = stayingMembers(record, role);
  return staying.length === count && staying.every(({ record: member }) => member.state === "in" || member.state === "done");
}

const planned: ReadonlySet<Reason> = new Set(["MembersUpdating", "ScalingUp", "ScalingDown", "MembersStarting", "WaitingForRole", "VolumePending", "HooksPending", "RetryPending", "GangWaiting", "UpdatePaused"]);

/** States that a reason says by itself. */
const standing: Readonly<Partial<Record<Reason, ClusterState>>> = { Paused: "paused", Stopping: "stopping", Stopped: "stopped", Completed: "completed", RetriesSpent: "failed" };

/** `degraded` means that something broke; what we are changing ourselves is `deploying`. */
function stateOf(record: ClusterRecord, roles: readonly RoleStatus[], progress: StepWait | undefined): ClusterState {
  const said = progress && standing[progress.reason];
  if (said) return said;
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
    updated: count((member) => isUpdated(cluster, record, role, member, observed)),
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

/** What the definition asks for that is not done yet: said as long as it asks, so that a cluster that is ready is no promise too much. */
function pendingConditions(cluster: DesiredCluster, waits: readonly StepWait[]): readonly Condition[] {
  const parts = pendingParts(cluster);
  if (parts.length === 0) return [];
  const due = waits.filter(({ reason }) => reason === "HooksPending").map(({ what, message }) => `${what}: ${message}`);
  const message = due[0] ?? `not done yet: ${parts.slice(0, 12).join(", ")}${parts.length > 12 ? " and others" : ""}`;
  const pending: Condition = { type: "HooksPending", status: "True", reason: "HooksPending", message, observedGeneration: cluster.generation };
  const asksHealthy = parts.some((part) => part.endsWith("/healthy"));
  return asksHealthy ? [{ type: "Healthy", status: "Unknown", reason: "HooksPending", message: "members are not asked yet whether they are healthy: that they are ready stands for it", observedGeneration: cluster.generation }, pending] : [pending];
}

function inWords(progress: StepWait | undefined): string {
  return progress === undefined ? "nothing is being changed" : `${progress.what}: ${progress.message}`;
}

function blockedStatus(cluster: DesiredCluster, step: Step): ClusterStatus {
  const { waits, phase } = step;
  if (phase === "paused") return pausedStatus(cluster, step);
  const isBroken = waits.some(({ reason }) => reason === "RecordMissing");
  return { ...emptyStatus(cluster, isBroken ? "failed" : "pending"), conditions: conditionsOf(cluster, "pending", waits[0]), waiting: waitsOf(waits, step), formed: cluster.formed };
}

/** It was created to be paused: there is nothing yet, and nothing will be made. */
function pausedStatus(cluster: DesiredCluster, step: Step): ClusterStatus {
  return { ...emptyStatus(cluster, "paused"), conditions: conditionsOf(cluster, "paused", paused), waiting: waitsOf(step.waits, step), formed: cluster.formed };
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
