import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type { ObservedObject } from "../life/observed.ts";
import type { StepMember } from "../life/step.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { compareQuantities, parseQuantity } from "../quantity.ts";
import { annotation, label, memberLabels } from "./identity.ts";
import type { KubeObject, Manifest } from "./manifest.ts";

type Claim = Manifest<V1PersistentVolumeClaim>;

/** A member's claims, owned by nobody: deleting the cluster, or its record by hand, leaves them. */
export function renderClaims(cluster: DesiredCluster, { role, index, record }: StepMember): readonly Claim[] {
  return Object.values(cluster.roles[role]?.volumes ?? {}).flatMap(({ name, size, keep, block, class: storageClassName }) => {
    const claim = record.claims[name];
    if (claim === undefined || keep === "pod") return [];
    return [
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: claim, namespace: cluster.namespace, labels: { ...memberLabels(cluster, role, index, record.life), [label.volume]: name }, annotations: { [annotation.keep]: keep } },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: size } }, ...(block && { volumeMode: "Block" }), ...(storageClassName !== undefined && { storageClassName }) },
      },
    ];
  });
}

/** Of a claim only what can change is compared: its size, which only grows; whose it is, which adoption changes; how long it is kept. */
export function isClaimAsWanted(object: KubeObject, live: ObservedObject): boolean {
  const { labels, annotations } = object.metadata;
  return largest(sizeOf(object), sizeOf(live.body)) === sizeOf(live.body) && live.labels[label.uid] === labels?.[label.uid] && live.annotations[annotation.keep] === annotations?.[annotation.keep];
}

/** The fields of a claim that is there which may be written: it keeps its class, and a size that is larger than asked. */
export function claimFields(object: KubeObject, live: ObservedObject): KubeObject {
  const { apiVersion, kind, metadata } = object;
  const storage = largest(sizeOf(object), sizeOf(live.body));
  return { apiVersion, kind, metadata, ...(storage !== undefined && { spec: { resources: { requests: { storage } } } }) };
}

/** As it is, with the note that its member was removed. */
export function retiredClaim({ apiVersion, kind, name, namespace, labels, annotations, body }: ObservedObject): KubeObject {
  const ours = Object.fromEntries(Object.values(label).flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]])));
  const storage = sizeOf(body);
  const metadata = { name, namespace, labels: ours, annotations: { ...annotations, [annotation.retired]: "true" } };
  return { apiVersion, kind, metadata, ...(storage !== undefined && { spec: { resources: { requests: { storage } } } }) };
}

function largest(wanted: string | undefined, live: string | undefined): string | undefined {
  if (wanted === undefined || live === undefined) return live ?? wanted;
  return compareQuantities(parseQuantity(wanted), parseQuantity(live)) > 0 ? wanted : live;
}

function sizeOf(claim: Readonly<Record<string, unknown>>): string | undefined {
  const spec = claim["spec"] as Claim["spec"];
  return spec?.resources?.requests?.["storage"];
}
