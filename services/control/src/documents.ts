import { invalid, type Problem } from "@troupe/domain/failure";
import type { Json, JsonObject } from "@troupe/domain/json";
import { type Document, parseDocument, parseDocuments } from "@troupe/domain/language/document";

/** A document as text, and where it stands in the file that it came from. */
export interface ManifestText {
  readonly text: string;
  readonly firstLine: number;
  /** Files of an App's package folder. */
  readonly package: Readonly<Record<string, string>>;
}

export function documentOf({ text, firstLine }: ManifestText, kind: "App" | "Cluster" | "Pipeline"): Document {
  const document = parseDocument(text, { firstLine: Math.max(1, firstLine) });
  if (document.kind === undefined || document.kind === kind) return document;
  throw invalid([{ path: "kind", ...document.placeOf(["kind"]), reason: "KIND_WRONG", message: `is ${document.kind}, and ${kind} is expected here`, suggestion: kind }]);
}

export function documentsOf({ text, firstLine }: ManifestText): readonly Document[] {
  return parseDocuments(text, { firstLine: Math.max(1, firstLine) });
}

export interface DocumentName {
  readonly name: string | undefined;
  readonly namespace: string | undefined;
}

/** What a document's metadata says, before it is parsed. */
export function metadataOf({ value }: Pick<Document, "value">): DocumentName {
  const metadata = isObject(value) && isObject(value["metadata"]) ? value["metadata"] : {};
  const text = (field: Json | undefined) => (typeof field === "string" ? field : undefined);
  return { name: text(metadata["name"]), namespace: text(metadata["namespace"]) };
}

/** With the names that the request gives where the document gives none. Throws invalid where both give one and they differ. */
export function filledIn(document: Document, given: DocumentName, fields: Readonly<Record<keyof DocumentName, string>>): Document {
  const said = metadataOf(document);
  const wrong = (["name", "namespace"] as const).flatMap((key) => mismatch(document, key, said[key], given[key], fields[key]));
  if (wrong.length > 0) throw invalid(wrong);
  const { value } = document;
  const metadata = isObject(value) ? value["metadata"] : undefined;
  if (!isObject(value) || !isObject(metadata)) return document;
  const added = Object.fromEntries((["name", "namespace"] as const).flatMap((key) => (metadata[key] === undefined && given[key] !== undefined ? [[key, given[key]]] : [])));
  return { ...document, value: { ...value, metadata: { ...metadata, ...added } } };
}

function mismatch(document: Document, key: keyof DocumentName, said: string | undefined, given: string | undefined, field: string): readonly Problem[] {
  if (said === undefined || given === undefined || said === given) return [];
  return [{ path: `metadata.${key}`, ...document.placeOf(["metadata", key]), reason: "NAME_MISMATCH", message: `is ${said.slice(0, 60)}, and ${field} of the request says ${given}` }];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
