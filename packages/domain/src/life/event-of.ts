import { isSameJson } from "../canonical.ts";
import type { JsonObject } from "../json.ts";
import type { EventType, LifecycleEvent } from "./events.ts";
import type { ClusterState, ClusterStatus, MemberStatus } from "./status.ts";

/**
 * The one event of a change of status, or undefined when nothing that a person can see differs. A change of the cluster's
 * state says more than one of a member, and that more than any other; the data names every member that changed.
 */
export function eventOf(before: ClusterStatus | undefined, after: ClusterStatus): LifecycleEvent | undefined {
  if (before && isSameJson(before, after)) return undefined;
  const members = memberEvents(before?.members ?? [], after.members);
  return { type: typeOf(before, after, members), data: dataOf(before, after, members) };
}

const stateEvents: Readonly<Record<ClusterState, EventType | undefined>> = {
  pending: undefined,
  deploying: "cluster.deploying",
  ready: "cluster.ready",
  degraded: "cluster.degraded",
  failed: "cluster.failed",
  completed: "cluster.completed",
  paused: "cluster.paused",
  stopping: "cluster.stopping",
  stopped: "cluster.stopped",
  // The request to delete is an event of its own.
  deleting: undefined,
};

interface MemberEvent {
  readonly type: EventType;
  readonly member: string;
}

/** What is said of several members at once is said of the most telling one. */
const telling: readonly EventType[] = ["cluster.member.lost", "cluster.member.replaced", "cluster.member.removed", "cluster.member.leaving", "cluster.member.ready", "cluster.member.starting"];

function typeOf(before: ClusterStatus | undefined, after: ClusterStatus, members: readonly MemberEvent[]): EventType {
  if (after.gone) return "cluster.deleted";
  if (before?.state !== after.state) return stateEvents[after.state] ?? "cluster.status_changed";
  return telling.find((type) => members.some((member) => member.type === type)) ?? "cluster.status_changed";
}

function memberEvents(before: readonly MemberStatus[], after: readonly MemberStatus[]): readonly MemberEvent[] {
  const known = new Map(before.map((member) => [member.name, member]));
  const left = new Set(after.map(({ name }) => name));
  const removed = before.filter(({ name }) => !left.has(name)).map(({ name }): MemberEvent => ({ type: "cluster.member.removed", member: name }));
  return [...removed, ...after.flatMap((member) => memberEvent(known.get(member.name), member))];
}

function memberEvent(before: MemberStatus | undefined, after: MemberStatus): readonly MemberEvent[] {
  const event = (type: EventType): readonly MemberEvent[] => [{ type, member: after.name }];
  if (before !== undefined && before.life !== after.life) return event("cluster.member.replaced");
  if (after.ready && !before?.ready) return event("cluster.member.ready");
  if (before?.state === after.state) return [];
  if (after.state === "lost") return event("cluster.member.lost");
  if (after.state === "leaving") return event("cluster.member.leaving");
  return after.state === "starting" ? event("cluster.member.starting") : [];
}

function dataOf(before: ClusterStatus | undefined, after: ClusterStatus, members: readonly MemberEvent[]): JsonObject {
  const ready = after.conditions.find(({ type }) => type === "Ready");
  return {
    state: after.state,
    previousState: before?.state ?? null,
    observedGeneration: after.observedGeneration,
    reason: ready?.reason ?? null,
    message: ready?.message ?? null,
    roles: after.roles.map(({ role, wanted, ready: count, updated }) => ({ role, wanted, ready: count, updated })),
    members: members.map(({ type, member }) => ({ member, change: type.replace("cluster.member.", "") })),
    ...(after.gone && { kept: after.kept }),
  };
}
