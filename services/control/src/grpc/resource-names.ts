import { Failure } from "@troupe/domain/failure";
import { longest, parseName, parseProjectName } from "@troupe/domain/name";
import { type AppReference, parseAppReference } from "@troupe/domain/language/app-reference";
import type { ClusterKey } from "../clusters/read-clusters.ts";
import type { Scope } from "../events/watch.ts";
import type { PipelineKey } from "../pipelines/read-pipelines.ts";

/** `projects/{project}`. */
export function parseParent(text: string, field = "parent"): string {
  const project = /^projects\/([^/]+)$/.exec(text)?.[1];
  if (project === undefined) throw refused(field, text, "projects/{project}");
  return checkProject(project, field);
}

/** `projects/{project}`, or undefined for `projects/-`: all of them. */
export function parseParents(text: string): string | undefined {
  return text === "projects/-" ? undefined : parseParent(text);
}

/** `projects/{project}/clusters/{cluster}`. */
export function parseClusterKey(text: string, field = "name"): ClusterKey {
  const [, project, name] = /^projects\/([^/]+)\/clusters\/([^/]+)$/.exec(text) ?? [];
  if (project === undefined || name === undefined) throw refused(field, text, "projects/{project}/clusters/{cluster}");
  return { project: checkProject(project, field), name: checkName(name, longest.cluster, field) };
}

/** `projects/{project}/pipelines/{pipeline}`. */
export function parsePipelineKey(text: string, field = "name"): PipelineKey {
  const [, project, name] = /^projects\/([^/]+)\/pipelines\/([^/]+)$/.exec(text) ?? [];
  if (project === undefined || name === undefined) throw refused(field, text, "projects/{project}/pipelines/{pipeline}");
  return { project: checkProject(project, field), name: checkName(name, longest.cluster, field) };
}

/** `projects/{project}/apps/{app}`, with `@version` and `+build` or without. */
export function parseAppName(text: string, field = "name"): AppReference & { readonly project: string } {
  const [, project, reference] = /^projects\/([^/]+)\/apps\/([^/]{1,200})$/.exec(text) ?? [];
  if (project === undefined || reference === undefined) throw refused(field, text, "projects/{project}/apps/{app}@{version}+{build}");
  const parsed = parseAppReference(reference);
  checkName(parsed.name, longest.app, field);
  return { ...parsed, project: checkProject(project, field) };
}

/** A project, or one cluster of it. */
export function parseClusterScope(text: string): Scope {
  return text.includes("/clusters/") ? { project: parseClusterKey(text, "scope").project, subject: text } : parseProjectScope(text);
}

/** A project, or one pipeline of it. */
export function parsePipelineScope(text: string): Scope {
  return text.includes("/pipelines/") ? { project: parsePipelineKey(text, "scope").project, subject: text } : parseProjectScope(text);
}

/** A project, or one thing in it. */
export function parseEventScope(text: string): Scope {
  return text.includes("/pipelines/") ? parsePipelineScope(text) : parseClusterScope(text);
}

function parseProjectScope(text: string): Scope {
  return { project: parseParent(text, "scope"), subject: undefined };
}

export function checkName(name: string, longestChars: number, field: string): string {
  return at(field, () => parseName(name, longestChars));
}

function checkProject(project: string, field: string): string {
  return at(field, () => parseProjectName(project));
}

function refused(field: string, text: string, form: string): Failure {
  const message = text === "" ? `is missing: ${form}` : `is "${text.slice(0, 100)}" and must be like ${form}`;
  return new Failure("invalid", `${field} ${message}`, { reason: "RESOURCE_NAME_INVALID", problems: [{ path: field, reason: "RESOURCE_NAME_INVALID", message }] });
}

/** What is wrong with a name, at the field that has it. */
function at(field: string, parse: () => string): string {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { kind, message, reason } = error;
    throw new Failure(kind, `${field}: ${message}`, { reason, problems: [{ path: field, reason, message }] });
  }
}
