/** Every way in which something can go wrong, as a closed set: each protocol maps it to its own words once. */
export type FailureKind =
  | "invalid" // the request can never succeed as it is
  | "not_found"
  | "already_exists"
  | "conflict" // valid, but not in the present state
  | "stale" // the etag is not the present one: read again, then retry
  | "too_old" // the cursor is older than what is kept: start from a snapshot
  | "denied"
  | "unauthenticated"
  | "exhausted"
  | "unavailable" // a dependency is away: the same request may succeed later
  | "internal"; // a bug or broken data: a person must look

/**
 * Why, one level finer than the kind, for programs. Public: documented in docs/errors.md, never renamed.
 * A problem of a document has its own, in the same list, so that one table explains them all.
 */
export type FailureReason = Uppercase<string>;

/** One thing that is wrong in a document or a request. */
export interface Problem {
  /** Where, as in the document: `spec.roles.broker.members`; empty for the document itself. */
  readonly path: string;
  /** 1-based, present when the document came as text. */
  readonly line?: number;
  /** 1-based, in UTF-16 units as editors count. */
  readonly column?: number;
  /** UPPER_SNAKE_CASE. */
  readonly reason: FailureReason;
  /** Lower case, names the thing, says what would be right; no full stop. */
  readonly message: string;
  /** What to write instead, where it can be told: `did you mean …`. */
  readonly suggestion?: string;
}

export interface FailureDetails {
  readonly reason?: FailureReason;
  readonly problems?: readonly Problem[];
  /** Facts for programs, such as the oldest revision kept (`oldestRevision`) or what was not found (`resource`). */
  readonly facts?: Readonly<Record<string, string>>;
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** The one error class: what is thrown on purpose anywhere in Troupe. */
export class Failure extends Error {
  readonly kind: FailureKind;
  readonly reason: FailureReason;
  readonly problems: readonly Problem[];
  readonly facts: Readonly<Record<string, string>>;
  readonly retryAfterMs: number | undefined;

  constructor(kind: FailureKind, message: string, details: FailureDetails = {}) {
    super(message, { cause: details.cause });
    this.name = "Failure";
    this.kind = kind;
    this.reason = details.reason ?? (kind.toUpperCase() as FailureReason);
    this.problems = details.problems ?? [];
    this.facts = details.facts ?? {};
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** The failure for a document with problems; its message names the first, and how many more there are. */
export function invalid(problems: readonly Problem[], what = "the request"): Failure {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  const where = first?.path ? `${first.path}: ` : "";
  return new Failure("invalid", first ? `${where}${first.message}${more}` : `${what} is invalid`, {
    reason: first?.reason ?? "INVALID",
    problems,
  });
}
