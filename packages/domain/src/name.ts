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
  const wrong = whyNoName(text, longestChars);
  if (wrong === undefined) return text;
  throw new Failure("invalid", `${what} "${text.slice(0, 70)}" ${wrong}`, { reason: "NAME_INVALID" });
}

export function parseClusterName(text: string): ClusterName {
  return parseName(text, longest.cluster, "cluster name");
}

export function parseProjectName(text: string): ProjectName {
  const wrong = whyNoProject(text);
  if (wrong === undefined) return text;
  throw new Failure("invalid", `project name "${text.slice(0, 70)}" ${wrong}`, { reason: "NAME_INVALID" });
}

/** What is wrong with a name, as the end of a sentence about it; undefined when it is one. */
export function whyNoName(text: string, longestChars: number): string | undefined {
  if (text.length > longestChars) return `must have at most ${longestChars} characters, not ${text.length}`;
  if (!/^[a-z](?:[a-z0-9-]*[a-z0-9])?$/.test(text)) return "must be lower-case letters, digits and dashes, beginning with a letter";
  return undefined;
}

/** Projects are namespaces, which may begin with a digit. */
export function whyNoProject(text: string): string | undefined {
  if (text.length > longest.project) return `must have at most ${longest.project} characters, not ${text.length}`;
  if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(text)) return "must be lower-case letters, digits and dashes, beginning and ending with a letter or digit";
  return undefined;
}

/** Names that expressions read after a dot: params, secrets, exports, slots of needs. */
export function whyNoIdentifier(text: string): string | undefined {
  if (text.length > longest.identifier) return `must have at most ${longest.identifier} characters, not ${text.length}`;
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(text)) return "must be letters, digits and underscores, beginning with a letter";
  if (["in", "true", "false", "null"].includes(text)) return "is a word of the expression language";
  return undefined;
}
