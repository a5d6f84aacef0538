import { byName, mapNames, namedIn } from "../by-name.ts";
import type { App, File, GeneratedSecret, MemberRule, Param, Port, Probe, Role, Volume } from "./app.ts";
import type { Document } from "./document.ts";
import { bytesAt, cpuAt, listAt, parsed, secondsAt, templateAt, type Fields } from "./fields.ts";
import { parseMembers } from "./members.ts";
import { mergedRole, originOf, type MergedRole } from "./merge.ts";
import type { Path } from "./path.ts";
import type { Problems } from "./problems.ts";
import type { AppInput } from "./schema.ts";

/** From what the schema let through to an App: defaults filled in and merged into roles, texts parsed. Problems are added; a value stands in for what is wrong. */
export function buildApp(input: AppInput, packageFiles: Readonly<Record<string, string>>, document: Document, problems: Problems): App {
  const { metadata, spec } = input;
  const builder: Builder = { document, problems, spec, templates: new Map() };
  const roles = Object.keys(spec.roles).map((name) => buildRole(builder, name));
  return {
    name: metadata.name,
    project: metadata.namespace ?? "troupe-system",
    version: spec.version,
    build: spec.build ?? 1,
    label: spec.label,
    description: spec.description,
    params: mapNames(spec.params ?? {}, (param, name) => buildParam(name, param)),
    secrets: mapNames(spec.secrets ?? {}, (secret, name) => buildSecret(secret, name, problems)),
    needs: mapNames(spec.needs ?? {}, ({ app, optional }) => ({ app, optional: optional ?? false })),
    exports: mapNames(spec.exports ?? {}, (value, name) => templateAt(builder, ["spec", "exports", name], value)),
    package: packageFiles,
    roles: byName(inOrderOfStart(roles).map((role) => [role.name, role] as const)),
  };
}

interface Builder extends Fields {
  readonly spec: AppInput["spec"];
}

function buildRole(builder: Builder, name: string): Role {
  const merged = mergedRole(builder.spec, name);
  const at = (...keys: Path) => originOf(builder.document, name, keys);
  const missing = (field: string, advice: string) => builder.problems.add(["spec", "roles", name, field], "FIELD_MISSING", `${field} is missing: ${advice}`);
  if (merged.image === undefined) missing("image", "give it to the role, or to the app for all its roles");
  if (merged.members === undefined) missing("members", 'write how many there may be, such as 3, "1+" or {allow: [1, 3, 5]}');
  return {
    name,
    members: membersAt(builder, name, merged),
    idBase: merged.idBase ?? 0,
    bootstrap: merged.bootstrap ?? "all",
    join: merged.join ?? "parallel",
    after: [...new Set(merged.after)],
    image: merged.image ?? "",
    user: merged.user ?? 1000,
    command: listAt(builder, at("command"), merged.command),
    args: listAt(builder, at("args"), merged.args),
    env: mapNames(merged.env ?? {}, (value, key) => templateAt(builder, at("env", key), value)),
    ports: mapNames(merged.ports ?? {}, (port, key) => buildPort(builder, key, port, at("ports", key))),
    volumes: mapNames(merged.volumes ?? {}, (volume, key) => buildVolume(builder, key, volume, at("volumes", key))),
    files: mapNames(merged.files ?? {}, (file, path) => buildFile(builder, path, file, at("files", path))),
    cpu: cpuAt(builder, at("cpu"), merged.cpu),
    memory: bytesAt(builder, at("memory"), merged.memory),
    min: { ...defined("cpu", cpuAt(builder, at("min", "cpu"), merged.min?.cpu)), ...defined("memory", bytesAt(builder, at("min", "memory"), merged.min?.memory)) },
    probes: { ...defined("started", probeAt(builder, name, "started", merged)), ...defined("ready", probeAt(builder, name, "ready", merged)) },
    ...endings(builder, merged, at),
  };
}

/** With none at all a pod is deleted by force: another may then run on its volume while it still does. */
const leastGraceSeconds = 1;

function endings(builder: Builder, { stop, update }: MergedRole, at: (...keys: Path) => Path): Pick<Role, "stop" | "update"> {
  return {
    stop: { signal: stop?.signal ?? "SIGTERM", graceSeconds: secondsAt(builder, at("stop", "grace"), stop?.grace, 30, leastGraceSeconds) },
    update: { maxUnavailable: update?.maxUnavailable ?? 1 },
  };
}

function membersAt(builder: Builder, role: string, { members = 1 }: MergedRole): MemberRule {
  return parsed(builder, ["spec", "roles", role, "members"], () => parseMembers(members)) ?? anyNumber;
}

const anyNumber: MemberRule = { allowed: { kind: "range", least: 0, most: undefined }, default: 0, scalable: true };

function buildPort(builder: Builder, name: string, input: unknown, path: Path): Port {
  const { port, protocol, scheme, path: urlPath, dashboard, expose } = input as Partial<Port>;
  if (port === undefined) builder.problems.add([...path, "port"], "FIELD_MISSING", `port is missing: write the number that ${name} listens on`);
  return { name, port: port ?? 0, protocol: protocol ?? "TCP", scheme, path: urlPath, dashboard: dashboard ?? false, expose: expose ?? "none" };
}

