import type { Failure, FailureKind } from "@troupe/domain/failure";

/** What a script may rely on. Public: in every `--help`, never renumbered. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  invalid: 3,
  notFound: 4,
  conflict: 5,
  unavailable: 6,
  timeout: 7,
  denied: 8,
  interrupted: 130,
} as const;

export const exitCodeHelp = `Exit codes:
  0  done                             5  conflict with the present state
  1  failed; diff, validate: no       6  the server, or what it needs, is away
  2  wrong usage of this command      7  not so within --timeout
  3  invalid document or request      8  not allowed
  4  not found                      130  interrupted`;

/** Reasons that only this command has. */
const ofReason: Readonly<Record<string, number>> = {
  USAGE: exitCodes.usage,
  TIMED_OUT: exitCodes.timeout,
  CLUSTER_FAILED: exitCodes.failed,
  INTERRUPTED: exitCodes.interrupted,
};

const ofKind: Readonly<Record<FailureKind, number>> = {
  invalid: exitCodes.invalid,
  not_found: exitCodes.notFound,
  already_exists: exitCodes.conflict,
  conflict: exitCodes.conflict,
  stale: exitCodes.conflict,
  too_old: exitCodes.failed,
  denied: exitCodes.denied,
  unauthenticated: exitCodes.denied,
  exhausted: exitCodes.unavailable,
  unavailable: exitCodes.unavailable,
  internal: exitCodes.failed,
};

export function exitCodeOf(failure: Failure): number {
  return ofReason[failure.reason] ?? ofKind[failure.kind];
}
