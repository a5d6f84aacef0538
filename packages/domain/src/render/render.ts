import { digestOf } from "../canonical.ts";
import type { Step } from "../life/step.ts";
import type { ClusterScope } from "../expression/scope.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { scopeOf } from "../plan/scope.ts";
import { renderClaims } from "./claims.ts";
import { renderContext } from "./context.ts";
import { renderFiles } from "./files.ts";
import { renderAccount, renderBudgets } from "./guards.ts";
import { annotation } from "./identity.ts";
import type { KubeObject } from "./manifest.ts";
import { renderPod } from "./pod.ts";
import { renderServices } from "./services.ts";

/**
 * The objects that should be there at this step, in the order in which they are needed; of pods only those that are not there
 * yet. `ownerUid` is the record's: that is saved first. The record itself and the Secret of generated values are not among
 * them; each is written once, by itself.
 */
export function render(cluster: DesiredCluster, step: Step, ownerUid: string): readonly KubeObject[] {
  if (step.phase !== "running" && step.phase !== "waiting" && step.phase !== "stopped") return [];
  const shared = renderShared(cluster, ownerUid);
  // Files and pods may read what is waited for; while no member runs nobody reads them.
  if (step.phase !== "running") return shared;
  return [...shared, ...renderReadable(cluster, step, ownerUid), ...renderMembers(cluster, step, ownerUid)];
}

/** What depends on the plan and the record: files and context of all members. Made once for the two, as passes go on without a change of either. */
function renderReadable(cluster: DesiredCluster, step: Step, ownerUid: string): readonly KubeObject[] {
  const scope = scopeOf(cluster, step.record);
  const known = readables.get(scope);
  if (known?.ownerUid === ownerUid) return known.objects;
  const objects = [...renderFiles(cluster, step, ownerUid), renderContext(cluster, step, ownerUid)].map((map) => withHash(map as unknown as KubeObject));
  readables.set(scope, { ownerUid, objects });
  return objects;
}

const readables = new WeakMap<ClusterScope, Rendered>();

/** What depends on the plan alone: made once for it, as every pass compares it with what is there. */
function renderShared(cluster: DesiredCluster, ownerUid: string): readonly KubeObject[] {
  const known = shareds.get(cluster);
  if (known?.ownerUid === ownerUid) return known.objects;
  const manifests = [renderAccount(cluster, ownerUid), ...renderServices(cluster, ownerUid), ...renderBudgets(cluster, ownerUid)];
  const objects = manifests.map((manifest) => withHash(manifest as unknown as KubeObject));
  shareds.set(cluster, { ownerUid, objects });
  return objects;
}

interface Rendered {
  readonly ownerUid: string;
  readonly objects: readonly KubeObject[];
}

const shareds = new WeakMap<DesiredCluster, Rendered>();

/** Without a hash of all of it: a pod is compared by its inputs, and of a claim only what can change. */
function renderMembers(cluster: DesiredCluster, step: Step, ownerUid: string): readonly KubeObject[] {
  const claims = step.members.flatMap((member) => renderClaims(cluster, member));
  const pods = step.members.filter(({ isThere }) => !isThere).flatMap((member) => renderPod(cluster, step, member, ownerUid) ?? []);
  return [...claims, ...pods] as unknown as readonly KubeObject[];
}

/** The hash of what we write goes with it, so that an object of ours that is as it should be is known without a comparison. */
function withHash(object: KubeObject): KubeObject {
  const hash = digestOf(object).slice(0, 16);
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [annotation.hash]: hash } } };
}
