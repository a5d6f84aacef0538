import { Failure } from "@troupe/domain/failure";
import { VolumeDeletion, WaitCondition } from "@troupe/proto/troupe/v1/cluster";
import type { Manifest } from "@troupe/proto/troupe/v1/resource";
import type { Call } from "@troupe/runtime/grpc-server";
import type { Caller } from "../caller.ts";
import type { ManifestText } from "../documents.ts";
import { type RequestOnce, requestOnce } from "../request-once.ts";

/** What handlers take from any request. */

export function callerOf({ metadata, peer }: Call): Caller {
  const traceparent = metadata["traceparent"];
  return {
    name: (metadata["troupe-caller"] || "anonymous").slice(0, 200),
    peer: (metadata["troupe-peer"] || peer).slice(0, 200),
    traceparent: traceparent !== undefined && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent) ? traceparent : undefined,
  };
}

/** `T`: a message type; what the same request says is the same whatever the order of its maps. */
export function onceOf<T extends { readonly requestId: string }>(method: string, codec: { toJSON(message: T): unknown }, request: T): RequestOnce | undefined {
  return request.requestId === "" ? undefined : requestOnce(method, request.requestId, codec.toJSON({ ...request, requestId: "" }));
}

export function manifestOf(manifest: Manifest | undefined): ManifestText {
  if (!manifest) throw missing("manifest");
  if (manifest.firstLine < 0) throw new Failure("invalid", `manifest.first_line is ${manifest.firstLine}: lines count from 1`, { reason: "FIELD_INVALID" });
  return { text: manifest.text, firstLine: manifest.firstLine, package: manifest.package };
}

export function missing(field: string): Failure {
  return new Failure("invalid", `${field} is missing`, { reason: "FIELD_MISSING", problems: [{ path: field, reason: "FIELD_MISSING", message: "is missing" }] });
}

/** A revision or a count. */
export function countOf(value: bigint, field: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Failure("invalid", `${field} is ${value}: it must be between 0 and 2^53`, { reason: "FIELD_INVALID", problems: [{ path: field, reason: "FIELD_INVALID", message: `is ${value}, and must be between 0 and 2^53` }] });
}

/** An enum's number that this server does not know decodes silently: it must not be taken for another one. */
export function unknownEnum(field: string, value: number): Failure {
  return new Failure("invalid", `${field} has the value ${value}, which is unknown here`, { reason: "ENUM_UNKNOWN", problems: [{ path: field, reason: "ENUM_UNKNOWN", message: `has the unknown value ${value}` }] });
}

export function deletesVolumes(volumes: number): boolean {
  switch (volumes) {
    case VolumeDeletion.VOLUME_DELETION_UNSPECIFIED:
    case VolumeDeletion.VOLUME_DELETION_KEEP:
      return false;
    case VolumeDeletion.VOLUME_DELETION_DELETE:
      return true;
    default:
      throw unknownEnum("volumes", volumes);
  }
}

export function untilOf(until: number): "ready" | "deleted" {
  switch (until) {
    case WaitCondition.WAIT_CONDITION_READY:
      return "ready";
    case WaitCondition.WAIT_CONDITION_DELETED:
      return "deleted";
    case WaitCondition.WAIT_CONDITION_UNSPECIFIED:
      throw missing("until");
    default:
      throw unknownEnum("until", until);
  }
}

const [usualWaitMs, longestWaitMs] = [5 * 60_000, 60 * 60_000];

export function timeoutMsOf(timeout: { readonly seconds: bigint; readonly nanos: number } | undefined): number {
  const timeoutMs = timeout ? Math.ceil(Number(timeout.seconds) * 1000 + timeout.nanos / 1_000_000) : usualWaitMs;
  if (timeoutMs >= 0 && timeoutMs <= longestWaitMs) return timeoutMs;
  throw new Failure("invalid", "timeout must be between 0 and 1 h", { reason: "FIELD_INVALID", problems: [{ path: "timeout", reason: "FIELD_INVALID", message: "must be between 0 and 1 h" }] });
}
