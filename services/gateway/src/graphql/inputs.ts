import { mapNames } from "@troupe/domain/by-name";
import { Failure, type FailureReason } from "@troupe/domain/failure";
import type { ClusterSpec, FileSpec, NeedBinding, RoleSpec, VolumeSpec } from "@troupe/proto/troupe/v1/cluster";
import type { Manifest } from "@troupe/proto/troupe/v1/resource";
import { checkedText } from "./json-value.ts";

/** From GraphQL's inputs to messages. What a message has no room for is refused here, as control refuses it of a document. */

type Fields = Readonly<Record<string, unknown>>;

export interface ManifestInput {
  readonly text: string;
  readonly file?: string | null;
  readonly firstLine?: number | null;
  readonly package?: unknown;
}

export function toManifest({ text, file, firstLine, package: files }: ManifestInput): Manifest {
  return { text: checkedText(text, "manifest.text"), file: file ?? "", firstLine: firstLine ?? 0, package: stringMap(files, "package") };
}

export interface ClusterSpecInput {
  readonly app: string;
  readonly target?: string | null;
  readonly namespace?: string | null;
  readonly params?: unknown;
  readonly needs?: unknown;
  readonly roles?: readonly RoleSpecInput[] | null;
  readonly paused?: boolean | null;
  readonly stopped?: boolean | null;
  readonly protect?: boolean | null;
  readonly adopt?: string | null;
  readonly labels?: unknown;
}

interface RoleSpecInput {
  readonly role: string;
  readonly members?: number | null;
  readonly image?: string | null;
  readonly cpu?: string | null;
  readonly memory?: string | null;
  readonly volumes?: unknown;
  readonly gpu?: number | null;
  readonly env?: unknown;
  readonly files?: unknown;
  readonly expose?: unknown;
}

export function toSpec(input: ClusterSpecInput): ClusterSpec {
  return {
    app: input.app,
    placement: { target: input.target ?? "", namespace: input.namespace ?? "" },
    params: mapOf(input.params, "spec.params"),
    needs: mapNames(mapOf(input.needs, "spec.needs"), toNeed),
    roles: rolesOf(input.roles ?? []),
    paused: input.paused ?? false,
    stopped: input.stopped ?? false,
    protect: input.protect ?? false,
    adopt: input.adopt ?? "",
    labels: stringMap(input.labels, "spec.labels"),
  };
}

function toNeed(need: unknown, slot: string): NeedBinding {
  if (typeof need === "string") return { binding: { $case: "cluster", value: need } };
  if (need === null) throw badType(`spec.needs.${slot}`, "the name of a cluster, or a map of exports");
  return { binding: { $case: "literal", value: { exports: stringMap(need, `spec.needs.${slot}`) } } };
}

function rolesOf(roles: readonly RoleSpecInput[]): ClusterSpec["roles"] {
  const names = roles.map(({ role }) => role);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refused(`spec.roles.${twice}`, "KEY_DUPLICATE", "stands twice among the roles");
  return Object.fromEntries(roles.map((role) => [role.role, toRole(role)]));
}

function toRole({ role, members, image, cpu, memory, gpu, volumes, env, files, expose }: RoleSpecInput): RoleSpec {
  const path = `spec.roles.${role}`;
  return {
    ...(members != null && { members }),
    ...(image != null && { image }),
    ...(cpu != null && { cpu }),
    ...(memory != null && { memory }),
    ...(gpu != null && { gpu }),
    files: mapNames(mapOf(files, `${path}.files`), (file, name) => toFile(file, `${path}.files.${name}`)),
    expose: stringMap(expose, `${path}.expose`),
    volumes: mapNames(mapOf(volumes, `${path}.volumes`), (volume, name) => toVolume(volume, `${path}.volumes.${name}`)),
    env: mapNames(mapOf(env, `${path}.env`), (value, name) => (value === null ? {} : { value: envText(value, `${path}.env.${name}`) })),
  };
}

function toVolume(volume: unknown, path: string): VolumeSpec {
  if (volume === null) throw badType(path, "a map");
  const { size, class: storageClass, ...others } = stringMap(volume, path);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw refused(`${path}.${unknown}`, "FIELD_UNKNOWN", "is no field of a volume: known are size and class");
  return { size, class: storageClass };
}

function toFile(file: unknown, path: string): FileSpec {
  const { set, ...others } = mapOf(file, path);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw refused(`${path}.${unknown}`, "FIELD_UNKNOWN", "is no field of a file: known is set");
  return { set: mapOf(set, `${path}.set`) };
}

function envText(value: unknown, path: string): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  throw badType(path, "a text");
}

/** Absent, so also null, is empty. */
export function stringMap(value: unknown, path: string): Readonly<Record<string, string>> {
  const map = mapOf(value, path);
  const wrong = Object.entries(map).find(([, item]) => typeof item !== "string");
  if (wrong) throw badType(`${path}.${wrong[0]}`, "a text");
  return map as Readonly<Record<string, string>>;
}

function mapOf(value: unknown, path: string): Fields {
  if (value === null || value === undefined) return {};
  if (typeof value !== "object" || Array.isArray(value)) throw badType(path, "a map");
  return value as Fields;
}

function badType(path: string, wanted: string): Failure {
  return refused(path, "WRONG_TYPE", `must be ${wanted}`);
}

function refused(path: string, reason: FailureReason, message: string): Failure {
  return new Failure("invalid", `${path} ${message}`, { reason, problems: [{ path, reason, message }] });
}
