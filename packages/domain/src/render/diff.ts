import { goesWithMember, isKept } from "../life/deletion.ts";
import type { ObservedCluster, ObservedObject } from "../life/observed.ts";
import type { Step } from "../life/step.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { covers } from "./covers.ts";
import { claimFields, isClaimAsWanted, retiredClaim } from "./claims.ts";
import { annotation, label, memberName } from "./identity.ts";
import type { KubeObject } from "./manifest.ts";
import { changedNotes } from "./pod-notes.ts";
import { takenOver } from "./secrets.ts";

/** What must be written for what is there to become what should be. What is equal is not listed. */
export type Change =
  | { readonly kind: "create"; readonly object: KubeObject }
  /** Server-side apply of the fields that are in it. */
  | { readonly kind: "apply"; readonly object: KubeObject }
  | { readonly kind: "delete"; readonly object: ObservedObject };

/** Creates and applies in the order of `wanted`, then deletes. */
export function diff(cluster: DesiredCluster, step: Step, wanted: readonly KubeObject[], observed: ObservedCluster): readonly Change[] {
  const live = new Map([...observed.objects, ...adoptedClaims(cluster, observed)].map((object) => [keyOf(object.kind, object.name), object]));
  const writes = wanted.flatMap((object) => changeOf(object, live.get(keyOf(object.kind, object.metadata.name))));
  const secret = takenOver(cluster, step, observed);
  const stays = new Set([...wanted.map((object) => keyOf(object.kind, object.metadata.name)), ...step.members.map(({ role, index }) => keyOf("Pod", memberName(cluster, role, index)))]);
  const deletes = observed.objects.filter((object) => !stays.has(keyOf(object.kind, object.name)) && !object.deleting && isUnwanted(cluster, step, object));
  const notes = changedNotes(cluster, step, observed.objects).map((object) => ({ kind: "apply" as const, object }));
  const retired = observed.objects.filter((object) => isToRetire(step, object) && !deletes.includes(object)).map((object) => ({ kind: "apply" as const, object: retiredClaim(object) }));
  return [...(secret ? [{ kind: "apply" as const, object: secret }] : []), ...writes, ...notes, ...retired, ...deletes.map((object): Change => ({ kind: "delete", object }))];
}

function keyOf(kind: string, name: string): string {
  return `${kind}/${name}`;
}

function changeOf(object: KubeObject, live: ObservedObject | undefined): readonly Change[] {
  if (live === undefined) return [{ kind: "create", object }];
  // Its name is free again once it is really gone.
  if (live.deleting) return [];
  switch (object.kind) {
    case "Pod":
      // Made anew when its inputs change (life/updating.ts), never changed.
      return [];
    case "PersistentVolumeClaim":
      return isClaimAsWanted(object, live) ? [] : [{ kind: "apply", object: claimFields(object, live) }];
    default:
      return isAsWanted(object, live) ? [] : [{ kind: "apply", object }];
  }
}

function isAsWanted(object: KubeObject, live: ObservedObject): boolean {
  return live.annotations[annotation.hash] === object.metadata.annotations?.[annotation.hash] && covers(live.body, object);
}

/** Claims that go over to this cluster still carry the uid of the one that left them. */
function adoptedClaims({ adopt }: DesiredCluster, observed: ObservedCluster): readonly ObservedObject[] {
  if (adopt === undefined) return [];
  return Object.values(observed.keptClaims).filter(({ clusterUid }) => clusterUid === adopt).map(({ object }) => object);
}

/** What is ours, is not rendered and is no data. Of data, a claim that says so goes with its member. */
function isUnwanted(cluster: DesiredCluster, step: Step, object: ObservedObject): boolean {
  switch (step.phase) {
    case "blocked":
    case "waiting":
    case "paused":
    case "gone":
      return false;
    case "stopping":
    case "stopped":
      return object.kind === "Pod";
    case "clearing":
      return !isKept(cluster, object);
    case "running":
      return object.kind === "PersistentVolumeClaim" ? goesWithMember(cluster, object) && isOfPast(step, object) : object.kind !== "Secret" && object.kind !== "ClusterRecord";
  }
}

/** Noted while it can be known: once the cluster is deleted, nobody could tell its volume from those of living members. */
function isToRetire(step: Step, object: ObservedObject): boolean {
  return step.phase === "running" && object.kind === "PersistentVolumeClaim" && !object.deleting && object.annotations[annotation.retired] === undefined && isOfPast(step, object);
}

/** The life that the claim belongs to is over. */
function isOfPast({ record }: Step, { labels }: ObservedObject): boolean {
  const { [label.role]: role = "", [label.index]: index = "", [label.life]: life } = labels;
  return String(record?.members[role]?.[index]?.life) !== life;
}