function buildVolume(builder: Builder, name: string, input: NonNullable<MergedRole["volumes"]>[string], path: Path): Volume {
  if (input.path === undefined) builder.problems.add([...path, "path"], "FIELD_MISSING", `path is missing: write where members see ${name}`);
  if (input.size === undefined) builder.problems.add([...path, "size"], "FIELD_MISSING", "size is missing: write how much a member has, such as 20Gi");
  return { name, path: input.path ?? "", size: bytesAt(builder, [...path, "size"], input.size) ?? "1Gi", class: input.class, keep: input.keep ?? "always" };
}

function buildFile(builder: Builder, path: string, input: NonNullable<MergedRole["files"]>[string], at: Path): File {
  if (input.text === undefined) builder.problems.add([...at, "text"], "FIELD_MISSING", "text is missing: write what the file holds");
  return { path, content: templateAt(builder, [...at, "text"], input.text ?? ""), mode: input.mode ?? "0644", owner: input.owner ?? "troupe" };
}

function probeAt(builder: Builder, role: string, kind: "started" | "ready", merged: MergedRole): Probe | undefined {
  const input = merged.probes?.[kind];
  if (input === undefined) return undefined;
  const path = originOf(builder.document, role, ["probes", kind]);
  const given = [input.exec, input.http, input.tcp].filter((check) => check !== undefined).length;
  if (given !== 1) builder.problems.add(path, given === 0 ? "FIELD_MISSING" : "FIELDS_EXCLUSIVE", given === 0 ? "a probe needs one of exec, http or tcp" : "a probe is one of exec, http or tcp, not several");
  return {
    check: checkOf(builder, role, kind, input),
    periodSeconds: secondsAt(builder, [...path, "period"], input.period, 10, 1),
    timeoutSeconds: secondsAt(builder, [...path, "timeout"], input.timeout, 5, 1),
  };
}

function checkOf(builder: Builder, role: string, kind: string, { exec, http, tcp }: NonNullable<NonNullable<MergedRole["probes"]>["ready"]>): Probe["check"] {
  if (http) {
    if (http.port === undefined) builder.problems.add([...originOf(builder.document, role, ["probes", kind, "http"]), "port"], "FIELD_MISSING", "port is missing: name the port that is asked");
    const scheme = http.scheme ?? (schemeOf(builder, role, http.port ?? "") === "https" ? "https" : "http");
    return { kind: "http", port: http.port ?? "", path: http.path ?? "/", scheme: scheme === "https" ? "HTTPS" : "HTTP" };
  }
  if (tcp !== undefined) return { kind: "tcp", port: tcp };
  const path = originOf(builder.document, role, ["probes", kind, "exec"]);
  return { kind: "exec", command: { kind: "elements", elements: (exec ?? []).map((element, index) => templateAt(builder, [...path, index], element)) } };
}

function schemeOf(builder: Builder, role: string, port: string): string | undefined {
  const ports = mergedRole(builder.spec, role).ports as Readonly<Record<string, { readonly scheme?: string }>> | undefined;
  return ports && namedIn(ports, port)?.scheme;
}

function buildParam(name: string, { type, required, default: fallback, enum: allowed, min, max, pattern, description }: NonNullable<AppInput["spec"]["params"]>[string]): Param {
  return { name, type, required: required ?? false, default: fallback, enum: allowed, min, max, pattern, description };
}

function buildSecret({ generate, length, bytes }: NonNullable<AppInput["spec"]["secrets"]>[string], name: string, problems: Problems): GeneratedSecret {
  const refuse = (field: string, advice: string) => problems.add(["spec", "secrets", name, field], "FIELD_NOT_APPLICABLE", `${field} has no meaning for ${generate}: ${advice}`, { key: true });
  if (length !== undefined && generate !== "password") refuse("length", generate === "uuid" ? "leave it out" : "write bytes");
  if (bytes !== undefined && (generate === "password" || generate === "uuid")) refuse("bytes", generate === "uuid" ? "leave it out" : "write length, which counts characters");
  switch (generate) {
    case "password":
      return { generate, length: length ?? 24 };
    case "uuid":
      return { generate };
    case "hex":
    case "base64url":
      return { generate, bytes: bytes ?? 32 };
  }
}

/**
 * Roles as they start: those that wait for none first, then by name. The order of the file is not kept where definitions
 * are stored, and must not matter.
 */
function inOrderOfStart(roles: readonly Role[]): readonly Role[] {
  const byName = new Map(roles.map((role) => [role.name, role]));
  const levels = new Map<string, number>();
  const levelOf = (name: string, waiting: readonly string[]): number => {
    const known = levels.get(name);
    if (known !== undefined || waiting.includes(name)) return known ?? 0;
    const level = Math.max(-1, ...(byName.get(name)?.after ?? []).map((before) => levelOf(before, [...waiting, name]))) + 1;
    levels.set(name, level);
    return level;
  };
  const order = (role: Role) => levelOf(role.name, []);
  return roles.toSorted((a, b) => order(a) - order(b) || (a.name < b.name ? -1 : 1));
}

function defined<K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: T });
}
