import { mapNames } from "../by-name.ts";
import type { ExportValue } from "../expression/value.ts";
import { Failure } from "../failure.ts";
import type { RoleName, Uid } from "../name.ts";

/**
 * Our notes about one cluster, kept in its target: what was done and cannot be seen in the objects.
 * Stored whole in a ClusterRecord resource; every write is a compare-and-swap by resource version.
 */
export interface ClusterRecord {
  readonly uid: Uid;
  readonly project: string;
  /** Version of the sources that the last write acted on. */
  readonly version: number;
  /** Of the owner that wrote last; a lower epoch may not write. Filled in when it is saved. */
  readonly epoch: number;
  /** The build whose definition the members follow: `name@version+build`. */
  readonly app: string;
  /** All roles have formed once. */
  readonly formed: boolean;
  readonly ordersDone: readonly string[];
  /** slot → export → value, as last told: what a formed cluster goes on with while its provider does not say. */
  readonly needs: Readonly<Record<string, Readonly<Record<string, ExportValue>>>>;
  readonly roles: Readonly<Record<RoleName, RoleRecord>>;
  /** Of a cluster that runs to its end: how many pods have failed since its spec had this generation. */
  readonly job?: { readonly generation: number; readonly retries: number } | undefined;
  /** role → index (decimal) → member. */
  readonly members: Readonly<Record<RoleName, Readonly<Record<string, MemberRecord>>>>;
}

export interface RoleRecord {
  /** Indices planned at the role's first creation: they count from the beginning. */
  readonly firstSet: readonly number[];
  /** The whole first set has been ready once. */
  readonly formed: boolean;
  /** All of its members were stopped together, and are not all back yet. */
  readonly allDown?: boolean | undefined;
  /** Of a role that starts all or none: since when one of them has found no place, and for the how manieth time. */
  readonly gang?: { readonly sinceMs: number; readonly tries: number } | undefined;
  /** index → the life that its next member starts with; survives the member. */
  readonly nextLife: Readonly<Record<string, number>>;
}

/**
 * What is noted of a member's state: what a restart of ours must remember. States between these have no hooks yet that
 * could run twice, so they are read off the pod (`transitions.ts`) and cost no write.
 */
export type NotedState = "planned" | "in" | "gone" | "done";
export type StartMode = "bootstrap" | "join" | "rejoin";

export interface MemberRecord {
  readonly life: number;
  /** How its next process starts. */
  readonly start: StartMode;
  readonly state: NotedState;
  /** When the state was entered: milliseconds since 1970, by the owner's clock. */
  readonly since: number;
  /** volume → claim name. Fixed for a life; an adopted one keeps the name it was made with. */
  readonly claims: Readonly<Record<string, string>>;
  /** Volumes whose claims have not been seen yet. Of a member that counts, any other claim that is not there is lost. */
  readonly unmade: readonly string[];
  /** Its removal is planned. */
  readonly leaving: boolean;
  /** Uid of the pod with which it came to count, where hooks are due in each that comes after it. */
  readonly firstPod?: Uid | undefined;
  /** Uid of its last pod that failed, where the cluster runs to its end. */
  readonly failedPod?: Uid | undefined;
}

/** Reads a record as stored; fields of later versions are left out. Throws Failure `internal` when it is none. */
export function decodeRecord(value: unknown): ClusterRecord {
  const record = fieldsOf(value, "record");
  return {
    uid: text(record, "uid"),
    project: text(record, "project"),
    version: number(record, "version"),
    epoch: number(record, "epoch"),
    app: text(record, "app"),
    formed: record["formed"] === true,
    ordersDone: listOf(record["ordersDone"]).map(String),
    needs: mapOf(record["needs"], (exports) => mapOf(exports, decodeExport)),
    ...(record["job"] !== undefined && { job: decodeNumbers(record["job"], "generation", "retries") }),
    roles: mapOf(record["roles"], decodeRole),
    members: mapOf(record["members"], (members) => mapOf(members, decodeMember)),
  };
}

function decodeRole(value: unknown): RoleRecord {
  const role = fieldsOf(value, "role");
  return {
    firstSet: listOf(role["firstSet"]).map(Number),
    formed: role["formed"] === true,
    ...(role["allDown"] !== undefined && { allDown: role["allDown"] === true }),
    ...(role["gang"] !== undefined && { gang: decodeNumbers(role["gang"], "sinceMs", "tries") }),
    nextLife: mapOf(role["nextLife"], Number),
  };
}

function decodeNumbers<A extends string, B extends string>(value: unknown, a: A, b: B): Readonly<Record<A | B, number>> {
  const fields = fieldsOf(value, `${a} and ${b}`);
  return { [a]: number(fields, a), [b]: number(fields, b) } as Readonly<Record<A | B, number>>;
}

/** A text, or where a secret is. */
function decodeExport(value: unknown): ExportValue {
  if (typeof value === "string") return value;
  const reference = fieldsOf(value, "export");
  return { namespace: text(reference, "namespace"), secret: text(reference, "secret"), key: text(reference, "key") };
}

function decodeMember(value: unknown): MemberRecord {
  const member = fieldsOf(value, "member");
  return {
    life: number(member, "life"),
    start: oneOf(member, "start", ["bootstrap", "join", "rejoin"]),
    state: oneOf(member, "state", ["planned", "in", "gone", "done"]),
    since: number(member, "since"),
    claims: mapOf(member["claims"], String),
    unmade: listOf(member["unmade"]).map(String),
    leaving: member["leaving"] === true,
    ...(member["firstPod"] !== undefined && { firstPod: text(member, "firstPod") }),
    ...(member["failedPod"] !== undefined && { failedPod: text(member, "failedPod") }),
  };
}

function mapOf<T>(value: unknown, decode: (item: unknown) => T): Readonly<Record<string, T>> {
  return mapNames(fieldsOf(value ?? {}, "map"), decode);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldsOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw broken(`its ${what} is no object`);
  return value as Readonly<Record<string, unknown>>;
}

function text(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw broken(`${name} is no text`);
  return value;
}

function number(fields: Readonly<Record<string, unknown>>, name: string): number {
  const value = fields[name];
  if (typeof value !== "number" || !Number.isFinite(value)) throw broken(`${name} is no number`);
  return value;
}

function oneOf<T extends string>(fields: Readonly<Record<string, unknown>>, name: string, values: readonly T[]): T {
  const found = values.find((value) => value === fields[name]);
  if (found === undefined) throw broken(`${name} is ${String(fields[name])}, and not one of ${values.join(", ")}`);
  return found;
}

function broken(what: string): Failure {
  return new Failure("internal", `a cluster's record cannot be read: ${what}`, { reason: "BROKEN_RECORD" });
}
