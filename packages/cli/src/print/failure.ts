import type { Failure } from "@troupe/domain/failure";
import { adviceOf } from "../advice.ts";
import type { Output } from "../session.ts";
import type { Paint } from "./paint.ts";
import { renderProblem } from "./problem.ts";
import { visible } from "./visible.ts";

export interface FailureStyle {
  readonly paint: Paint;
  readonly output: Output;
  readonly columns: number;
  readonly textOf: (file: string) => string | undefined;
}

/** A failure as the last thing that a command writes to stderr. `file` is where its problems are, if they are in one. */
export function renderFailure(failure: Failure, file: string, style: FailureStyle): string {
  const { paint, output, columns, textOf } = style;
  if (output === "json" || output === "yaml") return `${JSON.stringify({ error: jsonOf(failure, file) })}\n`;
  const advice = adviceOf(failure);
  const head = failure.problems.length > 0 ? problemsText(failure, file, { paint, columns, textOf }) : `${paint.red("error:")} ${visible(failure.message)}\n`;
  return advice === undefined ? head : `${head}  ${visible(advice)}\n`;
}

function problemsText({ problems }: Failure, file: string, style: Parameters<typeof renderProblem>[1]): string {
  const shown = problems.map((problem) => (file === "" ? `${style.paint.red("error:")} ${visible(`${problem.path === "" ? "" : `${problem.path}: `}${problem.message}${problem.suggestion ? ` (${problem.suggestion})` : ""}`)}\n` : renderProblem({ ...problem, file }, style)));
  return `${shown.join("")}${problems.length > 1 ? `${style.paint.red(`${problems.length} problems`)}\n` : ""}`;
}

function jsonOf({ kind, reason, message, problems, facts }: Failure, file: string) {
  return { kind, reason, message, ...(problems.length > 0 && { problems: problems.map((problem) => ({ ...(file !== "" && { file }), ...problem })) }), ...(Object.keys(facts).length > 0 && { facts }) };
}
