import { Failure } from "@troupe/domain/failure";
import { read } from "../calls.ts";
import { parseReferences } from "../kinds.ts";
import { pipelineGoals } from "../pipeline-goals.ts";
import { clusterName, pipelineName } from "../resource-names.ts";
import type { Session } from "../session.ts";
import { usage } from "../usage.ts";
import { type Goal, waitFor } from "../wait-for.ts";

/** Ends when every cluster or pipeline is ready, or gone. */
export async function wait(session: Session, words: readonly string[], { until, timeoutMs }: { readonly until: string; readonly timeoutMs: number }): Promise<void> {
  if (until !== "ready" && until !== "deleted") throw usage(`--for "${until}" must be ready or deleted`);
  const { kind, names } = parseReferences(words, ["cluster", "pipeline"], "cluster");
  if (names.length === 0) throw usage(`wait for which ${kind}? troupe wait ${kind} NAME --for ready`);
  if (kind === "cluster") return waitFor(session, names.map((name) => ({ name: clusterName(session.project, name), until, generation: 0n, uid: "" })), timeoutMs);
  const goals = await Promise.all(names.map((name) => goalsOf(session, pipelineName(session.project, name), until)));
  return waitFor(session, goals.flat(), timeoutMs);
}

async function goalsOf(session: Session, name: string, until: Goal["until"]): Promise<readonly Goal[]> {
  try {
    return pipelineGoals(await read(session, (api, call) => api.pipelines.get({ name }, call)), until);
  } catch (error) {
    if (until === "deleted" && error instanceof Failure && error.kind === "not_found") return [];
    throw error;
  }
}
