import { randomUUID } from "node:crypto";
import { Failure } from "@troupe/domain/failure";
import type { Log } from "./log.ts";

/**
 * What may be told outside the process about something that was caught at an edge. A Failure says itself; anything else, and
 * what is `internal`, becomes an id to quote (`facts.errorId`), and the log has what it stands for. An `internal` failure that
 * came from another process of Troupe with an id keeps it, so that one id leads through both logs.
 */
export function disclose(error: unknown, log: Log, newId: () => string = randomUUID): Failure {
  if (error instanceof Failure && error.kind !== "internal") return error;
  const known = error instanceof Failure ? error.facts["errorId"] : undefined;
  const errorId = known ?? newId();
  log.error({ errorId, error }, "internal error");
  return new Failure("internal", `internal error: quote ${errorId}`, { facts: { errorId }, cause: error });
}
