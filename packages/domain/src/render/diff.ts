import { isKept } from "../life/deletion.ts";
import type { ObservedCluster, ObservedObject } from "../life/observed.ts";
import type { Step } from "../life/step.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { compareQuantities, parseQuantity } from "../quantity.ts";
import { covers } from "./covers.ts";
import { annotation, label } from "./identity.ts";
import type { KubeObject } from "./manifest.ts";

/** What must be written for what is there to become what should be. What is equal is not listed. */
export type Change =
  | { readonly kind: "create"; readonly object: KubeObject }
  /** Server-side apply of all our fields. */
  | { readonly kind: "apply"; readonly object: KubeObject }
  | { readonly kind: "delete"; readonly object: ObservedObject };

/** Creates and applies in the order of `wanted`, then deletes. */
export function diff(cluster: DesiredCluster, step: Step, wanted: readonly KubeObject[], observed: ObservedCluster): readonly Change[] {
  if (step.phase === "blocked") return [];
  const live = new Map([...observed.objects, ...adoptedClaims(cluster, observed)].map((object) => [keyOf(object.kind, object.name), object]));
  const writes = wanted.flatMap((object) => changeOf(object, live.get(keyOf(object.kind, object.metadata.name))));
  const keys = new Set(wanted.map((object) => keyOf(object.kind, object.metadata.name)));
  const deletes = observed.objects.filter((object) => !keys.has(keyOf(object.kind, object.name)) && !object.deleting && isUnwanted(cluster, step, object));
  return [...writes, ...deletes.map((object): Change => ({ kind: "delete", object }))];
}

function keyOf(kind: string, name: string): string {
  return `${kind}/${name}`;
}

function changeOf(object: KubeObject, live: ObservedObject | undefined): readonly Change[] {
  if (live === undefined) return [{ kind: "create", object }];
  // Its name is free again once it is really gone.
  if (live.deleting || isAsWanted(object, live)) return [];
  return [{ kind: "apply", object }];
}

function isAsWanted(object: KubeObject, live: ObservedObject): boolean {
  switch (object.kind) {
    case "Pod":
      // Made anew when its inputs change (life/updating.ts), never changed.
      return true;
    case "PersistentVolumeClaim":
      return isClaimAsWanted(object, live);
    default:
      return live.annotations[annotation.hash] === object.metadata.annotations?.[annotation.hash] && covers(live.body, object);
  }
}

/** Of a claim only the size is compared, which can only grow, and whose it is, which adoption changes. */
function isClaimAsWanted(object: KubeObject, live: ObservedObject): boolean {
  const wantedSize = sizeOf(object);
  const liveSize = sizeOf(live.body);
  const isLargeEnough = wantedSize === undefined || liveSize === undefined || compareQuantities(parseQuantity(liveSize), parseQuantity(wantedSize)) >= 0;
  return isLargeEnough && live.labels[label.uid] === object.metadata.labels?.[label.uid];
}

function sizeOf(claim: Readonly<Record<string, unknown>>): string | undefined {
  const spec = claim["spec"] as { readonly resources?: { readonly requests?: { readonly storage?: string } } } | undefined;
  return spec?.resources?.requests?.storage;
}

/** Claims that go over to this cluster still carry the uid of the one that left them. */
function adoptedClaims({ adopt }: DesiredCluster, observed: ObservedCluster): readonly ObservedObject[] {
  if (adopt === undefined) return [];
  return Object.values(observed.keptClaims).filter(({ clusterUid }) => clusterUid === adopt).map(({ object }) => object);
}

/** What is ours, is not rendered and is no data. Of data, a claim that says so goes with its member. */
function isUnwanted(cluster: DesiredCluster, step: Step, object: ObservedObject): boolean {
  if (cluster.intent.kind === "delete") return object.kind === "Pod" ? step.phase === "stopping" : step.phase === "clearing" && !isKept(cluster, object);
  if (object.kind === "PersistentVolumeClaim") return goesWithMember(cluster, step, object);
  return object.kind !== "Secret" && object.kind !== "ClusterRecord";
}

function goesWithMember(cluster: DesiredCluster, { record }: Step, { labels }: ObservedObject): boolean {
  const { [label.role]: role = "", [label.index]: index = "", [label.volume]: volume = "", [label.life]: life } = labels;
  if (cluster.roles[role]?.volumes[volume]?.keep !== "member") return false;
  return String(record?.members[role]?.[index]?.life) !== life;
}
