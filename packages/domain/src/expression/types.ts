import { mapNames } from "../by-name.ts";
import type { App, Param } from "../language/app.ts";
import type { RoleName } from "../name.ts";
import type { Root } from "./syntax.ts";

/**
 * Where an expression stands, which says what it can read: in a member's pod or files · in no member (`cluster`: exports) · where
 * a role or a Secret is chosen before there is anything (`choice`) · in hooks: of one member (`target`), of a standing that is
 * handed over (`handover`), of many (`crowd`) · in steps of an operation (`operation`).
 */
export type Place = "member" | "cluster" | "choice" | "target" | "handover" | "crowd" | "operation";

/** What the names of an app's expressions are, in the words of CEL. */
export interface TypeEnvironment {
  readonly place: Place;
  /** Root → its type. */
  readonly variables: Readonly<Partial<Record<Root, string>>>;
  /** Type → field → type, of the types that every app has. */
  readonly common: Readonly<Record<string, Fields>>;
  /** The same of the types that each app has its own of. */
  readonly own: Readonly<Record<string, Fields>>;
  /** Role → names of its ports. */
  readonly ports: Readonly<Record<RoleName, readonly string[]>>;
  /** Role → names of its services that follow a standing. */
  readonly services: Readonly<Record<RoleName, readonly string[]>>;
}

export type Fields = Readonly<Record<string, string>>;

export const commonTypes = {
  Cluster: { name: "string", id: "string", project: "string", namespace: "string", domain: "string", upgrade: "dyn" },
  OwnRole: { name: "string", count: "int" },
  Member: { index: "int", id: "int", name: "string", host: "string", cpu: "double", memoryMiB: "int", gpu: "int", start: "string", leaving: "bool", standing: "string", facts: "dyn" },
  Role: { members: "list<Member>", all: "list<Member>", count: "int" },
  Secret: {},
  Change: { kind: "string", old: "dyn", new: "dyn" },
  Attempt: { id: "string", number: "int" },
} as const satisfies Readonly<Record<string, Fields>>;

const chosen = { cluster: "Cluster", params: "Params" };
const shared = { ...chosen, roles: "Roles", secrets: "Secrets", exports: "Exports", needs: "Needs" };
const inMember = { ...shared, role: "OwnRole", member: "Member" };
const inHook = { ...inMember, change: "Change", attempt: "Attempt" };

/** What expressions begin with. */
export const variablesAt: Readonly<Record<Place, TypeEnvironment["variables"]>> = {
  choice: chosen,
  cluster: shared,
  member: inMember,
  crowd: inHook,
  target: { ...inHook, target: "Member" },
  handover: { ...inHook, target: "Member", from: "Member", to: "Member" },
  operation: { ...inHook, args: "map<string, dyn>" },
};

export function typesOf(app: App, place: Place, exportTypes: Fields): TypeEnvironment {
  return {
    place,
    variables: variablesAt[place],
    common: commonTypes,
    own: {
      Roles: mapNames(app.roles, () => "Role"),
      Params: mapNames(app.params, typeOfParam),
      Secrets: mapNames(app.secrets, () => "Secret"),
      Exports: exportTypes,
      // An optional slot that is bound to nothing is null; what is offered is text, or a secret.
      Needs: mapNames(app.needs, ({ optional }) => (optional ? "dyn" : "map<string, dyn>")),
    },
    ports: mapNames(app.roles, ({ ports }) => Object.keys(ports)),
    services: mapNames(app.roles, ({ services }) => Object.keys(services)),
  };
}

/** A param that may be without a value is null then, so that its type is open. */
function typeOfParam({ type, required, default: fallback }: Param): string {
  if (!required && fallback === undefined) return "dyn";
  switch (type) {
    case "string":
    case "quantity":
    case "duration":
      return "string";
    case "integer":
      return "int";
    case "number":
      return "double";
    case "boolean":
      return "bool";
    case "array":
      return "list<dyn>";
    case "object":
      return "map<string, dyn>";
  }
}
