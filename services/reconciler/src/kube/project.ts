import type { JsonObject } from "@troupe/domain/json";
import type { ObservedClaim, ObservedObject, ObservedPod } from "@troupe/domain/life/observed";
import { annotation, label } from "@troupe/domain/render/identity";
import { mainContainer } from "@troupe/domain/render/pod";
import { kinds, type KindName } from "./kinds.ts";

/** The only reader of raw Kubernetes JSON: what decisions need of an object, and no more, because thousands are kept. */

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const nothing = {};

export function projectObject(kind: KindName, raw: JsonObject): ObservedObject {
  const { name, namespace = "", uid, resourceVersion, deletionTimestamp, labels = nothing, annotations = nothing } = raw["metadata"] as unknown as Metadata;
  return { apiVersion: kinds[kind].apiVersion, kind, namespace, name, uid, resourceVersion, deleting: deletionTimestamp !== undefined, labels, annotations: ours(annotations), body: bodyOf(kind, raw) };
}

/** Others note on claims how far they are bound, and that means nothing here. */
function ours(annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.values(annotation).flatMap((key) => (annotations[key] === undefined ? [] : [[key, annotations[key]]])));
}

/** What `diff` compares: nothing of pods, which are compared by their hash, nothing of Secrets, and nowhere what only counts changes. */
function bodyOf(kind: KindName, raw: JsonObject): JsonObject {
  if (kind === "Pod" || kind === "Secret") return nothing;
  if (kind === "PersistentVolumeClaim") return { spec: { resources: (raw["spec"] as JsonObject | undefined)?.["resources"] ?? {} } };
  const { status: _status, metadata, ...body } = raw;
  const { resourceVersion: _resourceVersion, generation: _generation, ...kept } = metadata as JsonObject;
  return { apiVersion: kinds[kind].apiVersion, kind, ...body, metadata: kept };
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: object;
  readonly terminated?: Ended;
}

interface Ended {
  readonly reason?: string;
  readonly message?: string;
  readonly exitCode?: number;
  readonly finishedAt?: string;
}

interface ContainerStatus {
  readonly name: string;
  readonly started?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

interface PodStatus {
  readonly phase?: ObservedPod["phase"];
  readonly reason?: string;
  readonly message?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string }[];
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
}

interface PodSpec {
  readonly nodeName?: string;
  readonly restartPolicy?: string;
}

export function projectPod(object: ObservedObject, raw: JsonObject): ObservedPod {
  const { name, uid, labels, annotations, deleting } = object;
  const status = (raw["status"] ?? {}) as PodStatus;
  const main = status.containerStatuses?.find((each) => each.name === mainContainer);
  const spec = raw["spec"] as PodSpec | undefined;
  const condition = (type: string) => status.conditions?.find((each) => each.type === type)?.status === "True";
  return {
    name,
    uid,
    ...placeOf(labels),
    inputs: annotations[annotation.inputs],
    live: annotations[annotation.live],
    phase: phaseOf(status, main, spec),
    scheduled: condition("PodScheduled"),
    started: main?.started === true,
    ready: condition("Ready"),
    deleting,
    node: spec?.nodeName,
    restarts: main?.restartCount ?? 0,
    trouble: troubleOf(status),
  };
}

/** Where nothing is started again a pod is over with its process; the kubelet says so of the pod a moment after it has said so of the process. */
function phaseOf({ phase = "Unknown" }: PodStatus, main: ContainerStatus | undefined, spec: PodSpec | undefined): ObservedPod["phase"] {
  const ended = spec?.restartPolicy === "Never" ? main?.state?.terminated : undefined;
  if (phase !== "Running" || ended === undefined) return phase;
  return ended.exitCode === 0 ? "Succeeded" : "Failed";
}

function placeOf(labels: Readonly<Record<string, string>>): { readonly role: string; readonly index: number; readonly life: number } {
  return { role: labels[label.role] ?? "", index: Number(labels[label.index]), life: Number(labels[label.life]) };
}

/** Containers wait for these while all goes well. */
const harmless: ReadonlySet<string> = new Set(["ContainerCreating", "PodInitializing"]);

function troubleOf(status: PodStatus): ObservedPod["trouble"] {
  if (status.phase === "Failed") return { reason: status.reason ?? "Failed", message: status.message ?? "" };
  const placed = status.conditions?.find(({ type, status: is }) => type === "PodScheduled" && is === "False");
  if (placed) return { reason: placed.reason ?? "Unschedulable", message: placed.message ?? "" };
  for (const container of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) {
    const trouble = containerTrouble(container);
    if (trouble) return trouble;
  }
  return undefined;
}

/** While it backs off, or runs again, how it ended the last time says more than that. */
function containerTrouble({ state = {}, lastState }: ContainerStatus): ObservedPod["trouble"] {
  const { waiting, running, terminated } = state;
  const last = lastState?.terminated;
  if ([waiting, terminated, last].some((told) => lacksShell(told?.message))) return { reason: "NoShell", message: "its image has no /bin/sh" };
  if (waiting?.reason && !harmless.has(waiting.reason)) return last ? troubleOfEnd(last, waiting.reason, "waits before it starts again") : { reason: waiting.reason, message: waiting.message ?? "" };
  if (terminated) return terminated.exitCode === 0 ? undefined : troubleOfEnd(terminated, "Error", undefined);
  return running && last ? troubleOfEnd(last, "Error", "runs again") : undefined;
}

/** Of a process that needed more memory than it may have nothing else matters. */
function troubleOfEnd({ reason = "", message, exitCode = 0, finishedAt }: Ended, otherwise: string, since: string | undefined): ObservedPod["trouble"] {
  const how = `its process ended with exit code ${exitCode}${finishedAt === undefined ? "" : ` at ${finishedAt}`}`;
  const words = [how, ...(since === undefined ? [] : [since]), ...(message === undefined ? [] : [message.trim()])];
  return { reason: reason === outOfMemory ? reason : otherwise, message: words.join(", ") };
}

const outOfMemory = "OOMKilled";

/** As runc says it, and those who call it hand it on. */
function lacksShell(message = ""): boolean {
  return /exec: "\/bin\/sh": .*(?:no such file|not found)/.test(message);
}

export function projectClaim(object: ObservedObject, raw: JsonObject): ObservedClaim {
  const { name, uid, labels, annotations, deleting } = object;
  const status = (raw["status"] ?? {}) as { readonly phase?: ObservedClaim["phase"] };
  const spec = raw["spec"] as { readonly storageClassName?: string; readonly resources?: { readonly requests?: { readonly storage?: string } } } | undefined;
  return { name, uid, clusterUid: labels[label.uid] ?? "", ...placeOf(labels), volume: labels[label.volume] ?? "", phase: status.phase ?? "Pending", size: spec?.resources?.requests?.storage ?? "0", storageClass: spec?.storageClassName || undefined, retired: annotations[annotation.retired] !== undefined, deleting, object };
}
