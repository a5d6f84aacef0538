import { namedIn } from "../by-name.ts";
import { choiceOf } from "../plan/choice.ts";
import { readsOf } from "../expression/reads.ts";
import type { FailureReason, Problem } from "../failure.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { longest, type RoleName } from "../name.ts";
import { compareQuantities, parseQuantity } from "../quantity.ts";
import { templatesIn } from "./app-templates.ts";
import type { App, FileFormat, Role } from "./app.ts";
import type { ClusterSpec, RoleSpec } from "./cluster.ts";
import { providerInWords, siblingFor } from "./providers-in-words.ts";
import { isLegal, membersInWords, nearestLegal } from "./members.ts";
import { whyNotValue } from "./param-value.ts";
import type { Path } from "./path.ts";
import { anyOf, didYouMean, problemsIn, shown, valueAt, type Problems } from "./problems.ts";
import { isNested, whyNotKey, whyNotText } from "./settings.ts";
import { unwritten, type Written } from "./written.ts";

/** What is wrong with a spec beside its App, all of it. `clusterName`: pods are named from it. `document`: the Cluster that it came as. */
export function checkSpec(app: App, spec: ClusterSpec, clusterName: string, document: Written = unwritten): readonly Problem[] {
  const problems = problemsIn(document);
  checkParams(app, spec, problems);
  checkNeeds(app, spec, clusterName, document, problems);
  for (const name of new Set([...Object.keys(spec.roles), ...rolesWritten(document)])) {
    if (!Object.hasOwn(app.roles, name)) problems.add(["spec", "roles", name], "ROLE_UNKNOWN", `${app.name} has no role ${shown(name)}${inWords(Object.keys(app.roles))}`, { key: true, ...didYouMean(name, Object.keys(app.roles)) });
  }
  // A role that these params leave out needs nothing. What cannot be evaluated is told when it is planned.
  const { absent } = choiceOf(app, { spec, name: clusterName, uid: "", project: "", namespace: "" });
  const present = Object.values(app.roles).filter(({ name }) => !absent.has(name));
  const computed = computedWith(app);
  for (const role of Object.values(app.roles)) checkRole(role, namedIn(spec.roles, role.name) ?? asDefined, clusterName, problems);
  for (const role of present) checkResources(role, namedIn(spec.roles, role.name) ?? asDefined, computed, problems);
  checkTotal(present, spec, problems);
  return problems.list;
}

/** Those too of which nothing is said, and which the spec therefore does not have. */
function rolesWritten({ value }: Written): readonly string[] {
  const roles = valueAt(value, ["spec", "roles"]);
  return isJsonObject(roles) ? Object.keys(roles) : [];
}

/** As many as can be read at a glance. */
function inWords(known: readonly string[]): string {
  return known.length === 0 ? "" : `: it has ${known.slice(0, 12).join(", ")}${known.length > 12 ? " and others" : ""}`;
}

const asDefined: RoleSpec = { members: undefined, image: undefined, cpu: undefined, memory: undefined, gpu: undefined, volumes: {}, env: {}, files: {}, expose: {} };

function checkParams(app: App, spec: ClusterSpec, problems: Problems): void {
  const known = Object.keys(app.params);
  for (const [name, value] of Object.entries(spec.params)) {
    if (problems.isFull) return;
    const path = ["spec", "params", name];
    const param = namedIn(app.params, name);
    if (param === undefined) problems.add(path, "PARAM_UNKNOWN", `${app.name} has no param ${shown(name)}${inWords(known)}`, { key: true, ...didYouMean(name, known) });
    const wrong = param && whyNotValue(param, value);
    if (wrong !== undefined) problems.add(path, "PARAM_INVALID", wrong);
  }
  for (const { name, required } of Object.values(app.params)) {
    if (required && !Object.hasOwn(spec.params, name)) problems.add(["spec", "params", name], "PARAM_MISSING", `${app.name} needs the param ${name}`);
  }
}

