import type { Problem } from "../failure.ts";
import type { App, Volume } from "../language/app.ts";
import type { ClusterSpec } from "../language/cluster.ts";
import { compareQuantities, parseQuantity } from "../quantity.ts";
import type { AppRef } from "./sources.ts";

/** A spec and the build that it follows. */
export interface Following {
  readonly spec: ClusterSpec;
  readonly app: App;
  readonly ref: AppRef;
}

/** What a living cluster's spec may not become, each with what can be done instead; empty when the change is allowed. */
export function refusals(before: Following, after: Following): readonly Problem[] {
  return [...appRefusals(before, after), ...placementRefusals(before.spec, after.spec), ...Object.keys(after.app.roles).flatMap((role) => roleRefusals(before, after, role))];
}

function appRefusals({ ref: before }: Following, { ref: after }: Following): readonly Problem[] {
  if (before.name !== after.name) return [{ path: "spec.app", reason: "APP_CHANGED", message: `a cluster stays what it is: this one is ${before.name}; create another cluster for ${after.name}` }];
  if (before.version === after.version) return [];
  return [{ path: "spec.app", reason: "UPGRADE_NOT_SUPPORTED_YET", message: `the cluster runs version ${before.version}, and changing it to ${after.version} is not supported yet`, suggestion: `${before.name}@${before.version}` }];
}

function placementRefusals(before: ClusterSpec, after: ClusterSpec): readonly Problem[] {
  const fixed = (path: string, from: string | undefined, to: string | undefined, why: string): readonly Problem[] =>
    from === to ? [] : [{ path, reason: "FIELD_IMMUTABLE", message: `is ${from ?? "not set"} and cannot become ${to ?? "not set"}: ${why}` }];
  return [
    ...fixed("spec.placement.target", before.placement.target, after.placement.target, "volumes cannot move to another target"),
    ...fixed("spec.placement.namespace", before.placement.namespace, after.placement.namespace, "volumes cannot move to another namespace"),
    ...fixed("spec.adopt", before.adopt, after.adopt, "volumes are adopted when a cluster is created"),
  ];
}

function roleRefusals(before: Following, after: Following, role: string): readonly Problem[] {
  const [old, wanted] = [before.app.roles[role], after.app.roles[role]];
  if (old === undefined || wanted === undefined) return [];
  const countBefore = before.spec.roles[role]?.members ?? old.members.default;
  const countAfter = after.spec.roles[role]?.members ?? wanted.members.default;
  const count: readonly Problem[] =
    countBefore === countAfter || wanted.members.scalable
      ? []
      : [{ path: `spec.roles.${role}.members`, reason: "NOT_SCALABLE", message: `${role} has ${countBefore} members, and its definition does not allow another number once the cluster exists`, suggestion: String(countBefore) }];
  return [...count, ...Object.values(wanted.volumes).flatMap((volume) => volumeRefusals(before, after, role, volume))];
}

function volumeRefusals(before: Following, after: Following, role: string, volume: Volume): readonly Problem[] {
  const old = before.app.roles[role]?.volumes[volume.name];
  if (old === undefined || old.keep === "pod") return [];
  const [specBefore, specAfter] = [before.spec.roles[role]?.volumes[volume.name], after.spec.roles[role]?.volumes[volume.name]];
  const [sizeBefore, sizeAfter] = [specBefore?.size ?? old.size, specAfter?.size ?? volume.size];
  const [classBefore, classAfter] = [specBefore?.class ?? old.class, specAfter?.class ?? volume.class];
  const path = `spec.roles.${role}.volumes.${volume.name}`;
  return [
    ...(compareQuantities(parseQuantity(sizeAfter), parseQuantity(sizeBefore)) < 0
      ? [{ path: `${path}.size`, reason: "VOLUME_SHRINKS" as const, message: `is ${sizeBefore} and cannot become ${sizeAfter}: volumes only grow`, suggestion: sizeBefore }]
      : []),
    ...(classBefore === classAfter ? [] : [{ path: `${path}.class`, reason: "FIELD_IMMUTABLE" as const, message: `is ${classBefore ?? "the target's default"} and cannot become ${classAfter ?? "the target's default"}: a volume's class never changes` }]),
  ];
}
