import { label, managedBy } from "@troupe/domain/render/identity";
import { kinds, type KindName } from "./kinds.ts";

const ourSelector = `${label.managedBy}=${managedBy}`;

/** `/api/v1/namespaces/n/pods/p`; without a name the collection, without a namespace that of all namespaces. */
export function pathOf({ kind, namespace, name }: { readonly kind: KindName; readonly namespace?: string; readonly name?: string }): string {
  const { apiVersion, plural, namespaced } = kinds[kind];
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const within = namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${root}${within}/${plural}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
}

/** The part of a kind that is watched. */
export function collectionPath(kind: KindName, query: Readonly<Record<string, string>>): string {
  const ours: Readonly<Record<string, string>> = kinds[kind].watch === "ours" ? { labelSelector: ourSelector } : {};
  return `${pathOf({ kind })}?${new URLSearchParams({ ...ours, ...query }).toString()}`;
}