function checkNeeds(app: App, spec: ClusterSpec, clusterName: string, document: Written, problems: Problems): void {
  const known = Object.keys(app.needs);
  for (const [slot, binding] of Object.entries(spec.needs)) {
    const path = ["spec", "needs", slot];
    if (!Object.hasOwn(app.needs, slot)) problems.add(path, "NEED_UNKNOWN", `${app.name} has no slot ${shown(slot)}${inWords(known)}`, { key: true, ...didYouMean(slot, known) });
    if (binding.kind === "cluster" && binding.cluster === clusterName) problems.add(path, "NEED_CYCLE", "a cluster cannot need itself");
  }
  for (const [slot, wanted] of Object.entries(app.needs)) {
    const sibling = siblingFor(wanted, document);
    if (!wanted.optional && !Object.hasOwn(spec.needs, slot)) problems.add(["spec", "needs", slot], "NEED_MISSING", `${app.name} needs ${slot}: name ${providerInWords(wanted, document)}, or give its exports as values`, sibling === undefined ? {} : { suggestion: `${slot}: ${sibling}` });
  }
}

function checkRole(role: Role, wanted: RoleSpec, clusterName: string, problems: Problems): void {
  const at = (...keys: Path): Path => ["spec", "roles", role.name, ...keys];
  checkMembers(role, wanted, clusterName, problems);
  for (const [name, override] of Object.entries(wanted.volumes)) {
    const path = at("volumes", name);
    const volume = knownIn(role.volumes, name, { what: "volume", reason: "VOLUME_UNKNOWN", role, path, problems });
    if (volume?.keep === "pod" && override.class !== undefined) problems.add([...path, "class"], "FIELD_NOT_APPLICABLE", `the volume ${name} is scratch space and has no class`, { key: true });
  }
  for (const name of Object.keys(wanted.env)) if (name.startsWith("TROUPE_")) problems.add(at("env", name), "NAME_RESERVED", "variables that begin with TROUPE_ are Troupe's own", { key: true });
  for (const port of Object.keys(wanted.expose)) knownIn(role.ports, port, { what: "port", reason: "PORT_UNKNOWN", role, path: at("expose", port), problems });
  for (const [path, set] of Object.entries(wanted.files)) checkSettings(role, path, set, at("files", path), problems);
  if ((wanted.gpu ?? role.gpu ?? 0) < (role.min.gpu ?? 0)) problems.add(at("gpu"), "BELOW_MINIMUM", `${wanted.gpu ?? role.gpu ?? 0} is less than ${role.name} needs: at least ${role.min.gpu}`);
}

interface Asked {
  readonly what: string;
  readonly reason: FailureReason;
  readonly role: Role;
  readonly path: Path;
  readonly problems: Problems;
}

/** What the role has under a name that a spec gives. */
function knownIn<T>(known: Readonly<Record<string, T>>, name: string, { what, reason, role, path, problems }: Asked): T | undefined {
  const found = namedIn(known, name);
  const names = Object.keys(known);
  if (found === undefined) problems.add(path, reason, `the role ${role.name} has no ${what} ${shown(name)}${inWords(names)}`, { key: true, ...didYouMean(name, names) });
  return found;
}

/** Keys can be set of files that are made from keys, and are Troupe's to write. */
function checkSettings(role: Role, path: string, set: JsonObject, at: Path, problems: Problems): void {
  const file = knownIn(role.files, path, { what: "file", reason: "FILE_UNKNOWN", role, path: at, problems });
  if (file === undefined) return;
  const { content, owner } = file;
  if (owner === "app") problems.add([...at, "set"], "FIELD_NOT_APPLICABLE", "the file is the application's own once it is written, so that nothing set here would reach it: use the application's own means");
  else if (content.kind === "text") problems.add([...at, "set"], "FIELD_NOT_APPLICABLE", "the file is a text, which has no keys: only the definition can change it");
  else if (!isNested(content.format)) for (const [key, value] of Object.entries(set)) checkFlatSetting(content.format, key, value, [...at, "set", key], problems);
}

