import { mapNames, namedIn } from "../by-name.ts";
import type { JsonObject } from "../json.ts";
import type { HealthyProbe, MemberRule, Port, Probe, Role, Standing, Volume } from "./app.ts";
import { buildCheck, type At } from "./check-input.ts";
import { bytesAt, conditionAt, cpuAt, listAt, parsed, secondsAt, templateAt, type Fields } from "./fields.ts";
import { buildFile } from "./file-input.ts";
import { buildHooks } from "./hook-input.ts";
import { parseMembers } from "./members.ts";
import { mergedRole, originOf, type MergedRole } from "./merge.ts";
import type { Path } from "./path.ts";
import type { AppInput } from "./schema/app.ts";

/** What building the parts of an App takes. */
export interface Builder extends Fields {
  readonly spec: AppInput["spec"];
  readonly packageFiles: Readonly<Record<string, string>>;
}

/** One role, with what the app says for all laid under it. */
export function buildRole(builder: Builder, name: string): Role {
  const merged = mergedRole(builder.spec, name);
  const at: At = (...keys) => originOf(builder.document, name, keys);
  const missing = (field: string, advice: string) => builder.problems.add(["spec", "roles", name, field], "FIELD_MISSING", `${field} is missing: ${advice}`);
  if (merged.image === undefined) missing("image", "give it to the role, or to the app for all its roles");
  if (merged.members === undefined) missing("members", 'write how many there may be, such as 3, "1+" or {allow: [1, 3, 5]}');
  return {
    name,
    members: membersAt(builder, name, merged),
    when: merged.when === undefined ? undefined : conditionAt(builder, at("when"), merged.when),
    image: merged.image ?? "",
    shell: merged.shell ?? true,
    user: merged.user ?? 1000,
    command: listAt(builder, at("command"), merged.command),
    args: listAt(builder, at("args"), merged.args),
    env: mapNames(merged.env ?? {}, (value, key) => templateAt(builder, at("env", key), value)),
    ports: mapNames(merged.ports ?? {}, (port, key) => buildPort(builder, key, port, at("ports", key))),
    volumes: mapNames(merged.volumes ?? {}, (volume, key) => buildVolume(builder, key, volume, at("volumes", key))),
    files: mapNames(merged.files ?? {}, (file, path) => buildFile(builder, path, file, at("files", path))),
    services: mapNames(merged.services ?? {}, ({ port, to }, key) => ({ name: key, port, to })),
    ...resources(builder, merged, at),
    ...endings(builder, merged, at),
    ...placement(merged),
    ...firstSet(merged),
    probes: probesOf(builder, merged, at),
    standing: standingOf(builder, merged, at),
    hooks: buildHooks({ ...builder, schemeOf: (role, port) => schemeIn(role === undefined ? merged : mergedRole(builder.spec, role), port) }, merged.hooks ?? {}, (...keys) => at("hooks", ...keys)),
    peers: peersOf(merged, builder.spec.roles[name]?.hooks?.peers === undefined ? "cluster" : "role"),
    podPatches: podPatches(builder.spec.pod, builder.spec.roles[name]?.pod),
  };
}

function firstSet({ idBase, bootstrap, join, after }: MergedRole): Pick<Role, "idBase" | "bootstrap" | "join" | "after"> {
  return { idBase: idBase ?? 0, bootstrap: bootstrap ?? "all", join: join ?? "parallel", after: [...new Set(after)] };
}

function resources(builder: Builder, { cpu, memory, gpu, shm, min }: MergedRole, at: At): Pick<Role, "cpu" | "memory" | "gpu" | "shm" | "min"> {
  return {
    cpu: cpuAt(builder, at("cpu"), cpu),
    memory: bytesAt(builder, at("memory"), memory),
    gpu,
    shm: bytesAt(builder, at("shm"), shm),
    min: { ...defined("cpu", cpuAt(builder, at("min", "cpu"), min?.cpu)), ...defined("memory", bytesAt(builder, at("min", "memory"), min?.memory)), ...defined("gpu", min?.gpu) },
  };
}

/** With none at all a pod is deleted by force: another may then run on its volume while it still does. */
const leastGraceSeconds = 1;

function endings(builder: Builder, { stop, update }: MergedRole, at: At): Pick<Role, "stop" | "update"> {
  return {
    stop: { signal: stop?.signal ?? "SIGTERM", graceSeconds: secondsAt(builder, at("stop", "grace"), stop?.grace, 30, leastGraceSeconds) },
    update: { maxUnavailable: update?.maxUnavailable ?? 1, pauseAfterFirst: update?.pauseAfterFirst ?? false, allAtOnce: update?.allAtOnce ?? false },
  };
}

