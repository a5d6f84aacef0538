import type { App } from "../language/app.ts";
import type { Step, StepMember } from "../life/step.ts";
import type { ObservedObject } from "../life/observed.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { annotation, memberName } from "./identity.ts";
import type { KubeObject } from "./manifest.ts";

/**
 * `/troupe/start`: how the process that starts now has to start. It is an annotation of the pod, which the kubelet writes into the
 * file as soon as it changes, while what a ConfigMap holds may take a minute to arrive. Only members whose definition names the
 * file have it: the change to `rejoin`, once a member has counted, is a request for each of them (docs/adr/0018).
 */
export const startName = "start";

export function readsStart(app: App): boolean {
  const known = readers.get(app) ?? JSON.stringify(app).includes(`/troupe/${startName}`);
  readers.set(app, known);
  return known;
}

const readers = new WeakMap<App, boolean>();

/** As its pod is made with. */
export function startAnnotation({ app }: DesiredCluster, { record: { start } }: StepMember): Readonly<Record<string, string>> {
  return readsStart(app) ? { [annotation.start]: start } : {};
}

/** What is to be said of pods that are there, where their members have counted since. Pods of before this was written have no file that could change. */
export function changedStarts(cluster: DesiredCluster, { members, phase }: Step, objects: readonly ObservedObject[]): readonly KubeObject[] {
  if (phase !== "running" || !readsStart(cluster.app)) return [];
  const starts = new Map(members.map(({ role, index, record: { start } }) => [memberName(cluster, role, index), start]));
  return objects.flatMap(({ apiVersion, kind, namespace, name, uid, annotations, deleting }) => {
    const [said, start] = [annotations[annotation.start], starts.get(name)];
    if (kind !== "Pod" || deleting || said === undefined || start === undefined || said === start) return [];
    // With its uid: another pod of the name, or none, is a conflict and not this one.
    return [{ apiVersion, kind, metadata: { name, namespace, uid, annotations: { [annotation.start]: start } } }];
  });
}