function checkFlatSetting(format: FileFormat, key: string, value: Json, path: Path, problems: Problems): void {
  const wrong = whyNotKey(format, key);
  if (wrong !== undefined) problems.add(path, "NAME_INVALID", `${shown(key)} ${wrong}`, { key: true });
  if (typeof value === "object" && value !== null) problems.add(path, "TYPE_WRONG", `must be text, a number or true or false: ${format} has no lists or maps`);
  const wrongText = typeof value === "string" ? whyNotText(format, value) : undefined;
  if (wrongText !== undefined) problems.add(path, "CHARACTER_INVALID", wrongText);
}

function checkMembers(role: Role, wanted: RoleSpec, clusterName: string, problems: Problems): void {
  const count = wanted.members ?? role.members.default;
  const path = ["spec", "roles", role.name, "members"];
  if (!isLegal(role.members, count)) problems.add(path, "MEMBERS_ILLEGAL", `${count} is not possible for ${role.name}: it may have ${membersInWords(role.members)}`, { suggestion: `nearest: ${anyOf(nearestLegal(role.members, count).map(String))}` });
  checkLength(clusterName, "pod", `${role.name}-${Math.max(0, count - 1)}`, problems);
  for (const service of Object.keys(role.services)) checkLength(clusterName, "service", service, problems);
}

/** Names of pods and Services are labels of DNS. */
function checkLength(clusterName: string, what: string, rest: string, problems: Problems): void {
  const name = `${clusterName}-${rest}`;
  if (name.length > longest.pod) problems.add(["metadata", "name"], "NAME_TOO_LONG", `the ${what} ${name} would have a name of ${name.length} characters, and at most ${longest.pod} are possible: shorten the cluster's name by ${name.length - longest.pod}`);
}

/** A pass looks at all members of a cluster, and its objects hold their addresses. */
const mostClusterMembers = 1000;

function checkTotal(roles: readonly Role[], spec: ClusterSpec, problems: Problems): void {
  const total = roles.reduce((sum, { name, members }) => sum + (namedIn(spec.roles, name)?.members ?? members.default), 0);
  if (total > mostClusterMembers) problems.add(["spec", "roles"], "TOO_LARGE", `the roles have ${total} members in all, and at most ${mostClusterMembers} are possible in a cluster`);
}

type Resource = "cpu" | "memory";
/** The roles whose members' resources some expression computes with. */
type Computed = Readonly<Record<Resource, ReadonlySet<RoleName>>>;

function checkResources(role: Role, wanted: RoleSpec, computed: Computed, problems: Problems): void {
  for (const resource of ["cpu", "memory"] as const) checkResource(role, wanted, resource, computed, problems);
}

function checkResource(role: Role, wanted: RoleSpec, resource: Resource, computed: Computed, problems: Problems): void {
  const given = wanted[resource] ?? role[resource];
  const least = role.min[resource];
  const path = ["spec", "roles", role.name, resource];
  if (given === undefined && computed[resource].has(role.name)) problems.add(path, resource === "cpu" ? "CPU_MISSING" : "MEMORY_MISSING", `the definition computes with the ${resource} of ${role.name} members, so it must be given`);
  if (given === undefined || least === undefined || compareQuantities(parseQuantity(given), parseQuantity(least)) >= 0) return;
  problems.add(path, "BELOW_MINIMUM", `${given} is less than ${role.name} needs: at least ${least}`);
}

/** In templates of the role itself, or from anywhere. */
function computedWith(app: App): Computed {
  const reads = [
    ...Object.values(app.roles).flatMap((role) => templatesIn(role).map(({ template }) => ({ of: role.name, reads: readsOf(template) }))),
    ...Object.values(app.exports).map((template) => ({ of: undefined, reads: readsOf(template) })),
  ];
  const rolesWith = (field: string) => new Set(reads.flatMap(({ of, reads: { member, otherMembers, roles } }) => [...(of !== undefined && member.includes(field) ? [of] : []), ...(otherMembers.includes(field) ? roles : [])]));
  return { cpu: rolesWith("cpu"), memory: rolesWith("memoryMiB") };
}
