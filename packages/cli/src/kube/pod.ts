import { nearest } from "@troupe/domain/nearest";
import type { Failure } from "@troupe/domain/failure";
import { advising } from "../advice.ts";

/** What is read of a pod: JSON, as the API server has it. */
export interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly ephemeralContainers?: readonly Container[];
  };
  readonly status?: {
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly ephemeralContainerStatuses?: readonly ContainerStatus[];
  };
}

export interface Container {
  readonly name: string;
  readonly env?: readonly { readonly name: string; readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } } }[];
}

interface ContainerStatus {
  readonly name: string;
  /** Of the last process that was started; absent before the first. */
  readonly containerID?: string;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly running?: object;
    readonly terminated?: { readonly exitCode: number; readonly reason?: string };
  };
}

/** One process of a container, from its start to its end. */
export interface Run {
  readonly id: string;
  readonly isRunning: boolean;
}

/** The last that was started; undefined: none yet. */
export function runOf(pod: Pod, container: string): Run | undefined {
  const { containerID: id = "", state } = statusOf(pod, container) ?? {};
  return id === "" ? undefined : { id, isRunning: state?.running !== undefined };
}

/** Why there is no such container, and which there are; undefined: there is. */
export function noContainer(pod: Pod, container: string): Failure | undefined {
  const { containers, initContainers = [], ephemeralContainers = [] } = pod.spec;
  const names = [...containers, ...initContainers, ...ephemeralContainers].map(({ name }) => name);
  if (names.includes(container)) return undefined;
  const meant = nearest(container, names);
  return advising("not_found", `pod ${pod.metadata.name} has no container "${container}"`, meant === undefined ? `it has ${names.join(", ")}` : `did you mean ${meant}?`);
}

/** Why nothing can be run in it; undefined: it runs. */
export function notRunning(pod: Pod, container: string): Failure | undefined {
  const { state = {} } = statusOf(pod, container) ?? {};
  if (state.running) return undefined;
  const what = `${container} of pod ${pod.metadata.name}`;
  const logs = `troupe logs says what it wrote${state.terminated ? "" : "; before its first start there is nothing"}`;
  if (state.terminated) return advising("conflict", `${what} does not run: it ended with code ${state.terminated.exitCode}${inBrackets(state.terminated.reason)}`, logs);
  const { reason, message } = state.waiting ?? {};
  return advising("conflict", `${what} does not run yet: ${[reason ?? "it is not started", message].filter((part) => part !== undefined && part !== "").join(": ")}`, logs);
}

/** Pods on the nodes that `npm start` and the tests bring up look as if they ran. */
export function isSimulated(pod: Pod): boolean {
  return (pod.status?.containerStatuses ?? []).some(({ containerID = "" }) => containerID.startsWith("simulated://"));
}

function statusOf({ status = {} }: Pod, container: string): ContainerStatus | undefined {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = status;
  return [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses].find(({ name }) => name === container);
}

function inBrackets(reason: string | undefined): string {
  return reason === undefined ? "" : ` (${reason})`;
}
