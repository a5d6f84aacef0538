import { Failure, invalid } from "../failure.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Template } from "../expression/template.ts";
import type { AppName, RoleName } from "../name.ts";
import { buildApp } from "./app-input.ts";
import { checkSize, isOfSensibleSize } from "./app-size.ts";
import { checkApp } from "./check-app.ts";
import type { Document } from "./document.ts";
import { originOf } from "./merge.ts";
import { problemsIn, valueAt, type Problems } from "./problems.ts";
import { appSchema } from "./schema.ts";
import { shapeOf } from "./shape.ts";

/**
 * A definition, parsed: what app-level defaults say is already merged into every role, every default is filled in,
 * and every string that may hold expressions is a template. Shapes and meanings: docs/language (app-model.md section 2).
 */
export interface App {
  readonly name: AppName;
  /** The project it is published in: `troupe-system` (the shared catalogue) unless its metadata names another. */
  readonly project: string;
  /** The application's version, as its makers write it. */
  readonly version: string;
  /** Counts definitions of the same version, from 1. */
  readonly build: number;
  readonly label: string | undefined;
  readonly description: string | undefined;
  readonly params: Readonly<Record<string, Param>>;
  readonly secrets: Readonly<Record<string, GeneratedSecret>>;
  readonly needs: Readonly<Record<string, NeedSlot>>;
  readonly exports: Readonly<Record<string, Template>>;
  /** File name → text; seen by members below `/troupe/app`, executable. */
  readonly package: Readonly<Record<string, string>>;
  /** In the order in which they start, then by name: stored definitions have no order of their own. */
  readonly roles: Readonly<Record<RoleName, Role>>;
}

/** One kind of member. */
export interface Role {
  readonly name: RoleName;
  readonly members: MemberRule;
  /** Added to a member's index to make its id. */
  readonly idBase: number;
  readonly bootstrap: "all" | "first";
  readonly join: "serial" | "parallel";
  /** Roles that must be ready before members of this one are started. */
  readonly after: readonly RoleName[];
  readonly image: string;
  /** Numeric uid and gid of the process, its volumes and files; `image` keeps the image's own. */
  readonly user: number | "image";
  readonly command: TemplateList | undefined;
  readonly args: TemplateList | undefined;
  /** Name → value; a value that evaluates to null leaves the variable out. */
  readonly env: Readonly<Record<string, Template>>;
  readonly ports: Readonly<Record<string, Port>>;
  readonly volumes: Readonly<Record<string, Volume>>;
  /** Absolute path → file. */
  readonly files: Readonly<Record<string, File>>;
  /** Canonical quantities; limit and request alike. */
  readonly cpu: string | undefined;
  readonly memory: string | undefined;
  readonly min: { readonly cpu?: string; readonly memory?: string };
  readonly probes: { readonly started?: Probe; readonly ready?: Probe };
  readonly stop: { readonly signal: string; readonly graceSeconds: number };
  readonly update: { readonly maxUnavailable: number };
}

/** One expression that yields the whole list, or a template an element (an element that yields null is left out). */
export type TemplateList =
  | { readonly kind: "whole"; readonly template: Template }
  | { readonly kind: "elements"; readonly elements: readonly Template[] };

/** Which numbers of members are legal. */
export interface MemberRule {
  readonly allowed: { readonly kind: "range"; readonly least: number; readonly most: number | undefined } | { readonly kind: "set"; readonly values: readonly number[] };
  /** The number where a Cluster gives none. */
  readonly default: number;
  readonly scalable: boolean;
}

export interface Port {
  readonly name: string;
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
  readonly scheme: string | undefined;
  readonly path: string | undefined;
  readonly dashboard: boolean;
  readonly expose: "none" | "cluster" | "node" | "load";
}

export interface Volume {
  readonly name: string;
  readonly path: string;
  /** Canonical quantity. */
  readonly size: string;
  readonly class: string | undefined;
  /** `always`: the claim outlives member and cluster · `member`: deleted with the member · `pod`: scratch, no claim. */
  readonly keep: "always" | "member" | "pod";
}

