import { mapNames } from "../by-name.ts";
import type { App, Param } from "../language/app.ts";
import type { RoleName } from "../name.ts";
import type { Root } from "./syntax.ts";

/** Where an expression stands: in a member of a role, or in no member (exports). */
export type Place = "member" | "cluster";

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
}

export type Fields = Readonly<Record<string, string>>;

export const commonTypes = {
  Cluster: { name: "string", id: "string", project: "string", namespace: "string", domain: "string" },
  OwnRole: { name: "string", count: "int" },
  Member: { index: "int", id: "int", name: "string", host: "string", cpu: "double", memoryMiB: "int", start: "string", leaving: "bool" },
  Role: { members: "list<Member>", all: "list<Member>", count: "int" },
  Secret: {},
} as const satisfies Readonly<Record<string, Fields>>;

/** Parts of the language that a later version brings: refused by name, so that nobody wonders. */
export const laterFields: Readonly<Partial<Record<Root, readonly string[]>>> = { cluster: ["upgrade"], member: ["gpu", "standing", "facts"] };
export const laterRoots: readonly string[] = ["target", "from", "to", "change", "attempt"];

export function typesOf(app: App, place: Place, exportTypes: Fields): TypeEnvironment {
  const everywhere = { cluster: "Cluster", roles: "Roles", params: "Params", secrets: "Secrets", exports: "Exports", needs: "Needs" };
  return {
    place,
    variables: place === "member" ? { ...everywhere, role: "OwnRole", member: "Member" } : everywhere,
    common: commonTypes,
    own: {
      Roles: mapNames(app.roles, () => "Role"),
      Params: mapNames(app.params, typeOfParam),
      Secrets: mapNames(app.secrets, () => "Secret"),
      Exports: exportTypes,
      // An optional slot that is bound to nothing is null.
      Needs: mapNames(app.needs, ({ optional }) => (optional ? "dyn" : "map<string, string>")),
    },
    ports: mapNames(app.roles, ({ ports }) => Object.keys(ports)),
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
