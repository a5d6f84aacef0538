import { type Failure, invalid } from "@troupe/domain/failure";
import { isJsonObject, type Json, type JsonObject } from "@troupe/domain/json";
import { type ClusterDocument, parseClusterDocument, printCluster } from "@troupe/domain/language/cluster";
import { type Document, documentOfValue } from "@troupe/domain/language/document";
import type { StoredCluster } from "../store.ts";
import { maskRefused, type MaskPath, placeInDocument } from "./update-mask.ts";

/** What somebody wants of a cluster, and the document that says so. */
export interface Wish {
  readonly cluster: ClusterDocument;
  readonly document: Document;
}

/** A wish, made where necessary from what is there. */
export type WishFor = (present: StoredCluster | undefined) => Wish;

/** Everything, as the document says. */
export function wholeWish(document: Document): Wish {
  return { cluster: parseClusterDocument(document), document };
}

/** What the paths name is as in the document, the rest as it is. Without a cluster, all is as in the document. */
export function maskedWish(document: Document, mask: readonly MaskPath[]): WishFor {
  return (present) => {
    if (!present) return wholeWish(document);
    const merged = mask.reduce<Json>((whole, path) => {
      const place = placeInDocument(path);
      if (!isReachable(whole, place) || !isReachable(document.value, place)) throw maskRefused(`has the path "${path.join(".").slice(0, 100)}", which leads into what is no map: name the whole of it`);
      return replaced(whole, place, valueAt(document.value, place));
    }, asDocument(present));
    // Places are those of the document, as far as it has what is merged.
    return { cluster: parseClusterDocument({ ...documentOfValue(merged), placeOf: document.placeOf }), document };
  };
}

export function scaledWish(role: string, members: number): WishFor {
  return (present) => {
    const document = documentOfValue(replaced(present ? asDocument(present) : {}, ["spec", "roles", role, "members"], members));
    return { cluster: parseClusterDocument(document), document };
  };
}

/** The two places that can name a cluster must agree. */
export function refuseOtherName({ cluster, document }: Wish, project: string, name: string): void {
  const wrong = [
    ...(cluster.name === name ? [] : [mismatch(document, ["metadata", "name"], cluster.name, name)]),
    ...(cluster.project === project ? [] : [mismatch(document, ["metadata", "namespace"], cluster.project, project)]),
  ];
  if (wrong.length > 0) throw invalid(wrong);
}

function mismatch(document: Document, path: readonly string[], said: string, asked: string): Failure["problems"][number] {
  return { path: path.join("."), ...document.placeOf(path), reason: "NAME_MISMATCH", message: `is ${said}, and the request is for ${asked}` };
}

function asDocument({ name, project, labels, annotations, spec }: StoredCluster): JsonObject {
  const printed = printCluster({ name, project, labels, annotations, spec });
  return { ...printed, metadata: { ...(printed["metadata"] as JsonObject), namespace: project } };
}

/** Whatever there is on the way to a path is a map: elements of lists, say, have no path. */
function isReachable(value: Json, path: readonly string[]): boolean {
  return path.every((_, index) => {
    const inner = valueAt(value, path.slice(0, index));
    return inner === undefined || isJsonObject(inner);
  });
}

function valueAt(value: Json, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((found, key) => (isJsonObject(found) && Object.hasOwn(found, key) ? found[key] : undefined), value);
}

/** A copy with another value at a path; undefined takes it away. */
function replaced(whole: Json | undefined, [key, ...rest]: readonly string[], value: Json | undefined): Json {
  if (key === undefined) return value ?? {};
  const { [key]: inner, ...others } = isJsonObject(whole) ? whole : {};
  if (rest.length > 0) return value === undefined && inner === undefined ? others : { ...others, [key]: replaced(inner, rest, value) };
  return value === undefined ? others : { ...others, [key]: value };
}
