import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type App, parseApp } from "../../app.ts";
import { parseDocuments } from "../../document.ts";
import { valueAt } from "../../problems.ts";
import { badApps } from "../bad-apps.ts";
import { badClusters, badSpecs } from "../bad-clusters.ts";
import { badFields } from "../bad-fields.ts";
import { unmarked } from "../bad-files.ts";

/** A text as it is submitted: with the files of the folders that its Apps name. */
export interface Seed {
  readonly name: string;
  readonly text: string;
  readonly packageFiles: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, "../../../../../..");

/** Texts that are right: of the catalogue, of pipelines, of examples, and those that cover the fields of the language. */
export function goodSeeds(): readonly Seed[] {
  const folders = ["deploy/catalog", "deploy/pipelines", "docs/language/examples", "packages/domain/src/render/golden/cases"];
  const files = folders.flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)));
  return files.filter((file) => file.endsWith(".yaml")).toSorted().map((name) => ({ name, text: textOf(name), packageFiles: packageOf(name) }));
}

/** One that has what the expressions of `expressions.ts` are about. */
export const smallSeed: Seed = {
  name: "small",
  packageFiles: {},
  text: `
apiVersion: troupe.dev/v1
kind: App
metadata: {name: small}
spec:
  version: "1.0"
  image: registry.example/small:1.0
  cpu: 1
  memory: 1Gi
  params: {p: {type: string, default: x}, size: {type: integer, default: 3}}
  secrets: {s: {}}
  needs: {a: {}, db: {optional: true}}
  ports: {p: 80, client: {port: 81, scheme: https}}
  exports: {e: x, url: "\${{ roles.server.hosts('client').join(',') }}"}
  roles: {a: {members: 0+}, server: {members: 1+, files: {/etc/x: {format: hadoop-xml, set: {a: "\${{ params.p }}"}}}}}
---
apiVersion: troupe.dev/v1
kind: Cluster
metadata: {name: c}
spec: {app: small, needs: {a: {url: x}}, roles: {a: {members: 2}}}
---
apiVersion: troupe.dev/v1
kind: Pipeline
metadata: {name: p}
spec: {clusters: {a: {app: small, needs: {a: {url: x}}}, b: {app: small, needs: {a: a}}}}
`,
};

/** Texts of which each is wrong in its own way. */
export function badSeeds(): readonly Seed[] {
  return [...badApps, ...badFields, ...badClusters, ...badSpecs].map(([name, marked]) => ({ name, text: unmarked(marked).text, packageFiles: {} }));
}

/** The Apps of good seeds, for Clusters that come alone. */
export function appsOf(seeds: readonly Seed[]): readonly App[] {
  return seeds.flatMap(({ text, packageFiles }) => parseDocuments(text).flatMap((document) => (document.kind === "App" ? [parseApp(document, packageFiles)] : [])));
}

function packageOf(file: string): Seed["packageFiles"] {
  const [folder] = parseDocuments(textOf(file)).flatMap(({ value }) => valueAt(value, ["spec", "package"]) ?? []);
  if (typeof folder !== "string") return {};
  const path = join(dirname(file), folder);
  return Object.fromEntries(readdirSync(join(root, path)).map((name) => [name, textOf(join(path, name))]));
}

function textOf(file: string): string {
  return readFileSync(join(root, file), "utf8");
}
