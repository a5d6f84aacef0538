import { namedIn } from "../by-name.ts";
import { isSameJson } from "../canonical.ts";
import type { Problem } from "../failure.ts";
import type { App, Role, Volume } from "../language/app.ts";
import type { ClusterSpec } from "../language/cluster.ts";
import { shown } from "../language/problems.ts";
import { compareQuantities, parseQuantity } from "../quantity.ts";
import { paramsOf } from "./choice.ts";
import type { AppRef } from "./sources.ts";

/** A spec and the build that it follows. */
export interface Following {
  readonly spec: ClusterSpec;
  readonly app: App;
  readonly ref: AppRef;
}

/** What is there: `formed` once all of its roles have been complete. */
export interface Living extends Following {
  readonly formed: boolean;
}

/** What a living cluster's spec may not become, each with what can be done instead; empty when the change is allowed. */
export function refusals(before: Living, after: Following): readonly Problem[] {
  return [...appRefusals(before, after), ...placementRefusals(before.spec, after.spec), ...paramRefusals(before, after), ...Object.keys(before.app.roles).flatMap((role) => roleRefusals(before, after, role))];
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

/** Params that are chosen once, with the definition's defaults. */
function paramRefusals(before: Following, after: Following): readonly Problem[] {
  const [old, now] = [paramsOf(before.app, before.spec), paramsOf(after.app, after.spec)];
  return Object.values(after.app.params)
    .filter(({ name, apply }) => apply === "never" && namedIn(before.app.params, name) !== undefined && !isSameJson(old[name], now[name]))
    .map(({ name }) => ({ path: `spec.params.${name}`, reason: "PARAM_IMMUTABLE", message: `is ${shown(old[name] ?? null)} and cannot become ${shown(now[name] ?? null)}: it is chosen when the cluster is created`, suggestion: JSON.stringify(old[name] ?? null) }));
}

function roleRefusals(before: Living, after: Following, role: string): readonly Problem[] {
  const [old, now] = [namedIn(before.app.roles, role), namedIn(after.app.roles, role)];
  if (old === undefined) return [];
  const countBefore = before.spec.roles[role]?.members ?? old.members.default;
  if (now === undefined) return countBefore === 0 ? [] : [builds(`has no role ${role} any more, and the cluster has ${countBefore} members of it`, before)];
  const countAfter = after.spec.roles[role]?.members ?? now.members.default;
  const count = countBefore === countAfter ? [] : countRefusals(before, old, now, countBefore);
  const ids = countBefore > 0 && old.idBase !== now.idBase ? [builds(`counts ids of ${role} from ${now.idBase}, and its members have theirs from ${old.idBase}`, before)] : [];
  return [...count, ...ids, ...Object.values(old.volumes).flatMap((volume) => volumeRefusals(before, after, role, volume))];
}

/** Whoever forms the first set is told how many there are: another number on the way would leave some out, or wait for some who never come. */
function countRefusals({ formed }: Living, old: Role, now: Role, countBefore: number): readonly Problem[] {
  const path = `spec.roles.${old.name}.members`;
  const suggestion = String(countBefore);
  if (!now.members.scalable) return [{ path, reason: "NOT_SCALABLE", message: `${old.name} has ${countBefore} members, and its definition does not allow another number once the cluster exists`, suggestion }];
  const isTold = old.hooks.create !== undefined || old.hooks.join !== undefined;
  return formed || !isTold ? [] : [{ path, reason: "NOT_FORMED", message: `the cluster is being formed with ${countBefore} members of ${old.name}, and another number is possible once it has formed: wait for that, or delete the cluster and create it anew`, suggestion }];
}

/** Of a build of the same version, which members would follow without being what they are any more. */
function builds(message: string, { ref: { name, version, build } }: Following): Problem {
  return { path: "spec.app", reason: "BUILD_NOT_POSSIBLE", message: `this build ${message}: create another cluster for it`, suggestion: `${name}@${version}+${build}` };
}

function volumeRefusals(before: Following, after: Following, role: string, old: Volume): readonly Problem[] {
  const volume = namedIn(namedIn(after.app.roles, role)?.volumes ?? {}, old.name);
  if (volume === undefined) return old.keep === "pod" ? [] : [builds(`has no volume ${old.name} of ${role} any more, and members have data in it`, before)];
  if (old.block !== volume.block) return [builds(`makes volume ${old.name} of ${role} a ${volume.block ? "raw device" : "folder"}, and members have data in it`, before)];
  if ((old.keep === "pod") !== (volume.keep === "pod")) return [builds(`keeps volume ${old.name} of ${role} as ${volume.keep}, and members have it as ${old.keep}`, before)];
  return old.keep === "pod" ? [] : claimRefusals(`spec.roles.${role}.volumes.${old.name}`, wanted(before, role, old), wanted(after, role, volume));
}

/** Size and class as the spec has them, else the definition. */
function wanted({ spec }: Following, role: string, volume: Volume): Pick<Volume, "size" | "class"> {
  const own = spec.roles[role]?.volumes[volume.name];
  return { size: own?.size ?? volume.size, class: own?.class ?? volume.class };
}

function claimRefusals(path: string, before: Pick<Volume, "size" | "class">, after: Pick<Volume, "size" | "class">): readonly Problem[] {
  const shrinks = compareQuantities(parseQuantity(after.size), parseQuantity(before.size)) < 0;
  const spoken = (name: string | undefined): string => name ?? "the target's default";
  return [
    ...(shrinks ? [{ path: `${path}.size`, reason: "VOLUME_SHRINKS" as const, message: `is ${before.size} and cannot become ${after.size}: volumes only grow`, suggestion: before.size }] : []),
    ...(before.class === after.class ? [] : [{ path: `${path}.class`, reason: "FIELD_IMMUTABLE" as const, message: `is ${spoken(before.class)} and cannot become ${spoken(after.class)}: a volume's class never changes` }]),
  ];
}
