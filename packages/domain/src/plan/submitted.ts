import { Failure, type Problem } from "../failure.ts";
import type { Json } from "../json.ts";
import { type App, parseApp } from "../language/app.ts";
import { type ClusterDocument, readClusterDocument } from "../language/cluster.ts";
import type { Document } from "../language/document.ts";
import { type PipelineDocument, readPipelineDocument } from "../language/pipeline.ts";
import { valueAt } from "../language/problems.ts";

/** A document, with the files of the folder that its `package` names. */
export interface Submitted {
  readonly document: Document;
  readonly packageFiles: Readonly<Record<string, string>>;
}

/** A document as far as it could be read. */
export type ReadDocument = { readonly document: Document; readonly problems: readonly Problem[] } & (
  | { readonly kind: "app"; readonly name: Json | undefined; readonly app: App | undefined }
  | { readonly kind: "cluster"; readonly cluster: ClusterDocument | undefined }
  | { readonly kind: "pipeline"; readonly pipeline: PipelineDocument | undefined }
  | { readonly kind: "other" }
);

export function readSubmitted({ document, packageFiles }: Submitted): ReadDocument {
  if (document.kind === "Cluster") return { kind: "cluster", document, ...readClusterDocument(document) };
  if (document.kind === "Pipeline") return { kind: "pipeline", document, ...readPipelineDocument(document) };
  if (document.kind !== "App") return { kind: "other", document, problems: [kindUnknown(document)] };
  const { made, problems } = attempt(() => parseApp(document, packageFiles));
  return { kind: "app", document, problems, app: made, name: valueAt(document.value, ["metadata", "name"]) };
}

function kindUnknown(document: Document): Problem {
  const said = document.kind === undefined ? "says nothing" : `is ${document.kind.slice(0, 60)}`;
  return { path: "kind", ...document.placeOf(["kind"]), reason: "KIND_UNKNOWN", message: `${said}: App, Cluster and Pipeline are known` };
}

/** What is made, or all that is wrong with it. Throws what nobody wrote. */
export function attempt<T>(make: () => T): { readonly made: T | undefined; readonly problems: readonly Problem[] } {
  try {
    return { made: make(), problems: [] };
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "invalid") throw error;
    return { made: undefined, problems: error.problems.length > 0 ? error.problems : [{ path: "", reason: error.reason, message: error.message }] };
  }
}
