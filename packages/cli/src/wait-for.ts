import { awaitClusters, type Goal } from "./await-clusters.ts";
import { progressView } from "./print/progress.ts";
import type { Session } from "./session.ts";

export type { Goal } from "./await-clusters.ts";

/** Shows how far clusters are until all are as wanted; throws the first failure otherwise. */
export async function waitFor(session: Session, goals: readonly Goal[], timeoutMs: number): Promise<void> {
  if (goals.length === 0) return;
  const view = progressView(session.terminal.err, session.errPaint);
  const outcomes = await awaitClusters(session, goals, { timeoutMs, view });
  const failed = outcomes.find(({ failure }) => failure !== undefined);
  if (failed?.failure) throw failed.failure;
}
