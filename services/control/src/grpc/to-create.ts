import type { JsonObject } from "@troupe/domain/json";
import { type Document, documentOfValue } from "@troupe/domain/language/document";
import { longest } from "@troupe/domain/name";
import type { Manifest } from "@troupe/proto/troupe/v1/resource";
import { documentOf, filledIn } from "../documents.ts";
import { manifestOf, missing } from "./requests.ts";
import { checkName, parseParent } from "./resource-names.ts";

/** What a request to create says of the name: where it and a document both name the resource they must agree; where one does not, the other counts. */
export interface Named {
  readonly kind: "Cluster" | "Pipeline";
  readonly parent: string;
  readonly id: string;
  /** What the request calls it: `cluster_id`. */
  readonly idField: string;
}

/** A typed message has no name of its own. */
export function typedToCreate({ parent, id, idField }: Named, toValue: (project: string, name: string) => JsonObject): Document {
  const [project, name] = [projectIn(parent), nameIn(id, idField)];
  if (project === undefined) throw missing("parent");
  if (name === undefined) throw missing(idField);
  return documentOfValue(toValue(project, name));
}

export function manifestToCreate({ kind, parent, id, idField }: Named, manifest: Manifest): Document {
  const [project, name] = [projectIn(parent), nameIn(id, idField)];
  return filledIn(documentOf(manifestOf(manifest), kind), { name, namespace: project }, { name: idField, namespace: "parent" });
}

function projectIn(parent: string): string | undefined {
  return parent === "" ? undefined : parseParent(parent);
}

function nameIn(id: string, field: string): string | undefined {
  return id === "" ? undefined : checkName(id, longest.cluster, field);
}
