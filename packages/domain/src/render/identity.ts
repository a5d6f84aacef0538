import type { DesiredCluster } from "../plan/desired.ts";

/** Every name, label, selector and annotation that we write (resources.md section 2), and nothing else that spells them. */

export const fieldManager = "troupe";
export const recordApiVersion = "troupe.dev/v1";
export const recordKind = "ClusterRecord";
export const finalizer = "troupe.dev/cluster";
export const managedBy = "troupe";

export const label = {
  name: "app.kubernetes.io/name",
  instance: "app.kubernetes.io/instance",
  component: "app.kubernetes.io/component",
  version: "app.kubernetes.io/version",
  managedBy: "app.kubernetes.io/managed-by",
  uid: "troupe.dev/cluster-uid",
  role: "troupe.dev/role",
  index: "troupe.dev/index",
  life: "troupe.dev/life",
  volume: "troupe.dev/volume",
  standing: "troupe.dev/standing",
} as const;

export const annotation = {
  /** Of what we last wrote. */
  hash: "troupe.dev/hash",
  /** Of the stable inputs that a pod was made with. */
  inputs: "troupe.dev/inputs",
  /** Of what a pod was made with that reaches it without a restart. */
  live: "troupe.dev/live",
  /** On a pod: how its next process has to start. */
  start: "troupe.dev/start",
  /** On a pod: which context.json there is to be read. */
  context: "troupe.dev/context",
  /** On a claim: how long its volume is kept, as the definition said when it was last written. */
  keep: "troupe.dev/keep",
  /** On a claim: its member was removed while the cluster lived, so nobody rejoins with it. */
  retired: "troupe.dev/retired",
} as const;

/** What names need of a cluster; also known before there is a plan. */
type Named = Pick<DesiredCluster, "name">;

export const memberName = ({ name }: Named, role: string, index: number): string => `${name}-${role}-${index}`;
export const headlessServiceName = ({ name }: Named): string => `${name}-all`;
/** Of a role, and of a service that follows a standing: they share one set of names. */
export const roleObjectName = ({ name }: Named, role: string): string => `${name}-${role}`;
export const filesName = ({ name }: Named): string => `${name}-files`;
export const contextName = ({ name }: Named): string => `${name}-context`;
export const accountName = ({ name }: Named): string => name;
export const claimName = (cluster: Named, role: string, index: number, volume: string, life: number): string => `${memberName(cluster, role, index)}-${volume}-${life}`;

/** Named by uid, so that a kept Secret never meets a new cluster of its name; the adopted one's where a cluster adopts. */
export function secretName({ name, uid, adopt }: Pick<DesiredCluster, "name" | "uid" | "adopt">): string {
  return `${name}-secrets-${(adopt ?? uid).slice(-8)}`;
}

export function memberHost(cluster: Pick<DesiredCluster, "name" | "namespace" | "domain">, role: string, index: number): string {
  return `${memberName(cluster, role, index)}.${headlessServiceName(cluster)}.${cluster.namespace}.svc.${cluster.domain}`;
}

export function serviceHost(cluster: Pick<DesiredCluster, "name" | "namespace" | "domain">, role: string): string {
  return `${roleObjectName(cluster, role)}.${cluster.namespace}.svc.${cluster.domain}`;
}

export function clusterLabels(cluster: DesiredCluster): Readonly<Record<string, string>> {
  return {
    ...cluster.objectLabels,
    [label.name]: cluster.app.name,
    [label.instance]: cluster.name,
    [label.version]: labelValue(cluster.app.version),
    [label.managedBy]: managedBy,
    [label.uid]: cluster.uid,
  };
}

export function roleLabels(cluster: DesiredCluster, role: string): Readonly<Record<string, string>> {
  return { ...clusterLabels(cluster), [label.component]: role, [label.role]: role };
}

export function memberLabels(cluster: DesiredCluster, role: string, index: number, life: number): Readonly<Record<string, string>> {
  return { ...roleLabels(cluster, role), [label.index]: String(index), [label.life]: String(life) };
}

/** Selectors never change, so they hold only what never changes. */
export function clusterSelector({ uid }: Pick<DesiredCluster, "uid">): Readonly<Record<string, string>> {
  return { [label.uid]: uid };
}

export function roleSelector(cluster: Pick<DesiredCluster, "uid">, role: string): Readonly<Record<string, string>> {
  return { ...clusterSelector(cluster), [label.role]: role };
}

/** A version as a label's value: at most 63 characters of a smaller alphabet, beginning and ending with a letter or digit. */
function labelValue(version: string): string {
  return version.replaceAll(/[^A-Za-z0-9._-]/g, "_").slice(0, 63).replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
}
