import { Failure, type FailureDetails, type FailureKind } from "@troupe/domain/failure";

/** What to do about it, for the person at the terminal; a fact of the failure. */
const advice = "adviceForPeople";

export function adviceOf(failure: Failure): string | undefined {
  return failure.facts[advice];
}

/** A failure that says what would be right. */
export function advising(kind: FailureKind, message: string, whatToDo: string, details: FailureDetails = {}): Failure {
  return new Failure(kind, message, { ...details, facts: { ...details.facts, [advice]: whatToDo } });
}
