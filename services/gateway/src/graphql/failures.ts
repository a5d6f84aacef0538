import { Failure, type FailureKind } from "@troupe/domain/failure";
import { disclose } from "@troupe/runtime/disclose";
import type { Log } from "@troupe/runtime/log";
import { GraphQLError, type GraphQLFormattedError } from "graphql";

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
    return { requestId, created: false, deleted: false, userErrors: userErrorsOf(error) };
  }
}

/** What is not there is null, with no error: a query asks whether. */
export async function orNull<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof Failure && error.kind === "not_found") return null;
    throw error;
  }
}

export function userErrorsOf({ problems, reason, message }: Failure): readonly UserError[] {
  if (problems.length === 0) return [{ path: "", line: null, column: null, reason, message, suggestion: null }];
  return problems.map((problem) => ({ path: problem.path, line: problem.line ?? null, column: problem.column ?? null, reason: problem.reason, message: problem.message, suggestion: problem.suggestion ?? null }));
}

/**
 * An error of an operation as it is told over HTTP and over WebSocket. Failures, of resolvers and of what the operation was
 * given, come with their kind and reason; what is wrong with the operation itself keeps its usual words.
 */
export function errorWords(usual: GraphQLFormattedError, error: unknown, log: Log): GraphQLFormattedError {
  const cause = causeOf(error);
  if (cause instanceof GraphQLError) return usual;
  const failure = disclose(cause, log);
  // Of a variable or an argument GraphQL's own message says which one it is.
  const isOfInput = failure.kind === "invalid" && usual.path === undefined;
  return { ...usual, message: isOfInput ? usual.message : failure.message, extensions: extensionsOf(failure) };
}

/** GraphQL wraps what a resolver or a scalar threw, at times twice. */
function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? causeOf(error.originalError) : error;
}

/** `code` is the kind; the facts come along. */
function extensionsOf(failure: Failure): Readonly<Record<string, unknown>> {
  const { kind, reason, facts, problems, retryAfterMs } = failure;
  return {
    code: kind.toUpperCase(),
    reason,
    ...(Object.keys(facts).length > 0 && { facts }),
    ...(problems.length > 0 && { userErrors: userErrorsOf(failure) }),
    ...(retryAfterMs !== undefined && { retryAfter: Math.ceil(retryAfterMs / 1000) }),
  };
}
