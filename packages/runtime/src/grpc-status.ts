import { Metadata, status as codes } from "@grpc/grpc-js";
import { Failure, type FailureKind } from "@troupe/domain/failure";
import { clip, decodeDetails, encodeDetails, retryAfterMsOf } from "./grpc-details.ts";

/** What grpc-js sends at the end of a call that failed. */
export interface GrpcStatus {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
}

const detailsKey = "grpc-status-details-bin";

/**
 * C-core clients (Python, C++, Ruby, PHP) may refuse trailers above 8 KiB, and then the whole failure is lost: message and
 * details, as they are spelled in headers, stay below this.
 */
const trailersBudget = 7_800;

const codeOf: Readonly<Record<FailureKind, number>> = {
  invalid: codes.INVALID_ARGUMENT,
  not_found: codes.NOT_FOUND,
  already_exists: codes.ALREADY_EXISTS,
  conflict: codes.FAILED_PRECONDITION,
  stale: codes.ABORTED,
  too_old: codes.OUT_OF_RANGE,
  denied: codes.PERMISSION_DENIED,
  unauthenticated: codes.UNAUTHENTICATED,
  exhausted: codes.RESOURCE_EXHAUSTED,
  unavailable: codes.UNAVAILABLE,
  internal: codes.INTERNAL,
};

const kindOf: ReadonlyMap<number, FailureKind> = new Map<number, FailureKind>([
  [codes.INVALID_ARGUMENT, "invalid"],
  [codes.NOT_FOUND, "not_found"],
  [codes.ALREADY_EXISTS, "already_exists"],
  [codes.FAILED_PRECONDITION, "conflict"],
  [codes.ABORTED, "stale"],
  [codes.OUT_OF_RANGE, "too_old"],
  [codes.PERMISSION_DENIED, "denied"],
  [codes.UNAUTHENTICATED, "unauthenticated"],
  [codes.RESOURCE_EXHAUSTED, "exhausted"],
  [codes.UNAVAILABLE, "unavailable"],
  [codes.INTERNAL, "internal"],
  // What only transports and foreign servers say:
  [codes.DEADLINE_EXCEEDED, "unavailable"],
  [codes.CANCELLED, "unavailable"],
  [codes.UNIMPLEMENTED, "invalid"],
]);

/**
 * The status that says this failure, with google.rpc details (api.md section 4). Of an `internal` one nothing is told but its
 * `errorId`: pass what was caught through `disclose` first, so that it has one. Of very many or very long problems only the
 * first are told, and the fact `problemsLeftOut` says how many more there are.
 */
export function toStatus(failure: Failure): GrpcStatus {
  const code = codeOf[failure.kind];
  const message = messageOf(failure);
  const bytesLeft = Math.floor(((trailersBudget - encodeURI(message).length) * 3) / 4);
  const metadata = new Metadata();
  metadata.set(detailsKey, encodeDetails({ code, message, failure }, bytesLeft));
  return { code, details: message, metadata };
}

/**
 * What a call was rejected with, as a Failure. Everything that a server of ours said comes back. What grpc-js itself reports
 * (no connection, the deadline) becomes `unavailable`, with `peer` as the one who is away and without addresses in its text.
 */
export function toFailure(error: unknown, peer = "the server"): Failure {
  if (error instanceof Failure) return error;
  const { code, details, metadata } = caughtFrom(error);
  const [bytes] = metadata?.get(detailsKey) ?? [];
  const told = bytes instanceof Uint8Array ? decodeDetails(bytes) : undefined;
  if (told) return new Failure(kindOf.get(told.code) ?? "internal", told.message, { ...told.details, cause: error });
  return untold(code, details, peer, error);
}

function messageOf({ kind, message, facts: { errorId } }: Failure): string {
  if (kind !== "internal") return clip(message);
  return errorId === undefined ? "internal error" : `internal error: quote ${clip(errorId)}`;
}

interface Caught {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata | undefined;
}

/** grpc-js rejects with an Error that has three more fields. */
function caughtFrom(error: unknown): Caught {
  const { code, details, metadata } = error instanceof Error ? (error as Error & Partial<Record<keyof Caught, unknown>>) : {};
  return {
    code: typeof code === "number" ? code : codes.UNKNOWN,
    details: typeof details === "string" ? details : "",
    metadata: metadata instanceof Metadata ? metadata : undefined,
  };
}

/** A status without our details: from grpc-js on this side, from a proxy, or from a server that is not ours. */
function untold(code: number, details: string, peer: string, cause: unknown): Failure {
  // grpc-js says INTERNAL when a connection breaks in certain ways.
  const broken = code === codes.INTERNAL && details.startsWith("Received RST_STREAM");
  const kind = broken ? "unavailable" : (kindOf.get(code) ?? "internal");
  const retry = { retryAfterMs: retryAfterMsOf(kind, undefined), cause };
  switch (code) {
    case codes.DEADLINE_EXCEEDED:
      return new Failure(kind, `${peer} did not answer in time`, { reason: "DEADLINE_EXCEEDED", ...retry });
    case codes.CANCELLED:
      return new Failure(kind, `${peer} cancelled the call`, { reason: "CANCELLED", ...retry });
    case codes.UNIMPLEMENTED:
      return new Failure(kind, `${peer} has no such method`, { reason: "UNIMPLEMENTED", cause });
    default:
      if (kind === "unavailable") return new Failure(kind, `${peer} cannot be reached`, retry);
      return new Failure(kind, kind === "internal" ? `${peer} failed: ${details}` : details, { cause });
  }
}
