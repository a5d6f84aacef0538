import type { Json, JsonObject } from "../json.ts";
import type { Template } from "../expression/template.ts";
import type { AppName, RoleName } from "../name.ts";

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
  /** In the order of the file. */
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
