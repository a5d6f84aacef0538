import { Failure, invalid, type Problem } from "@troupe/domain/failure";
import { type Document, parseDocument, parseDocuments } from "@troupe/domain/language/document";

/** A document as text, and where it stands in the file that it came from. */
export interface ManifestText {
  readonly text: string;
  readonly firstLine: number;
  /** Files of an App's package folder. */
  readonly package: Readonly<Record<string, string>>;
}

export function documentOf({ text, firstLine }: ManifestText, kind: "App" | "Cluster"): Document {
  const document = parseDocument(text, { firstLine: Math.max(1, firstLine) });
  if (document.kind === undefined || document.kind === kind) return document;
  throw invalid([{ path: "kind", ...document.placeOf(["kind"]), reason: "KIND_WRONG", message: `is ${document.kind}, and ${kind} is expected here`, suggestion: kind }]);
}

export function documentsOf({ text, firstLine }: ManifestText): readonly Document[] {
  return parseDocuments(text, { firstLine: Math.max(1, firstLine) });
}

/**
 * Runs what looks at a document's values and knows nothing of its text; what it finds wrong gets its place there.
 * @throws Failure as it is, with places where they were missing
 */
export function atTheirPlaces<T>(document: Document, look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof Failure) || error.problems.length === 0) throw error;
    const { kind, message, reason, facts } = error;
    throw new Failure(kind, message, { reason, facts, problems: error.problems.map((problem) => placed(document, problem)), cause: error });
  }
}

export function placed(document: Document, problem: Problem): Problem {
  if (problem.line !== undefined) return problem;
  return { ...problem, ...document.placeOf(segmentsOf(problem.path)) };
}

/** `spec.env["node.name"][0]` → its segments. */
function segmentsOf(path: string): readonly (string | number)[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, word = ""]) => (index === undefined ? (quoted === undefined ? word : unquoted(quoted)) : Number(index)));
}

function unquoted(text: string): string {
  return text.replaceAll(/\\(["\\])/g, "$1");
}
