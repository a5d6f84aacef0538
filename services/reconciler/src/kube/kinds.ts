/** Kinds of Kubernetes objects that the reconciler reads or writes, and how each is watched. */
export type KindName =
  | "ClusterRecord"
  | "ConfigMap"
  | "Event"
  | "Namespace"
  | "PersistentVolumeClaim"
  | "Pod"
  | "PodDisruptionBudget"
  | "Secret"
  | "Service"
  | "ServiceAccount";

export interface Kind {
  readonly kind: KindName;
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** `ours`: only what carries our label; `warnings`: what Kubernetes warns of, whoever's it is; `never`: written, not read. */
  readonly watch: "ours" | "warnings" | "never";
  /** Only metadata is fetched: of Secrets because values are none of our business. */
  readonly metadataOnly: boolean;
}

export const kinds: Readonly<Record<KindName, Kind>> = {
  ClusterRecord: { kind: "ClusterRecord", apiVersion: "troupe.dev/v1", plural: "clusterrecords", namespaced: true, watch: "ours", metadataOnly: false },
  ConfigMap: { kind: "ConfigMap", apiVersion: "v1", plural: "configmaps", namespaced: true, watch: "ours", metadataOnly: false },
  Event: { kind: "Event", apiVersion: "v1", plural: "events", namespaced: true, watch: "warnings", metadataOnly: false },
  Namespace: { kind: "Namespace", apiVersion: "v1", plural: "namespaces", namespaced: false, watch: "never", metadataOnly: false },
  PersistentVolumeClaim: { kind: "PersistentVolumeClaim", apiVersion: "v1", plural: "persistentvolumeclaims", namespaced: true, watch: "ours", metadataOnly: false },
  Pod: { kind: "Pod", apiVersion: "v1", plural: "pods", namespaced: true, watch: "ours", metadataOnly: false },
  PodDisruptionBudget: { kind: "PodDisruptionBudget", apiVersion: "policy/v1", plural: "poddisruptionbudgets", namespaced: true, watch: "ours", metadataOnly: false },
  Secret: { kind: "Secret", apiVersion: "v1", plural: "secrets", namespaced: true, watch: "ours", metadataOnly: true },
  Service: { kind: "Service", apiVersion: "v1", plural: "services", namespaced: true, watch: "ours", metadataOnly: false },
  ServiceAccount: { kind: "ServiceAccount", apiVersion: "v1", plural: "serviceaccounts", namespaced: true, watch: "ours", metadataOnly: false },
};

/** What decisions rest on, in no order that matters. */
export const watchedKinds: readonly KindName[] = Object.values(kinds)
  .filter((kind) => kind.watch === "ours")
  .map((kind) => kind.kind);

export function isKindName(text: string): text is KindName {
  return Object.hasOwn(kinds, text);
}