export interface File {
  readonly path: string;
  readonly content: Template;
  /** Octal, as a string: `0644`. */
  readonly mode: string;
  readonly owner: "troupe" | "app";
}

export interface Probe {
  readonly check:
    | { readonly kind: "exec"; readonly command: TemplateList }
    | { readonly kind: "http"; readonly port: string; readonly path: string; readonly scheme: "HTTP" | "HTTPS" }
    | { readonly kind: "tcp"; readonly port: string };
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
}

export type ParamType = "string" | "integer" | "number" | "boolean" | "quantity" | "duration" | "array" | "object";

export interface Param {
  readonly name: string;
  readonly type: ParamType;
  readonly required: boolean;
  readonly default: Json | undefined;
  readonly enum: readonly Json[] | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly pattern: string | undefined;
  readonly description: string | undefined;
}

/** `length` counts characters (password), `bytes` bytes before encoding (hex, base64url). */
export type GeneratedSecret =
  | { readonly generate: "password"; readonly length: number }
  | { readonly generate: "uuid" }
  | { readonly generate: "hex" | "base64url"; readonly bytes: number };

export interface NeedSlot {
  readonly app: string | undefined;
  readonly optional: boolean;
}

/** The definition as it is stored, sent and digested: canonical JSON of the document, package files included. */
export type Definition = JsonObject;

const standIns = { apiVersion: "troupe.dev/v1", kind: "App", metadata: { name: "app" }, spec: { version: "0", roles: {} } };

/**
 * The App that a document describes. `packageFiles` are those of the folder that `package` names, which the document cannot
 * hold. Throws Failure invalid with everything that is wrong.
 */
export function parseApp(document: Document, packageFiles: Readonly<Record<string, string>> = {}): App {
  const problems = problemsIn(document);
  checkPackage(document, packageFiles, problems);
  checkSize(isObject(document.value) ? definitionOf(document, packageFiles) : {}, problems);
  const shape = shapeOf(document, appSchema, problems, standIns);
  if (shape && isOfSensibleSize(shape.value.spec, problems)) {
    const files = { ...filesIn(document), ...packageFiles };
    const app = buildApp(shape.value, files, shape.document, shape.problems);
    checkApp(app, shape.problems, (role, keys) => originOf(shape.document, role, keys));
    if (problems.list.length === 0) return app;
  }
  throw invalid(problems.list, "the App");
}

/** What is stored, sent and digested: the document's value with the package's files in it. */
export function definitionOf(document: Document, packageFiles: Readonly<Record<string, string>> = {}): Definition {
  const { value } = document;
  if (!isObject(value)) throw new Failure("internal", "a definition was asked of a document that is none");
  const { spec } = value;
  const files = { ...filesIn(document), ...packageFiles };
  if (!isObject(spec)) return value;
  const { package: _folder, ...rest } = spec;
  return { ...value, spec: { ...rest, ...(Object.keys(files).length > 0 && { package: files }) } };
}

/** `package` may be the files themselves. */
function filesIn({ value }: Document): Readonly<Record<string, string>> {
  const files = valueAt(value, ["spec", "package"]) ?? null;
  return isObject(files) ? Object.fromEntries(Object.entries(files).filter((entry): entry is [string, string] => typeof entry[1] === "string")) : {};
}

function checkPackage(document: Document, packageFiles: Readonly<Record<string, string>>, problems: Problems): void {
  const path = ["spec", "package"];
  const folder = valueAt(document.value, path);
  if (typeof folder === "string" && Object.keys(packageFiles).length === 0) problems.add(path, "PACKAGE_MISSING", "the files of this folder did not come with the document: apply it with the CLI, or write a map of file names to texts");
  for (const name of Object.keys(packageFiles)) if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(name)) problems.add(path, "NAME_INVALID", `the file name "${name.slice(0, 60)}" must be letters, digits, dots, dashes and underscores`);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
