import type { Problem } from "../failure.ts";
import type { App, Role, Volume } from "../language/app.ts";
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
  return [...appRefusals(before, after), ...placementRefusals(before.spec, after.spec), ...Object.keys(before.app.roles).flatMap((role) => roleRefusals(before, after, role))];
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
  const [old, wanted] = [roleOf(before.app, role), roleOf(after.app, role)];
  if (old === undefined) return [];
  const countBefore = before.spec.roles[role]?.members ?? old.members.default;
  if (wanted === undefined) return countBefore === 0 ? [] : [builds(`has no role ${role} any more, and the cluster has ${countBefore} members of it`, before)];
  const countAfter = after.spec.roles[role]?.members ?? wanted.members.default;
  const count: readonly Problem[] =
    countBefore === countAfter || wanted.members.scalable
      ? []
      : [{ path: `spec.roles.${role}.members`, reason: "NOT_SCALABLE", message: `${role} has ${countBefore} members, and its definition does not allow another number once the cluster exists`, suggestion: String(countBefore) }];
  const ids = countBefore > 0 && old.idBase !== wanted.idBase ? [builds(`counts ids of ${role} from ${wanted.idBase}, and its members have theirs from ${old.idBase}`, before)] : [];
  return [...count, ...ids, ...Object.values(old.volumes).flatMap((volume) => volumeRefusals(before, after, role, volume))];
}

function roleOf({ roles }: App, name: string): Role | undefined {
  return Object.hasOwn(roles, name) ? roles[name] : undefined;
}

/** Of a build of the same version, which members would follow without being what they are any more. */
function builds(message: string, { ref: { name, version, build } }: Following): Problem {
  return { path: "spec.app", reason: "BUILD_NOT_POSSIBLE", message: `this build ${message}: create another cluster for it`, suggestion: `${name}@${version}+${build}` };
}

function volumeRefusals(before: Following, after: Following, role: string, old: Volume): readonly Problem[] {
  const volumes = roleOf(after.app, role)?.volumes ?? {};
  const volume = Object.hasOwn(volumes, old.name) ? volumes[old.name] : undefined;
  if (volume === undefined) return old.keep === "pod" ? [] : [builds(`has no volume ${old.name} of ${role} any more, and members have data in it`, before)];
  if ((old.keep === "pod") !== (volume.keep === "pod")) return [builds(`keeps volume ${old.name} of ${role} as ${volume.keep}, and members have it as ${old.keep}`, before)];
  if (old.keep === "pod") return [];
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
