import { namedIn } from "../by-name.ts";
import { Failure } from "../failure.ts";
import { isJsonList, type Json } from "../json.ts";
import type { ParamType } from "../language/app.ts";
import type { ClusterScope, MemberScope, RoleScope, Scope } from "./scope.ts";
import { SecretReference, type ExportValue } from "./value.ts";

/** What the names of an expression are bound to, as values of CEL: integers are bigints, records are instances of the classes below. */
export type Bindings = Readonly<Record<string, unknown>>;

/** Fields by name; a class each, since CEL knows a value's type by its class. */
export class Params extends Map<string, unknown> {}
export class Secrets extends Map<string, SecretReference> {}
export class Needs extends Map<string, unknown> {}

export class Roles extends Map<string, RoleValue> {
  /** `{role: ["host:port", …]}` over the roles that have members and this port. */
  topology(port: string): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries([...this].filter(([, role]) => role.all.length > 0 && role.has(port)).map(([name, role]) => [name, role.addresses(role.all, port)]));
  }
}

/** Evaluates an export when it is read, once. */
export class Exports extends Map<string, unknown> {
  readonly #evaluate: (name: string) => unknown;

  constructor(evaluate: (name: string) => unknown) {
    super();
    this.#evaluate = evaluate;
  }

  override get(name: string): unknown {
    if (!this.has(name)) this.set(name, this.#evaluate(name));
    return super.get(name);
  }
}

export class ClusterValue {
  readonly name: string;
  readonly id: string;
  readonly project: string;
  readonly namespace: string;
  readonly domain: string;
  /** null: no change of version is under way. */
  readonly upgrade = null;

  constructor({ name, id, project, namespace, domain }: ClusterScope["cluster"]) {
    this.name = name;
    this.id = id;
    this.project = project;
    this.namespace = namespace;
    this.domain = domain;
  }
}

export class OwnRole {
  readonly name: string;
  readonly count: bigint;

  constructor(name: string, count: number) {
    this.name = name;
    this.count = BigInt(count);
  }
}

export class MemberValue {
  readonly index: bigint;
  readonly id: bigint;
  readonly name: string;
  readonly host: string;
  readonly cpu: number | undefined;
  readonly memoryMiB: bigint | undefined;
  readonly start: string;
  readonly gpu: bigint;
  readonly leaving: boolean;
  readonly standing: string;
  readonly facts: unknown;

  constructor({ index, id, name, host, cpu, memoryMiB, gpu, start, leaving, standing, facts }: MemberScope) {
    this.index = BigInt(index);
    this.id = BigInt(id);
    this.name = name;
    this.host = host;
    this.cpu = cpu;
    this.memoryMiB = memoryMiB === undefined ? undefined : BigInt(memoryMiB);
    this.start = start;
    this.gpu = BigInt(gpu);
    this.leaving = leaving;
    this.standing = standing;
    this.facts = deep(facts);
  }
}

export class RoleValue {
  readonly members: readonly MemberValue[];
  readonly all: readonly MemberValue[];
  readonly count: bigint;
  readonly #scope: RoleScope;

  constructor(scope: RoleScope, members: readonly MemberValue[], all: readonly MemberValue[]) {
    this.members = members;
    this.all = all;
    this.count = BigInt(scope.count);
    this.#scope = scope;
  }

  /** The same role as one of its members sees it, who always sees itself. */
  with(member: MemberValue): RoleValue {
    const others = this.members.filter(({ index }) => index !== member.index);
    return new RoleValue(this.#scope, [...others, member].toSorted((a, b) => Number(a.index - b.index)), this.all);
  }

  has(port: string): boolean {
    return Object.hasOwn(this.#scope.ports, port);
  }

  hosts(port: string): readonly string[] {
    return this.addresses(this.members, port);
  }

  addresses(members: readonly MemberValue[], port: string): readonly string[] {
    return members.map(({ host }) => `${host}:${this.#scope.ports[port]}`);
  }

  service(port: string): string {
    const address = namedIn(this.#scope.services, port);
    if (address === undefined) throw new Failure("invalid", `there is no service for ${port}`, { reason: "EXPRESSION_FAILED" });
    return address;
  }
}

/** What is the same for all members of a cluster is made once per `ClusterScope`. */
interface Shared {
  readonly cluster: Bindings;
  readonly roles: Roles;
  readonly members: WeakMap<MemberScope, MemberValue>;
}

const sharedOf = new WeakMap<ClusterScope, Shared>();
const bindingsOfScope = new WeakMap<Scope, Bindings>();

/** `evaluateExport` is asked at most once for each export of a cluster. */
export function bindingsOf(scope: Scope, evaluateExport: (name: string) => unknown): Bindings {
  const known = bindingsOfScope.get(scope);
  if (known) return known;
  const shared = sharedOf.get(scope.of) ?? share(scope.of, evaluateExport);
  const bindings = scope.self === undefined ? shared.cluster : bindSelf(shared, scope.of, scope.self);
  bindingsOfScope.set(scope, bindings);
  return bindings;
}

function bindSelf({ cluster, roles, members }: Shared, of: ClusterScope, self: NonNullable<Scope["self"]>): Bindings {
  const own = roles.get(self.role);
  const member = members.get(self.member) ?? new MemberValue(self.member);
  const seen = own === undefined || own.members.includes(member) ? roles : new Roles([...roles]).set(self.role, own.with(member));
  return { ...cluster, roles: seen, [hiddenRoles]: seen, role: new OwnRole(self.role, namedIn(of.roles, self.role)?.count ?? 0), member };
}

/** Where `topology` finds the roles: no variable of an expression can hide this name. */
export const hiddenRoles = "$roles";

function share(scope: ClusterScope, evaluateExport: (name: string) => unknown): Shared {
  const members = new WeakMap<MemberScope, MemberValue>();
  const valueOf = (member: MemberScope) => {
    const value = members.get(member) ?? new MemberValue(member);
    members.set(member, value);
    return value;
  };
  const roles = new Roles(Object.entries(scope.roles).map(([name, role]) => [name, new RoleValue(role, role.members.map(valueOf), role.all.map(valueOf))]));
  const cluster = {
    cluster: new ClusterValue(scope.cluster),
    roles,
    [hiddenRoles]: roles,
    params: new Params(Object.entries(scope.app.params).map(([name, { type }]) => [name, fromJson(namedIn(scope.params, name) ?? null, type)])),
    secrets: new Secrets(Object.keys(scope.app.secrets).map((name) => [name, new SecretReference({ kind: "own", name })])),
    exports: new Exports(evaluateExport),
    needs: new Needs(Object.keys(scope.app.needs).map((slot) => [slot, offered(namedIn(scope.needs, slot))])),
  };
  const shared = { cluster, roles, members };
  sharedOf.set(scope, shared);
  return shared;
}

/** What a provider offers; null where an optional slot is bound to nothing. */
function offered(exports: Readonly<Record<string, ExportValue>> | undefined): unknown {
  return exports === undefined ? null : new Map(Object.entries(exports).map(([name, value]) => [name, typeof value === "string" ? value : new SecretReference({ kind: "exported", of: value })]));
}

/** JSON has one kind of number: the declared type says which are integers; inside lists and maps, those without a fraction are. */
function fromJson(value: Json, type: ParamType): unknown {
  if (type === "integer" && typeof value === "number") return BigInt(value);
  return type === "array" || type === "object" ? deep(value) : value;
}

function deep(value: Json): unknown {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (isJsonList(value)) return value.map(deep);
  return new Map(Object.entries(value).map(([key, item]) => [key, deep(item)]));
}
