import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type App, parseApp } from "../app.ts";
import { type ClusterDocument, parseClusterDocument } from "../cluster.ts";
import { type Document, parseDocument } from "../document.ts";
import { valueAt } from "../problems.ts";

/** The catalogue as the CLI reads it: a folder an application, with the files of its package. */

export interface CatalogueEntry {
  readonly name: string;
  /** Of app.yaml. */
  readonly document: Document;
  readonly packageFiles: Readonly<Record<string, string>>;
  /** Of app.yaml, without the comment that it begins with. */
  readonly lines: number;
}

const root = join(import.meta.dirname, "../../../../../deploy/catalog");

export const catalogueNames: readonly string[] = readdirSync(root).filter((name) => existsSync(join(root, name, "app.yaml")));

export function catalogueEntry(name: string): CatalogueEntry {
  const text = textOf(name, "app.yaml");
  const document = parseDocument(text);
  const folder = valueAt(document.value, ["spec", "package"]);
  return { name, document, packageFiles: typeof folder === "string" ? filesIn(join(root, name, folder)) : {}, lines: text.trimEnd().split("\n").filter((line) => !line.startsWith("#")).length };
}

export function catalogueApp(name: string): App {
  const { document, packageFiles } = catalogueEntry(name);
  return parseApp(document, packageFiles);
}

export function catalogueCluster(name: string): ClusterDocument {
  return parseClusterDocument(parseDocument(textOf(name, "cluster.yaml")));
}

function textOf(name: string, file: string): string {
  return readFileSync(join(root, name, file), "utf8");
}

function filesIn(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")]));
}
