import type { Member } from "./members.ts";
import type { ObservedPod } from "./observed.ts";

/** lifecycle.md section 1. Which of them are written down, and when: docs/adr/0003. */
export type MemberState = "planned" | "held" | "starting" | "joining" | "in" | "stopping" | "down" | "leaving" | "gone" | "lost" | "done";

/** What a member's state depends on, beside the state that was noted of it. */
export interface Sight {
  /** The pod of its name. */
  readonly pod: ObservedPod | undefined;
  /** One of its volumes is certainly gone. */
  readonly lost: boolean;
  /** Its removal is planned. */
  readonly leaving: boolean;
}

/**
 * One row a state: where a member goes on to from it, given what is seen; itself where it stays. A hook between two states
 * becomes a condition of the row. `leaving` → `gone` is a decision and no sight: `membership.ts` makes it when the turn has come.
 */
export const transitions: Readonly<Record<MemberState, (sight: Sight) => MemberState>> = {
  planned: ({ pod, leaving }) => (leaving ? "leaving" : pod ? "held" : "planned"),
  held: ({ pod, leaving }) => interrupted(pod, leaving) ?? (pod?.scheduled ? "starting" : "held"),
  starting: ({ pod, leaving }) => interrupted(pod, leaving) ?? (hasStarted(pod) ? "joining" : "starting"),
  joining: ({ pod, leaving }) => interrupted(pod, leaving) ?? (pod?.ready ? "in" : "joining"),
  // A process that is not started is another than the one that was in: its pod was made anew, or it crashed.
  in: ({ pod, leaving, lost }) => (lost ? "lost" : (interrupted(pod, leaving) ?? (hasStarted(pod) ? "in" : "down"))),
  stopping: ({ pod, leaving }) => (leaving ? "leaving" : isOver(pod) ? "down" : "stopping"),
  down: ({ pod, leaving, lost }) => (leaving ? "leaving" : lost ? "lost" : isOver(pod) ? "down" : "held"),
  leaving: ({ leaving }) => (leaving ? "leaving" : "down"),
  lost: ({ leaving, lost }) => (leaving ? "leaving" : lost ? "lost" : "down"),
  gone: () => "gone",
  done: () => "done",
};

/** What takes a member out of its way up, whatever state it is in. */
function interrupted(pod: ObservedPod | undefined, leaving: boolean): MemberState | undefined {
  if (leaving) return "leaving";
  if (isOver(pod)) return "down";
  return pod?.deleting ? "stopping" : undefined;
}

function hasStarted(pod: ObservedPod | undefined): boolean {
  return pod?.started === true || pod?.ready === true;
}

/** No process of it runs, and none will: the pod is not there, or has come to an end that nothing restarts. */
function isOver(pod: ObservedPod | undefined): boolean {
  return pod === undefined || pod.phase === "Failed" || pod.phase === "Succeeded";
}

/** A pod whose name must become free before its member can run again. */
export function isSpent(pod: ObservedPod | undefined): boolean {
  return pod !== undefined && isOver(pod);
}

/** The state of a member now: from the one that was noted, as far on as what is seen allows. */
export function stateOf({ record }: Member, pod: ObservedPod | undefined, lost: boolean): MemberState {
  const sight: Sight = { pod, lost, leaving: record.leaving };
  let state: MemberState = record.state;
  for (let next = transitions[state](sight); next !== state; next = transitions[state](sight)) state = next;
  return state;
}
