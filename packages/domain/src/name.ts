import { Failure } from "./failure.ts";

declare const brand: unique symbol;
type Brand<T, B extends string> = T & { readonly [brand]?: B };

/** Names and ids that were checked where they came in. Plain strings at run time. */
export type Uid = Brand<string, "Uid">;
export type ProjectName = Brand<string, "ProjectName">;
export type ClusterName = Brand<string, "ClusterName">;
export type AppName = Brand<string, "AppName">;
export type RoleName = Brand<string, "RoleName">;
export type Digest = Brand<string, "Digest">;

/** Longest names, in characters: pods, claims and DNS names are made from them. */
export const longest = { project: 63, cluster: 40, app: 40, role: 30, volume: 30, port: 15, identifier: 63, pod: 63 } as const;

/** The project of a Cluster whose metadata names none, and of an App whose metadata names none. */
export const defaultProject: ProjectName = "default";
export const catalogueProject: ProjectName = "troupe-system";

/** A DNS label: lower-case letters, digits and dashes, from a letter to a letter or digit. Throws invalid. */
export function parseName(text: string, longestChars: number, what = "name"): string {
  return checked(text, shapes.name, longestChars, what);
}

export function parseClusterName(text: string): ClusterName {
  return parseName(text, longest.cluster, "cluster name");
}

export function parseProjectName(text: string): ProjectName {
  return checked(text, shapes.project, longest.project, "project name");
}

/** The shapes of names; the words end a sentence about one that is none. */
export const shapes = {
  /** A DNS label that begins with a letter. */
  name: { pattern: /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/, words: "must be lower-case letters, digits and dashes, beginning with a letter" },
  /** Projects are namespaces, which may begin with a digit. */
  project: { pattern: /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, words: "must be lower-case letters, digits and dashes, beginning and ending with a letter or digit" },
  /** Names that expressions read after a dot: params, secrets, exports, slots of needs. */
  identifier: { pattern: /^(?!(?:in|true|false|null)$)[A-Za-z][A-Za-z0-9_]*$/, words: "must be letters, digits and underscores, beginning with a letter, and no word of the expression language" },
} as const;

interface Shape {
  readonly pattern: RegExp;
  readonly words: string;
}

/** What is wrong with a name, as the end of a sentence about it. */
function why(text: string, { pattern, words }: Shape, longestChars: number): string | undefined {
  if (text.length > longestChars) return `must have at most ${longestChars} characters, not ${text.length}`;
  return pattern.test(text) ? undefined : words;
}

function checked(text: string, shape: Shape, longestChars: number, what: string): string {
  const wrong = why(text, shape, longestChars);
  if (wrong === undefined) return text;
  throw new Failure("invalid", `${what} "${text.slice(0, 70)}" ${wrong}`, { reason: "NAME_INVALID" });
}
