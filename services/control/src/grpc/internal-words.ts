import { canonicalJson } from "@troupe/domain/canonical";
import { Failure } from "@troupe/domain/failure";
import type { ClusterRecord } from "@troupe/domain/life/record";
import type { ClusterStatus, MemberStatus } from "@troupe/domain/life/status";
import type { Intent, Sources } from "@troupe/domain/plan/sources";
import * as wire from "@troupe/proto/troupe/internal/v1/reconciler";
import { z } from "zod";
import type { Acked, Report } from "../status/report.ts";

/** Between control and reconcilers: values of the domain travel as JSON (docs/adr/0002). */

export function toWireSources(sources: Sources): wire.Sources {
  const { uid, project, target, namespace, name, labels, version, generation, intent, app, spec, needs, formed, lastRecord, continued, orders } = sources;
  return {
    uid,
    project,
    target,
    namespace,
    name,
    labels,
    version: BigInt(version),
    generation: BigInt(generation),
    intent: toWireIntent(intent),
    app,
    spec: canonicalJson(spec),
    needs: canonicalJson(needs),
    formed,
    lastRecord: lastRecord ? JSON.stringify(lastRecord) : "",
    continued: BigInt(continued),
    orders: orders.map(({ id, kind, args }) => ({ id, kind, args: canonicalJson(args) })),
  };
}

function toWireIntent(intent: Intent): wire.Intent {
  switch (intent.kind) {
    case "run":
      return { kind: { $case: "run", value: true } };
    case "delete":
      return { kind: { $case: "delete", value: { deleteVolumes: intent.deleteVolumes } } };
  }
}

/** A report that cannot be read is of no use again; the others of its message are. */
export function parseReport({ uid, epoch, seq, status, allMembers, members, record }: wire.StatusReport): Report {
  try {
    return {
      uid: uidShape.parse(uid),
      guard: { epoch: safe(epoch), seq: safe(seq) },
      status: parseStatus(status),
      allMembers,
      members: members.map(({ role, index, status: member }) => ({ key: `${cleanText(role)}/${index}`, status: member === "" ? undefined : parseMember(member) })),
      record: record === "" ? undefined : (cleanJson(record) as ClusterRecord),
    };
  } catch (cause) {
    throw new Failure("invalid", `the report of cluster ${uid} cannot be read`, { reason: "REPORT_MALFORMED", cause });
  }
}

/*
 * Made by a reconciler from the same type, perhaps a newer one: what goes into the database, into an answer or into the
 * arithmetic here must be of its kind, so that one report cannot fail those beside it. Words may be unknown, and others may be there.
 */
const uidShape = z.guid().lowercase();
const count = z.int32();
const statusShape = z.looseObject({
  state: z.string(),
  observedGeneration: z.int(),
  conditions: z.array(z.looseObject({ type: z.string(), status: z.string(), reason: z.string(), message: z.string(), observedGeneration: z.int() })),
  roles: z.array(z.looseObject({ role: z.string(), wanted: count, ready: count, updated: count })),
  // What a Date can be.
  waiting: z.array(z.looseObject({ what: z.string(), reason: z.string(), message: z.string(), since: z.number().min(-8.64e15).max(8.64e15) })),
  exports: z.record(z.string(), z.union([z.string(), z.object({ namespace: z.string(), secret: z.string(), key: z.string() })])),
  formed: z.boolean(),
  gone: z.boolean(),
  kept: z.array(z.string()),
});
const memberShape = z.looseObject({ role: z.string(), index: count, name: z.string(), host: z.string(), id: count, life: count, state: z.string(), ready: z.boolean(), node: z.string().optional(), podUid: z.string().optional(), restarts: count, message: z.string().optional() });

function parseStatus(text: string): ClusterStatus {
  return statusShape.parse(cleanJson(text)) as unknown as ClusterStatus;
}

function parseMember(text: string): MemberStatus {
  return memberShape.parse(cleanJson(text)) as unknown as MemberStatus;
}

const outcomes: Readonly<Record<Acked["outcome"], wire.StatusOutcome>> = {
  unreadable: wire.StatusOutcome.STATUS_OUTCOME_UNSPECIFIED,
  stored: wire.StatusOutcome.STATUS_OUTCOME_STORED,
  old: wire.StatusOutcome.STATUS_OUTCOME_OLD,
  unknown: wire.StatusOutcome.STATUS_OUTCOME_UNKNOWN_CLUSTER,
};

export function toWireAck({ uid, epoch, seq }: wire.StatusReport, outcome: Acked["outcome"]): wire.StatusAck {
  return { uid, epoch, seq, outcome: outcomes[outcome] };
}

function safe(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is beyond what can be counted`);
  return number;
}

/** Messages in a status come from programs of all kinds: what PostgreSQL cannot keep is taken out of them. */
function cleanJson(text: string): unknown {
  const isSuspect = /\\u(?:0000|[dD][89a-fA-F])/.test(text);
  return JSON.parse(text, isSuspect ? (_key, value: unknown) => cleaned(value) : undefined);
}

function cleaned(value: unknown): unknown {
  if (typeof value === "string") return cleanText(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleanText(key), inner]));
}

function cleanText(text: string): string {
  return text.replaceAll("\0", "").toWellFormed();
}
