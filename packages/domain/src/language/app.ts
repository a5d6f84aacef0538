import { Failure, invalid } from "../failure.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Template } from "../expression/template.ts";
import type { AppName, RoleName } from "../name.ts";
import { buildApp } from "./app-input.ts";
import { checkSize, isOfSensibleSize } from "./app-size.ts";
import { checkApp } from "./check-app.ts";
import type { Document } from "./document.ts";
import { originOf } from "./merge.ts";
import { inOrderOfNames } from "./names-in-order.ts";
import { problemsIn, valueAt, type Problems } from "./problems.ts";
import { appSchema } from "./schema/app.ts";
import type { HookName } from "./schema/hooks.ts";
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
  /** What a version that can be upgraded to this one begins with; undefined: any lower version can. */
  readonly from: readonly string[] | undefined;
  /** There is a way back to a lower version once a member has started on this one. */
  readonly rollback: boolean;
  readonly label: string | undefined;
  readonly description: string | undefined;
  readonly logo: string | undefined;
  readonly docs: string | undefined;
  readonly category: string | undefined;
  readonly params: Readonly<Record<string, Param>>;
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly needs: Readonly<Record<string, NeedSlot>>;
  readonly exports: Readonly<Record<string, Template>>;
  /** File name → text; seen by members below `/troupe/app`, executable. */
  readonly package: Readonly<Record<string, string>>;
  readonly run: Run;
  /** Roles in the order in which they are updated; those it does not name, at the same time as the last. Undefined: as they start. */
  readonly updateOrder: readonly RoleName[] | undefined;
  /** Those that run once for the cluster: create, upgradeBegin, upgradeEnd. */
  readonly hooks: Hooks;
  readonly ops: Readonly<Record<string, Operation>>;
  /** In the order in which they start, then by name: stored definitions have no order of their own. */
  readonly roles: Readonly<Record<RoleName, Role>>;
}

/** A job's roles run to their end; when those of `done` have succeeded the cluster is completed. `retries` counts for all members together. */
export type Run = { readonly kind: "service" } | { readonly kind: "job"; readonly done: readonly RoleName[]; readonly retries: number };

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
  /** The image has a POSIX `sh`. */
  readonly shell: boolean;
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
  readonly gpu: number | undefined;
  /** Canonical quantity: of the shared memory at /dev/shm. */
  readonly shm: string | undefined;
  readonly min: { readonly cpu?: string; readonly memory?: string; readonly gpu?: number };
  readonly probes: { readonly started?: Probe; readonly ready?: Probe; readonly healthy?: HealthyProbe };
  readonly stop: { readonly signal: string; readonly graceSeconds: number };
  readonly update: { readonly maxUnavailable: number; readonly pauseAfterFirst: boolean; readonly allAtOnce: boolean };
  /** An expression over params; the role is there only where it gives true. */
  readonly when: Template | undefined;
  readonly services: Readonly<Record<string, StandingService>>;
  readonly standing: Standing | undefined;
  readonly spread: "host" | "zone" | "none";
  readonly near: RoleName | undefined;
  readonly gang: boolean;
  readonly hooks: Hooks;
  /** What `peers` asks: its word, or the steps of the hook; and of whom who counts is looked at: of the role, or (at app level) of all. */
  readonly peers: { readonly does: "reload" | "restart" | "steps"; readonly of: "role" | "cluster" } | undefined;
  /** JSON merge patches on its pods, in order: the app's, then its own. */
  readonly podPatches: readonly { readonly at: "app" | "role"; readonly patch: JsonObject }[];
}

/** An address that leads to the members of a standing. */
export interface StandingService {
  readonly name: string;
  readonly port: string;
  readonly to: string;
}

export interface Standing {
  readonly probe: TemplateList;
  /** All standings, in the order in which members are updated. */
  readonly order: readonly string[];
  /** The one that a single member has. */
  readonly one: string | undefined;
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
  readonly expose: Expose;
  /** Its address is opened with the secret `token`. */
  readonly token: boolean;
}

export type Expose = "none" | "cluster" | "node" | "load";