function peersOf({ hooks }: MergedRole, of: "role" | "cluster"): Role["peers"] {
  return hooks?.peers === undefined ? undefined : { does: typeof hooks.peers === "string" ? hooks.peers : "steps", of };
}

/** Null in a role takes the app's away. */
function podPatches(shared: JsonObject | null | undefined, own: JsonObject | null | undefined): Role["podPatches"] {
  return [...(shared && own !== null ? [{ at: "app" as const, patch: shared }] : []), ...(own ? [{ at: "role" as const, patch: own }] : [])];
}

function placement({ spread, near, gang }: MergedRole): Pick<Role, "spread" | "near" | "gang"> {
  return { spread: spread ?? "host", near, gang: gang ?? false };
}

function membersAt(builder: Builder, role: string, { members = 1 }: MergedRole): MemberRule {
  return parsed(builder, ["spec", "roles", role, "members"], () => parseMembers(members)) ?? anyNumber;
}

const anyNumber: MemberRule = { allowed: { kind: "range", least: 0, most: undefined }, default: 0, scalable: true };

function buildPort(builder: Builder, name: string, input: unknown, path: Path): Port {
  const { port, protocol, scheme, path: urlPath, dashboard, expose, token } = input as Partial<Port>;
  if (port === undefined) builder.problems.add([...path, "port"], "FIELD_MISSING", `port is missing: write the number that ${name} listens on`);
  return { name, port: port ?? 0, protocol: protocol ?? "TCP", scheme, path: urlPath, dashboard: dashboard ?? false, expose: expose ?? "none", token: token ?? false };
}

function buildVolume(builder: Builder, name: string, { path, size, class: storageClass, keep, block, seed }: NonNullable<MergedRole["volumes"]>[string], at: Path): Volume {
  if (path === undefined) builder.problems.add([...at, "path"], "FIELD_MISSING", `path is missing: write where members see ${name}`);
  if (size === undefined) builder.problems.add([...at, "size"], "FIELD_MISSING", "size is missing: write how much a member has, such as 20Gi");
  return { name, path: path ?? "", size: bytesAt(builder, [...at, "size"], size) ?? "1Gi", class: storageClass, keep: keep ?? "always", block: block ?? false, seed: seed ?? false };
}

type ProbesInput = NonNullable<MergedRole["probes"]>;

/** Others wait for a start; to ask costs something each time, and more often than this made three members on two cores start later. */
const usualPeriodSeconds = 5;
/** Nobody waits for the answer as long as all goes well. */
const usualHealthySeconds = 10;

function probesOf(builder: Builder, merged: MergedRole, at: At): Role["probes"] {
  const { started, ready, healthy } = merged.probes ?? {};
  return {
    ...defined("started", started && buildProbe(builder, merged, started, (...keys) => at("probes", "started", ...keys))),
    ...defined("ready", ready && buildProbe(builder, merged, ready, (...keys) => at("probes", "ready", ...keys))),
    ...defined("healthy", healthy && buildHealthy(builder, merged, healthy, (...keys) => at("probes", "healthy", ...keys))),
  };
}

/** Of a port, where its declaration says one. */
export function schemeIn({ ports }: MergedRole, port: string): string | undefined {
  return (namedIn(ports ?? {}, port) as { readonly scheme?: string } | undefined)?.scheme;
}

function buildProbe(builder: Builder, merged: MergedRole, input: NonNullable<ProbesInput["ready"]>, at: At, usualSeconds = usualPeriodSeconds): Probe {
  return {
    check: buildCheck(builder, input, "a probe", at, (port) => schemeIn(merged, port)),
    periodSeconds: secondsAt(builder, at("period"), input.period, usualSeconds, 1),
    timeoutSeconds: secondsAt(builder, at("timeout"), input.timeout, 5, 1),
  };
}

function buildHealthy(builder: Builder, merged: MergedRole, input: NonNullable<ProbesInput["healthy"]>, at: At): HealthyProbe {
  return { ...buildProbe(builder, merged, input, at, usualHealthySeconds), deadlineSeconds: secondsAt(builder, at("deadline"), input.deadline, 600, 1) };
}

function standingOf(builder: Builder, { standing }: MergedRole, at: At): Standing | undefined {
  if (standing === undefined) return undefined;
  const { probe, order, one } = standing;
  return { probe: { kind: "elements", elements: probe.exec.map((element, index) => templateAt(builder, at("standing", "probe", "exec", index), element)) }, order, one };
}

function defined<K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: T });
}
