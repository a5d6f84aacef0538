import type { V1ConfigMap } from "@kubernetes/client-node";
import { readsOf } from "../expression/reads.ts";
import type { SecretPart } from "../expression/value.ts";
import { templatesOfContent } from "../language/app-templates.ts";
import type { File } from "../language/app.ts";
import { membersOf } from "../life/members.ts";
import type { Step } from "../life/step.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { memberScope } from "../plan/scope.ts";
import { clusterLabels, filesName } from "./identity.ts";
import { contentOf } from "./file-content.ts";
import type { Manifest } from "./manifest.ts";
import { owned } from "./owner.ts";

/** Where members see what the ConfigMap holds. */
export const filesMount = "/troupe/files";
export const packageFolder = "app";

/**
 * Every file of every member, as literal content in one ConfigMap, and the files of the definition's package. Keys say whose
 * a file is and its place among its role's files in order of path, so that they stay the same when content changes.
 */
export function renderFiles(cluster: DesiredCluster, step: Step, ownerUid: string): readonly Manifest<V1ConfigMap>[] {
  if (!hasFiles(cluster)) return [];
  const data = { ...packageData(cluster), ...Object.fromEntries(placesOf(cluster, step).flatMap((place) => memberData(cluster, step, place))) };
  return [{ apiVersion: "v1", kind: "ConfigMap", metadata: { ...owned(cluster, ownerUid), name: filesName(cluster), labels: clusterLabels(cluster) }, data }];
}

interface Place {
  readonly role: string;
  readonly index: number;
}

/** All that are planned, started or not, so that a role that starts later costs no second write. */
function placesOf(cluster: DesiredCluster, { record, members }: Step): readonly Place[] {
  if (record === undefined) return members;
  return Object.keys(cluster.roles).flatMap((role) => membersOf(record, role).flatMap(({ index, record: { state } }) => (state === "gone" ? [] : [{ role, index }])));
}

function packageData({ app }: DesiredCluster): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(app.package).map(([name, text]) => [packageKey(name), text]));
}

function memberData(cluster: DesiredCluster, { record }: Step, { role, index }: Place): readonly (readonly [string, string])[] {
  const scope = memberScope(cluster, record, role, index);
  return filesOf(cluster, role).flatMap((file, position) => {
    const key = fileKey(role, index, file, position);
    return partsOf(key, contentOf(file.content, scope)).flatMap((part) => (part.kind === "text" ? [[part.key, part.text] as const] : []));
  });
}

/** One piece of a file: a key of the ConfigMap, which no whole file has, or a secret that is put between two of them in the member itself. */
export type FilePart = { readonly kind: "text"; readonly key: string; readonly text: string } | { readonly kind: "secret"; readonly source: Exclude<SecretPart, string> };

export function partsOf(key: string, parts: readonly SecretPart[]): readonly FilePart[] {
  return parts.map((part, position) => (typeof part === "string" ? { kind: "text", key: parts.length === 1 ? key : `${key}-${position}`, text: part } : { kind: "secret", source: part }));
}

/** In order of path. */
export function filesOf(cluster: DesiredCluster, role: string): readonly File[] {
  return Object.values(cluster.roles[role]?.files ?? {}).toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function hasFiles(cluster: DesiredCluster): boolean {
  return hasPackage(cluster) || Object.values(cluster.roles).some(({ exists, files }) => exists && Object.keys(files).length > 0);
}

/** One for all members of the role where they cannot differ: a ConfigMap holds 1 MiB, and a cluster a thousand members. */
export function fileKey(role: string, index: number, { content }: File, position: number): string {
  const isShared = templatesOfContent(content).map(readsOf).every(({ member, roles }) => member.length === 0 && !roles.includes(role));
  return isShared ? `file.${role}.${position}` : `file.${role}.${index}.${position}`;
}

export function hasPackage({ app }: DesiredCluster): boolean {
  return Object.keys(app.package).length > 0;
}

export function packageKey(name: string): string {
  return `app.${name}`;
}