export interface Volume {
  readonly name: string;
  readonly path: string;
  /** Canonical quantity. */
  readonly size: string;
  readonly class: string | undefined;
  /** `always`: the claim outlives member and cluster · `member`: deleted with the member · `pod`: scratch, no claim. */
  readonly keep: "always" | "member" | "pod";
  /** A raw device. */
  readonly block: boolean;
  /** Begins with what the image has at its path. */
  readonly seed: boolean;
}

export interface File {
  readonly path: string;
  readonly content: FileContent;
  /** Octal, as a string: `0644`. */
  readonly mode: string;
  readonly owner: "troupe" | "app";
  /** How new content that no param brings reaches a running member. */
  readonly apply: FileApply;
}

export type FileApply = "live" | "reload" | "restart";
export type FileFormat = "properties" | "hadoop-xml" | "yaml" | "json" | "env";

export type FileContent =
  /** `from`: the file of the package that it was written in. */
  | { readonly kind: "text"; readonly template: Template; readonly from: string | undefined }
  /** Made from keys and values; a Cluster can set single ones. */
  | { readonly kind: "settings"; readonly format: FileFormat; readonly settings: Settings };

export type Settings = Readonly<Record<string, Setting>>;
export type Setting =
  | { readonly kind: "literal"; readonly value: number | boolean | null }
  | { readonly kind: "template"; readonly template: Template }
  | { readonly kind: "list"; readonly items: readonly Setting[] }
  | { readonly kind: "map"; readonly settings: Settings };

export type Check =
  | { readonly kind: "exec"; readonly command: TemplateList }
  | { readonly kind: "http"; readonly port: string; readonly path: string; readonly scheme: "HTTP" | "HTTPS" }
  | { readonly kind: "tcp"; readonly port: string };

export interface Probe {
  readonly check: Check;
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
}

/** `deadlineSeconds`: from its start, within which a member must be healthy. */
export interface HealthyProbe extends Probe {
  readonly deadlineSeconds: number;
}

export type Hooks = Readonly<Partial<Record<HookName, readonly HookStep[]>>>;

export interface HookStep {
  readonly act: HookAct;
  readonly at: HookPlace;
  /** An expression that gives a boolean; undefined: always. */
  readonly when: Template | undefined;
  readonly beforeStart: boolean;
  /** `at` is undefined where it is asked where the step runs. */
  readonly until: { readonly check: Check; readonly at: HookPlace | undefined } | undefined;
  readonly deadlineSeconds: number;
  /** undefined: as many as the deadline allows. */
  readonly attempts: number | undefined;
  readonly onFailure: "stop" | "proceed";
  readonly approve: boolean;
}

export type HookAct =
  | { readonly kind: "exec"; readonly command: TemplateList }
  | { readonly kind: "http"; readonly port: string; readonly method: string; readonly path: Template; readonly body: Template | undefined }
  | { readonly kind: "job"; readonly image: string | undefined; readonly command: TemplateList };

/** `self`, `to`, `any`, `all`, `others`, or a standing; in a role, where it is another one's. */
export interface HookPlace {
  readonly role: RoleName | undefined;
  readonly members: string;
}

/** One that people can start. */
export interface Operation {
  readonly description: string | undefined;
  readonly params: Readonly<Record<string, Param>>;
  readonly steps: readonly (HookStep | BuiltInStep)[];
}

export interface BuiltInStep {
  readonly does: "restart" | "stop" | "start";
  /** Empty: all. */
  readonly roles: readonly RoleName[];
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
  /** How a change reaches running members. */
  readonly apply: FileApply | "never";
}

/** One that is generated, or one that is there already. */
export type Secret =
  | { readonly kind: "generated"; readonly how: GeneratedSecret }
  /** A key of a Kubernetes Secret in the cluster's namespace; `name` is a template of params and cluster. */
  | { readonly kind: "referenced"; readonly name: Template; readonly key: string };

/** `length` counts characters (password), `bytes` bytes before encoding (hex, base64url). */
export type GeneratedSecret =
  | { readonly generate: "password"; readonly length: number }
  | { readonly generate: "uuid" }
  | { readonly generate: "hex" | "base64url"; readonly bytes: number };

export interface NeedSlot {
  readonly app: string | undefined;
  /** What the version of the other cluster's app begins with. */
  readonly version: string | undefined;
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
    const app = buildApp(inOrderOfNames(shape.value), files, shape.document, shape.problems);
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
