import { label, managedBy } from "@troupe/domain/render/identity";
import { type Kind, kinds, type KindName } from "./kinds.ts";

const selectors: Readonly<Record<Kind["watch"], Readonly<Record<string, string>>>> = {
  ours: { labelSelector: `${label.managedBy}=${managedBy}` },
  warnings: { fieldSelector: "type=Warning" },
  never: {},
};

/** `/api/v1/namespaces/n/pods/p`; without a name the collection, without a namespace that of all namespaces. */
export function pathOf({ kind, namespace, name }: { readonly kind: KindName; readonly namespace?: string; readonly name?: string }): string {
  const { apiVersion, plural, namespaced } = kinds[kind];
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const within = namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${root}${within}/${plural}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
}

/** The part of a kind that is watched. */
export function collectionPath(kind: KindName, query: Readonly<Record<string, string>>): string {
  return `${pathOf({ kind })}?${new URLSearchParams({ ...selectors[kinds[kind].watch], ...query }).toString()}`;
}
