import { Failure, type FailureKind } from "@troupe/domain/failure";

/** What the API server says when it does not do what it was asked: `v1.Status`. */
interface StatusBody {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly kind?: string; readonly name?: string; readonly retryAfterSeconds?: number; readonly causes?: readonly { readonly reason?: string }[] };
}

/** The failure for an answer other than 2xx, or for an ERROR event of a watch. */
export function failureOf(code: number, body: unknown): Failure {
  const status = statusOf(body);
  const message = status.message ?? `the API server answered ${code}`;
  const { kind: resource = "", name = "", retryAfterSeconds } = status.details ?? {};
  return new Failure(kindOf(code, status), message, {
    facts: { code: String(code), reason: status.reason ?? "", resource, name },
    ...(retryAfterSeconds === undefined ? {} : { retryAfterMs: retryAfterSeconds * 1_000 }),
  });
}

/** The failure for a request that got no answer. */
export function unreachable(what: string, error: unknown): Failure {
  return new Failure("unavailable", `${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}

function kindOf(code: number, status: StatusBody): FailureKind {
  switch (code) {
    case 401: {
      return "unauthenticated";
    }
    case 403: {
      return "denied";
    }
    case 404: {
      return "not_found";
    }
    case 409: {
      return status.reason === "AlreadyExists" ? "already_exists" : "conflict";
    }
    case 410: {
      return "too_old";
    }
    case 429: {
      return "unavailable";
    }
    default: {
      return code >= 500 ? "unavailable" : "invalid";
    }
  }
}

/** Answers of proxies in between are no Status; their text is not repeated. */
function statusOf(body: unknown): StatusBody {
  return typeof body === "object" && body !== null ? body : {};
}
