import type { Manifest } from "@troupe/proto/troupe/v1/resource";
import type { Submission } from "./documents.ts";

/** Several documents as one text, which is judged as a whole, and where the last of them begins in it. */
export interface Together {
  readonly manifest: Manifest;
  /** Line of the text at which the last document begins, from 1. */
  readonly lastLine: number;
}

/** A Cluster after the Apps that come along with it: on its own it could not be judged while they are not published. */
export function together(apps: readonly Submission[], cluster: Submission): Together {
  const before = apps.map(({ manifest }) => separated(manifest.text)).join("");
  const text = separated(cluster.manifest.text);
  const lastLine = linesIn(before) + (linesIn(text) - linesIn(ended(cluster.manifest.text))) + 1;
  const files = Object.assign({}, ...apps.map(({ manifest }) => manifest.package)) as Manifest["package"];
  return { manifest: { text: before + text, file: cluster.file, firstLine: 1, package: files }, lastLine };
}

/** What is wrong with the last document, its lines those of the document's own file. */
export function problemsOfLast<P extends { readonly line: number }>(problems: readonly P[], lastLine: number, firstLine: number): readonly P[] {
  return problems.filter(({ line }) => line === 0 || line >= lastLine).map((problem) => (problem.line === 0 ? problem : { ...problem, line: problem.line - lastLine + firstLine }));
}

function separated(text: string): string {
  const whole = ended(text);
  return whole.startsWith("---") ? whole : `---\n${whole}`;
}

/** A mark of the byte order may only stand at the beginning of a stream. */
function ended(text: string): string {
  const plain = text.replace(/^\ufeff/, "");
  return plain.endsWith("\n") ? plain : `${plain}\n`;
}

function linesIn(text: string): number {
  return text.split("\n").length - 1;
}
