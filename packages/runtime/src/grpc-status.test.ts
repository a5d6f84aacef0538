import { Metadata, type ServiceError, status as codes } from "@grpc/grpc-js";
import { Failure, type FailureKind, type FailureReason, type Problem } from "@troupe/domain/failure";
import { BadRequest, PreconditionFailure, QuotaFailure, ResourceInfo, RetryInfo } from "@troupe/proto/google/rpc/error_details";
import { Status } from "@troupe/proto/google/rpc/status";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type GrpcStatus, toFailure, toStatus } from "./grpc-status.ts";

const kinds: readonly FailureKind[] = ["invalid", "not_found", "already_exists", "conflict", "stale", "too_old", "denied", "unauthenticated", "exhausted", "unavailable", "internal"];

/** As a caller gets it. */
function caught({ code, details, metadata }: Partial<GrpcStatus>): ServiceError {
  return Object.assign(new Error(details), { code: code ?? codes.UNKNOWN, details: details ?? "", metadata: metadata ?? new Metadata() });
}

function partsOf({ kind, reason, message, problems, facts, retryAfterMs }: Failure) {
  return { kind, reason, message, problems, facts, retryAfterMs };
}

function detailsOf(failure: Failure): ReadonlyMap<string, Uint8Array> {
  const [bytes] = toStatus(failure).metadata.get("grpc-status-details-bin");
  if (!(bytes instanceof Uint8Array)) throw new Error("no details");
  return new Map(Status.decode(bytes).details.map(({ typeUrl, value }) => [typeUrl.replace("type.googleapis.com/", ""), value]));
}

const problem: Problem = { path: "spec.roles.broker.members", line: 7, column: 3, reason: "TOO_FEW", message: "is 0, at least 1 is needed", suggestion: "1" };

describe("a failure on the wire", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 60 });
  const reasons = fc.constantFrom<FailureReason>("INVALID", "ETAG_STALE", "IN_USE");
  const problems = fc.record(
    {
      path: text,
      reason: reasons,
      message: text,
      line: fc.integer({ min: 1, max: 1e6 }),
      column: fc.integer({ min: 1, max: 1e6 }),
      suggestion: text.filter((suggestion) => suggestion !== ""),
    },
    { requiredKeys: ["path", "reason", "message"] },
  );
  const failures = fc
    .record({
      kind: fc.constantFrom(...kinds.filter((kind) => kind !== "internal")),
      message: text,
      reason: reasons,
      problems: fc.array(problems, { maxLength: 4 }),
      facts: fc.dictionary(fc.constantFrom("resource", "oldestRevision", "app"), text),
      retryAfterMs: fc.option(fc.nat({ max: 3_600_000 }), { nil: undefined }),
    })
    .map(({ kind, message, ...details }) => new Failure(kind, message, details));

  it("comes back as it was sent", () => {
    fc.assert(
      fc.property(failures, (failure) => {
        const retryAfterMs = failure.retryAfterMs ?? (failure.kind === "unavailable" ? 1_000 : undefined);
        expect(partsOf(toFailure(caught(toStatus(failure))))).toEqual({ ...partsOf(failure), retryAfterMs });
      }),
    );
  });

  it("is the same after a second hop", () => {
    fc.assert(
      fc.property(failures, (failure) => {
        const once = toFailure(caught(toStatus(failure)));
        expect(partsOf(toFailure(caught(toStatus(once))))).toEqual(partsOf(once));
      }),
    );
  });

  it("has a status code of its own for each kind", () => {
    expect(new Set(kinds.map((kind) => toStatus(new Failure(kind, "x")).code)).size).toBe(kinds.length);
    expect(toStatus(new Failure("stale", "x")).code).toBe(codes.ABORTED);
    expect(toStatus(new Failure("too_old", "x")).code).toBe(codes.OUT_OF_RANGE);
  });

  it("has the details that generic tools read", () => {
    const about = (kind: FailureKind, details: ConstructorParameters<typeof Failure>[2] = {}) => detailsOf(new Failure(kind, "no", { facts: { resource: "projects/p/clusters/c" }, ...details }));
    const read = <T>(message: { decode(bytes: Uint8Array): T }, bytes: Uint8Array | undefined) => bytes && message.decode(bytes);
    expect(read(BadRequest, about("invalid", { problems: [problem] }).get("google.rpc.BadRequest"))?.fieldViolations).toMatchObject([{ field: problem.path, description: problem.message, reason: "TOO_FEW" }]);
    expect(read(ResourceInfo, about("not_found").get("google.rpc.ResourceInfo"))?.resourceName).toBe("projects/p/clusters/c");
    expect(read(PreconditionFailure, about("conflict", { reason: "PROTECTED" }).get("google.rpc.PreconditionFailure"))?.violations).toMatchObject([{ type: "PROTECTED", subject: "projects/p/clusters/c" }]);
    expect(read(QuotaFailure, about("exhausted").get("google.rpc.QuotaFailure"))?.violations).toHaveLength(1);
    expect(read(RetryInfo, about("exhausted", { retryAfterMs: 1_500 }).get("google.rpc.RetryInfo"))?.retryDelay).toEqual({ seconds: 1n, nanos: 500_000_000 });
    expect(about("exhausted", { retryAfterMs: 1_500 }).has("google.rpc.QuotaFailure")).toBe(false);
    expect(about("unavailable").has("google.rpc.RetryInfo")).toBe(true);
  });

  it("tells nothing from inside of an internal one but its id", () => {
    const failure = new Failure("internal", "relation event does not exist", { problems: [problem], facts: { errorId: "id-1", query: "select" } });
    const status = toStatus(failure);
    expect(status.details).toBe("internal error: quote id-1");
    const seen = toFailure(caught(status));
    expect(seen).toMatchObject({ kind: "internal", facts: { errorId: "id-1" }, problems: [] });
    expect(partsOf(toFailure(caught(toStatus(seen))))).toEqual(partsOf(seen));
    expect(toStatus(new Failure("internal", "relation event does not exist")).details).not.toContain("relation");
  });

  it("stays below 8 KiB of trailers, tells the first problems and counts the others", () => {
    const many = Array.from({ length: 2_000 }, (_, index) => ({ ...problem, path: `spec.roles[${index}]` }));
    const status = toStatus(new Failure("invalid", "много ".repeat(500), { problems: many }));
    expect(sizeOf(status)).toBeLessThan(8_192);
    const { problems: told, facts } = toFailure(caught(status));
    expect(told.length).toBeGreaterThan(20);
    expect(told).toEqual(many.slice(0, told.length));
    expect(Number(facts["problemsLeftOut"])).toBe(many.length - told.length);
  });

  it("stays below 8 KiB of trailers for any text", () => {
    const hostile = fc.string({ unit: "binary", maxLength: 3_000 });
    fc.assert(
      fc.property(fc.constantFrom(...kinds), hostile, fc.array(hostile, { maxLength: 30 }), hostile, (kind, message, paths, fact) => {
        const status = toStatus(new Failure(kind, message, { facts: { resource: fact }, problems: paths.map((path) => ({ ...problem, path })) }));
        expect(sizeOf(status)).toBeLessThan(8_192);
      }),
      { numRuns: 50 },
    );
  });
});

