import type { App } from "../language/app.ts";
import type { Step, StepMember } from "../life/step.ts";
import type { ObservedObject } from "../life/observed.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { contextHash } from "./context.ts";
import { annotation, memberName } from "./identity.ts";
import type { KubeObject } from "./manifest.ts";
import { readsContext, readsStart } from "./read-files.ts";

/**
 * Annotations of a pod that change while it lives, because a kubelet looks at a pod's files as soon as its annotations change, and
 * otherwise once in 60 to 90 seconds. `/troupe/start` is one itself (docs/adr/0018); the other says which `/troupe/context.json`
 * is to be had (docs/adr/0021). Only members whose definition names the file have it: each change is a request for each of them.
 */
export function podNotes(cluster: DesiredCluster, record: Step["record"], { record: { start } }: Pick<StepMember, "record">): Readonly<Record<string, string>> {
  return { ...(readsStart(cluster.app) && { [annotation.start]: start }), ...(readsContext(cluster.app) && { [annotation.context]: contextHash(cluster, record) }) };
}

/** What is to be noted on pods that are there. Pods of before a note was invented have no file that could change. */
export function changedNotes(cluster: DesiredCluster, { record, members, phase }: Step, objects: readonly ObservedObject[]): readonly KubeObject[] {
  if (phase !== "running" || !hasNotes(cluster.app)) return [];
  const living = new Map(members.map((member) => [memberName(cluster, member.role, member.index), member]));
  return objects.flatMap(({ apiVersion, kind, namespace, name, uid, annotations, deleting }) => {
    const member = kind === "Pod" && !deleting ? living.get(name) : undefined;
    const noted = Object.entries(member ? podNotes(cluster, record, member) : {}).filter(([key]) => annotations[key] !== undefined);
    if (noted.every(([key, value]) => annotations[key] === value)) return [];
    // With its uid: another pod of the name, or none, is a conflict and not this one.
    return [{ apiVersion, kind, metadata: { name, namespace, uid, annotations: Object.fromEntries(noted) } }];
  });
}

function hasNotes(app: App): boolean {
  return readsStart(app) || readsContext(app);
}
