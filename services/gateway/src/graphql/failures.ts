import { Failure, type FailureKind } from "@troupe/domain/failure";
import { disclose } from "@troupe/runtime/disclose";
import type { Log } from "@troupe/runtime/log";
import { GraphQLError } from "graphql";

export interface UserError {
  readonly path: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly reason: string;
  readonly message: string;
  readonly suggestion: string | null;
}

/** What a caller can mend is part of a mutation's payload; everything else is an error of the request (api.md section 4). */
const mendable: ReadonlySet<FailureKind> = new Set(["invalid", "already_exists", "conflict", "stale"]);

/** Answers a mutation: the payload, or what the caller has to mend. */
export async function payload<T extends object>(requestId: string, mutate: (requestId: string) => Promise<T>): Promise<object> {
  try {
    return { ...(await mutate(requestId)), requestId, userErrors: [] };
  } catch (error) {
    if (!(error instanceof Failure) || !mendable.has(error.kind)) throw error;
    return { requestId, created: false, userErrors: userErrorsOf(error) };
  }
}

export function userErrorsOf({ problems, reason, message }: Failure): readonly UserError[] {
  if (problems.length === 0) return [{ path: "", line: null, column: null, reason, message, suggestion: null }];
  return problems.map((problem) => ({ path: problem.path, line: problem.line ?? null, column: problem.column ?? null, reason: problem.reason, message: problem.message, suggestion: problem.suggestion ?? null }));
}

/** A failure in the words of GraphQL: `extensions.code` is the kind, the facts come along. */
export function toGraphQLError(error: unknown, log: Log): GraphQLError {
  const failure = disclose(error, log);
  const { kind, reason, facts, problems, retryAfterMs } = failure;
  return new GraphQLError(failure.message, {
    extensions: {
      code: kind.toUpperCase(),
      reason,
      ...(Object.keys(facts).length > 0 && { facts }),
      ...(problems.length > 0 && { userErrors: userErrorsOf(failure) }),
      ...(retryAfterMs !== undefined && { retryAfter: Math.ceil(retryAfterMs / 1000) }),
    },
  });
}
