import type { Failure, FailureDetails, FailureKind, FailureReason, Problem } from "@troupe/domain/failure";
import type { Any } from "@troupe/proto/google/protobuf/any";
import { BadRequest, ErrorInfo, PreconditionFailure, QuotaFailure, ResourceInfo, RetryInfo } from "@troupe/proto/google/rpc/error_details";
import { Status } from "@troupe/proto/google/rpc/status";
import { Problems } from "@troupe/proto/troupe/v1/problem";

type Facts = Readonly<Record<string, string>>;

/** Whose reasons these are, in ErrorInfo. */
const domain = "troupe.dev";
const longestText = 400;
const defaultRetryMs = 1_000;

interface Told {
  readonly code: number;
  readonly message: string;
  readonly failure: Failure;
}

/** The google.rpc.Status of a failure, in at most about `budget` bytes: problems that do not fit are counted in the fact `problemsLeftOut`. */
export function encodeDetails({ code, message, failure }: Told, budget: number): Buffer {
  const { reason } = failure;
  const { problems, facts } = openPartOf(failure);
  const others = [...aboutKind(failure, facts, message)];
  const room = budget - sizeOf([errorInfo(reason, { ...facts, problemsLeftOut: "00000" }), ...others]) - Buffer.byteLength(message) - 16;
  const ours = firstThatFit(problems.map(problemToWire), (problem) => Problems.encode({ problems: [problem] }), room);
  const leftOut = problems.length - ours.length;
  const info = errorInfo(reason, leftOut > 0 ? { ...facts, problemsLeftOut: String(leftOut) } : facts);
  const told = ours.length > 0 ? [pack("troupe.v1.Problems", Problems.encode({ problems: ours }))] : [];
  const generic = failure.kind === "invalid" ? badRequest(ours, room - sizeOf(told)) : [];
  return Buffer.from(Status.encode({ code, message, details: [info, ...others, ...told, ...generic] }).finish());
}

/** What a server of ours said; undefined when the bytes come from elsewhere. */
export function decodeDetails(bytes: Uint8Array): { code: number; message: string; details: FailureDetails } | undefined {
  try {
    const { code, message, details } = Status.decode(bytes);
    const found = new Map(details.map(({ typeUrl, value }) => [typeUrl.slice(typeUrl.lastIndexOf("/") + 1), value]));
    const info = decode(ErrorInfo, found.get("google.rpc.ErrorInfo"));
    if (info?.domain !== domain) return undefined;
    const delay = decode(RetryInfo, found.get("google.rpc.RetryInfo"))?.retryDelay;
    const problems = decode(Problems, found.get("troupe.v1.Problems"))?.problems.map(problemOf) ?? [];
    const retry = delay && { retryAfterMs: Number(delay.seconds) * 1_000 + delay.nanos / 1_000_000 };
    return { code, message, details: { reason: info.reason as FailureReason, facts: info.metadata, problems, ...retry } };
  } catch {
    return undefined; // details in another form than ours say no less than none
  }
}

/** Who is unavailable is worth another try a little later, whether or not it said when. */
export function retryAfterMsOf(kind: FailureKind, retryAfterMs: number | undefined): number | undefined {
  return retryAfterMs ?? (kind === "unavailable" ? defaultRetryMs : undefined);
}

/** Well-formed, as a header must be, and of bounded length: texts may quote what a caller sent. */
export function clip(text: string): string {
  const whole = text.length <= longestText ? text : `${text.slice(0, longestText - 1)}…`;
  return whole.toWellFormed();
}

function openPartOf({ kind, problems, facts }: Failure): { problems: readonly Problem[]; facts: Facts } {
  if (kind !== "internal") return { problems, facts };
  return { problems: [], facts: facts["errorId"] === undefined ? {} : { errorId: facts["errorId"] } };
}

function* aboutKind({ kind, reason, retryAfterMs }: Failure, facts: Facts, description: string): Generator<Any> {
  const resource = clip(facts["resource"] ?? "");
  const retryMs = retryAfterMsOf(kind, retryAfterMs);
  if (kind === "not_found") yield pack("google.rpc.ResourceInfo", ResourceInfo.encode({ resourceType: "", resourceName: resource, owner: "", description }));
  if (kind === "conflict") yield pack("google.rpc.PreconditionFailure", PreconditionFailure.encode({ violations: [{ type: reason, subject: resource, description }] }));
  if (kind === "exhausted" && retryMs === undefined) yield pack("google.rpc.QuotaFailure", QuotaFailure.encode(QuotaFailure.fromPartial({ violations: [{ subject: resource, description }] })));
  if (retryMs !== undefined) yield pack("google.rpc.RetryInfo", RetryInfo.encode({ retryDelay: durationOf(retryMs) }));
}

function errorInfo(reason: string, facts: Facts): Any {
  const metadata = Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, clip(value)]));
  return pack("google.rpc.ErrorInfo", ErrorInfo.encode({ reason, domain, metadata }));
}

type WireProblem = Problems["problems"][number];

/** The same problems as generic tools print them, as many as fit. */
function badRequest(problems: readonly WireProblem[], room: number): readonly Any[] {
  const all = problems.map(({ path, message, reason }) => ({ field: path, description: message, reason }));
  const violations = firstThatFit(all, (violation) => BadRequest.encode({ fieldViolations: [violation] }), room - 64);
  return violations.length > 0 ? [pack("google.rpc.BadRequest", BadRequest.encode({ fieldViolations: violations }))] : [];
}

function problemToWire({ path, line, column, reason, message, suggestion }: Problem): WireProblem {
  return { path: clip(path), line: line ?? 0, column: column ?? 0, reason, message: clip(message), suggestion: clip(suggestion ?? "") };
}

function problemOf({ path, line, column, reason, message, suggestion }: WireProblem): Problem {
  return {
    path,
    ...(line > 0 && { line }),
    ...(column > 0 && { column }),
    reason: reason as FailureReason,
    message,
    ...(suggestion !== "" && { suggestion }),
  };
}

interface Encoded {
  finish(): Uint8Array;
}

function firstThatFit<T>(items: readonly T[], encode: (item: T) => Encoded, room: number): readonly T[] {
  let left = room;
  const end = items.findIndex((item) => {
    left -= encode(item).finish().length + 2;
    return left < 0;
  });
  return end === -1 ? items : items.slice(0, end);
}

function pack(type: string, message: Encoded): Any {
  return { typeUrl: `type.googleapis.com/${type}`, value: Buffer.from(message.finish()) };
}

function sizeOf(packed: readonly Any[]): number {
  return packed.reduce((sum, { typeUrl, value }) => sum + typeUrl.length + value.length + 10, 0);
}

function durationOf(ms: number) {
  return { seconds: BigInt(Math.floor(ms / 1_000)), nanos: Math.round((ms % 1_000) * 1_000_000) };
}

function decode<T>(message: { decode(bytes: Uint8Array): T }, bytes: Uint8Array | undefined): T | undefined {
  return bytes && message.decode(bytes);
}