describe("a status that no server of ours sent", () => {
  const seen = (code: codes, details = "") => toFailure(caught({ code, details }), "control");

  it("is unavailable when the connection failed, and does not tell addresses", () => {
    const failure = seen(codes.UNAVAILABLE, "No connection established. Last error: connect ECONNREFUSED 10.0.0.7:7402");
    expect(failure).toMatchObject({ kind: "unavailable", retryAfterMs: 1_000 });
    expect(failure.message).toContain("control");
    expect(failure.message).not.toContain("10.0.0.7");
    expect(seen(codes.INTERNAL, "Received RST_STREAM with code 2 triggered by internal client error: read EPIPE").kind).toBe("unavailable");
    expect(seen(codes.CANCELLED).kind).toBe("unavailable");
  });

  it("is unavailable when the deadline passed", () => {
    expect(seen(codes.DEADLINE_EXCEEDED)).toMatchObject({ kind: "unavailable", reason: "DEADLINE_EXCEEDED" });
  });

  it("has the kind of its code, or is internal", () => {
    expect(seen(codes.RESOURCE_EXHAUSTED, "Received message larger than max").kind).toBe("exhausted");
    expect(seen(codes.UNIMPLEMENTED)).toMatchObject({ kind: "invalid", reason: "UNIMPLEMENTED" });
    expect(seen(codes.UNKNOWN).kind).toBe("internal");
    expect(toFailure(new TypeError("x is not a function")).kind).toBe("internal");
    expect(toFailure("nonsense").kind).toBe("internal");
  });

  it("is a failure already when it is one", () => {
    const failure = new Failure("denied", "no");
    expect(toFailure(failure)).toBe(failure);
  });

  it("may have details that are not ours", () => {
    const metadata = new Metadata();
    metadata.set("grpc-status-details-bin", Buffer.from([255, 255, 255]));
    expect(toFailure(caught({ code: codes.NOT_FOUND, details: "gone", metadata }))).toMatchObject({ kind: "not_found", message: "gone" });
  });
});

function sizeOf({ details, metadata }: GrpcStatus): number {
  const [bytes] = metadata.get("grpc-status-details-bin");
  return encodeURI(details).length + Math.ceil((Buffer.from(bytes ?? "").length * 4) / 3) + 150;
}
