import { Failure } from "@troupe/domain/failure";

/** Thrown by `commit` when what was decided on is no longer so: decide again. */
export const changedMeanwhile = "CHANGED_MEANWHILE";

/** What PostgreSQL says of an error, as far as it says anything. */
interface DatabaseError {
  readonly code: string;
  readonly constraint: string;
  readonly message: string;
}

/** Classes and codes of SQLSTATE that mean: try later. 57014 is our own statement timeout, 25P03 that of a transaction nobody goes on with. */
const awayCodes = /^(?:08|53|57P|58)|^(?:57014|25006|25P03|55000)$/;
const awayErrno = /^E(?:CONN|PIPE|HOST|NET|TIMEDOUT|AI_)|^ENOTFOUND$/;
const awayMessage = /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout|connection is closed|released QueryRunner|Cannot use a pool after calling end/;
const raceCodes: ReadonlySet<string> = new Set(["TR001", "40001", "40P01"]);

/** Whatever the database or the way to it threw, as a Failure. What is wrong with a statement of ours stays `internal`. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const { code, constraint, message } = databaseError(error);
  if (raceCodes.has(code)) return raced(error);
  if (code === "23505") return taken(constraint, error);
  if (code === "23503" && constraint === "cluster_app") return new Failure("conflict", "the build is in use, or was deleted", { reason: "APP_IN_USE", cause: error });
  if (code === "22P05" || code === "22021") return new Failure("invalid", "text must not hold the character NUL", { reason: "NUL_CHARACTER", cause: error });
  if (awayCodes.test(code) || awayErrno.test(code) || awayMessage.test(message)) return away(error);
  return new Failure("internal", `the database refused a statement: ${message}`, { cause: error });
}

export function away(cause?: unknown): Failure {
  return new Failure("unavailable", "the database cannot be reached", { reason: "DATABASE_UNAVAILABLE", retryAfterMs: 500, cause });
}

export function raced(cause: unknown): Failure {
  return new Failure("conflict", "it was changed meanwhile", { reason: changedMeanwhile, cause });
}

/** Which name is taken, and by whom, only `commit` can find out. */
function taken(constraint: string, cause: unknown): Failure {
  switch (constraint) {
    case "object_name_taken":
      return new Failure("already_exists", "a name is taken", { reason: "NAME_TAKEN", cause });
    case "cluster_adopt":
      return new Failure("conflict", "the volumes of that cluster were taken over already", { reason: "ALREADY_ADOPTED", cause });
    default:
      // The same request, cluster or build came in through another door at the same moment: whoever decides again sees it.
      return raced(cause);
  }
}

/** TypeORM wraps what the driver threw. */
function databaseError(error: unknown): DatabaseError {
  const inner: unknown = typeof error === "object" && error !== null && "driverError" in error ? error.driverError : error;
  const { code, constraint, message } = (typeof inner === "object" && inner !== null ? inner : {}) as Partial<Record<keyof DatabaseError, unknown>>;
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  return { code: text(code), constraint: text(constraint), message: text(message) };
}
