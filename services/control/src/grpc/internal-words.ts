import { canonicalJson } from "@troupe/domain/canonical";
import { Failure } from "@troupe/domain/failure";
import type { ClusterRecord } from "@troupe/domain/life/record";
import type { ClusterStatus, MemberStatus } from "@troupe/domain/life/status";
import type { Intent, Sources } from "@troupe/domain/plan/sources";
import * as wire from "@troupe/proto/troupe/internal/v1/reconciler";
import type { Acked, Report } from "../status/report.ts";

/** Between control and reconcilers: values of the domain travel as JSON (docs/adr/0002). */

export function toWireSources(sources: Sources): wire.Sources {
  const { uid, project, target, namespace, name, labels, version, generation, intent, app, spec, needs, formed, lastRecord, orders } = sources;
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
      uid,
      guard: { epoch: safe(epoch), seq: safe(seq) },
      status: parseStatus(status),
      allMembers,
      members: members.map(({ role, index, status: member }) => ({ key: `${role}/${index}`, status: member === "" ? undefined : (cleanJson(member) as MemberStatus) })),
      record: record === "" ? undefined : (cleanJson(record) as ClusterRecord),
    };
  } catch (cause) {
    throw new Failure("invalid", `the report of cluster ${uid} cannot be read`, { reason: "REPORT_MALFORMED", cause });
  }
}

/** Made by a reconciler from the same type: only what everything here relies on is looked at. */
function parseStatus(text: string): ClusterStatus {
  const status = cleanJson(text) as Partial<Record<keyof ClusterStatus, unknown>> | null;
  const lists = [status?.conditions, status?.roles, status?.waiting, status?.kept];
  const isWhole = typeof status?.state === "string" && Number.isSafeInteger(status.observedGeneration) && lists.every(Array.isArray) && typeof status.exports === "object" && status.exports !== null;
  if (!isWhole) throw new TypeError("it is no status of a cluster");
  return status as unknown as ClusterStatus;
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
  return JSON.parse(text, isSuspect ? (_key, value: unknown) => (typeof value === "string" ? value.replaceAll("\0", "").toWellFormed() : value) : undefined);
}
