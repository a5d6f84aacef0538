import type { Problem } from "@troupe/domain/failure";
import type * as wire from "@troupe/proto/troupe/v1/problem";

export function toWireProblem({ path, line, column, reason, message, suggestion }: Problem): wire.Problem {
  return { path, line: line ?? 0, column: column ?? 0, reason, message, suggestion: suggestion ?? "" };
}
