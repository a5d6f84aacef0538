import { Failure } from "@troupe/domain/failure";
import type { Cluster } from "@troupe/proto/troupe/v1/cluster";
import { followClusters } from "./follow.ts";
import type { ClusterNews } from "./follow.ts";
import { hasFailed, isReady, waitsByUrgency, waitText } from "./print/cluster.ts";
import { elapsedOf } from "./print/age.ts";
import type { ProgressView } from "./print/progress.ts";
import { projectName, projectOf, spokenName } from "./resource-names.ts";
import type { Session } from "./session.ts";

export interface Goal {
  /** `projects/p/clusters/c` */
  readonly name: string;
  readonly until: "ready" | "deleted";
  /** Only a status about this generation or a later one counts. */
  readonly generation: bigint;
  /** Of which one, where a name may be used again; empty: of whichever has the name. */
  readonly uid: string;
}

export interface Outcome {
  readonly goal: Goal;
  /** As last seen. */
  readonly cluster: Cluster | undefined;
  readonly failure: Failure | undefined;
}

/** What is known of one cluster. */
export interface Known {
  /** All present states have been told: what was not among them is not there. */
  readonly complete: boolean;
  readonly cluster: Cluster | undefined;
  /** Its last state, once it is gone. */
  readonly deleted: Cluster | undefined;
}

const unknown: Known = { complete: false, cluster: undefined, deleted: undefined };

/** Is the goal reached, or out of reach? Undefined: neither yet. */
export function verdictOf(goal: Goal, { complete, cluster, deleted }: Known): Outcome | undefined {
  const present = goal.uid === "" || cluster?.uid === goal.uid ? cluster : undefined;
  const gone = deleted !== undefined && (goal.uid === "" || deleted.uid === goal.uid) ? deleted : undefined;
  const isOver = gone !== undefined || (cluster !== undefined && present === undefined);
  if (goal.until === "deleted") return isOver || (complete && !present) ? { goal, cluster: gone, failure: undefined } : undefined;
  return present ? presentVerdict(goal, present) : absentVerdict(goal, gone, isOver, complete);
}

function presentVerdict(goal: Goal, present: Cluster): Outcome | undefined {
  if (isReady(present, goal.generation)) return { goal, cluster: present, failure: undefined };
  return hasFailed(present) ? { goal, cluster: present, failure: cannotGoOn(present) } : undefined;
}

function absentVerdict(goal: Goal, gone: Cluster | undefined, isOver: boolean, complete: boolean): Outcome | undefined {
  if (isOver) return { goal, cluster: gone, failure: new Failure("conflict", `${spokenName(goal.name)} was deleted while it was awaited`, { reason: "CLUSTER_FAILED" }) };
  return complete ? { goal, cluster: undefined, failure: notFound(goal.name) } : undefined;
}

export function afterNews(known: Known, news: ClusterNews, name: string): Known {
  switch (news.kind) {
    case "reset":
      return { ...known, complete: false, cluster: undefined };
    case "current":
      return { ...known, complete: true };
    case "upsert":
      return news.cluster.name === name ? { ...known, cluster: news.cluster } : known;
    case "delete":
      return news.cluster.name === name ? { ...known, cluster: undefined, deleted: news.cluster } : known;
    case "away":
    case "back":
      return known;
  }
}

interface Waiting {
  readonly session: Session;
  readonly view: ProgressView;
  readonly startedMs: number;
  readonly known: Map<string, Known>;
  readonly outcomes: Map<string, Outcome>;
  readonly goals: readonly Goal[];
  readonly stop: AbortController;
  away: string | undefined;
}

/**
 * Follows clusters until every goal is reached or out of reach, showing how far they are. An outcome for each goal, in
 * their order; those that were neither at the timeout have a failure that says what is still being waited for.
 */
export async function awaitClusters(session: Session, goals: readonly Goal[], { timeoutMs, view }: { timeoutMs: number; view: ProgressView }): Promise<readonly Outcome[]> {
  const startedMs = session.terminal.nowMs();
  const stop = new AbortController();
  const waiting: Waiting = { session, view, startedMs, goals, stop, known: new Map(), outcomes: new Map(), away: undefined };
  const timer = setTimeout(() => stop.abort(), timeoutMs);
  const tick = session.terminal.err.redraws ? setInterval(() => show(waiting), 1000) : undefined;
  const interrupt = () => stop.abort();
  session.terminal.signal.addEventListener("abort", interrupt);
  try {
    await Promise.all([...groupsOf(goals)].map(([scope, group]) => followGroup(waiting, scope, group)));
    session.terminal.signal.throwIfAborted();
    show(waiting);
  } finally {
    clearTimeout(timer);
    clearInterval(tick);
    session.terminal.signal.removeEventListener("abort", interrupt);
    stop.abort();
    view.end();
  }
  return goals.map((goal) => waiting.outcomes.get(goal.name) ?? timedOut(goal, waiting.known.get(goal.name), timeoutMs));
}

/** One watch for a single cluster, or for a project of which several are awaited. */
function groupsOf(goals: readonly Goal[]): ReadonlyMap<string, readonly Goal[]> {
  const byProject = new Map<string, Goal[]>();
  for (const goal of goals) byProject.set(projectOf(goal.name), [...(byProject.get(projectOf(goal.name)) ?? []), goal]);
  return new Map([...byProject].map(([project, group]) => [group.length === 1 && group[0] ? group[0].name : projectName(project), group]));
}

async function followGroup(waiting: Waiting, scope: string, group: readonly Goal[]): Promise<void> {
  const { session, stop } = waiting;
  try {
    for await (const news of followClusters(session, { scope, signal: stop.signal })) {
      waiting.away = news.kind === "away" ? news.failure.message : news.kind === "back" ? undefined : waiting.away;
      for (const goal of group) judge(waiting, goal, news);
      if (news.kind !== "reset") show(waiting);
      if (group.every(({ name }) => waiting.outcomes.has(name))) return;
    }
  } catch (error) {
    if (stop.signal.aborted) return;
    if (!(error instanceof Failure && error.kind === "not_found")) throw error;
    for (const goal of group) judge(waiting, goal, { kind: "current" });
  }
}

function judge({ known, outcomes }: Waiting, goal: Goal, news: ClusterNews): void {
  const now = afterNews(known.get(goal.name) ?? unknown, news, goal.name);
  known.set(goal.name, now);
  const verdict = outcomes.has(goal.name) ? undefined : verdictOf(goal, now);
  if (verdict) outcomes.set(goal.name, verdict);
}

function show({ session, view, known, goals, startedMs, away }: Waiting): void {
  const clusters = goals.flatMap(({ name }) => known.get(name)?.cluster ?? []);
  view.show({ clusters, elapsedMs: session.terminal.nowMs() - startedMs, away });
}

function cannotGoOn(cluster: Cluster): Failure {
  const [wait] = waitsByUrgency(cluster);
  const ready = cluster.status?.conditions.find(({ type }) => type === "Ready");
  const why = wait ? waitText(wait) : (ready?.message ?? "see troupe describe");
  return new Failure("conflict", `${spokenName(cluster.name)} cannot go on: ${why}`, { reason: "CLUSTER_FAILED", facts: wait && wait.advice !== "" ? { adviceForPeople: wait.advice } : {} });
}

function notFound(name: string): Failure {
  return new Failure("not_found", `${spokenName(name)} does not exist in project ${projectOf(name)}`, { facts: { resource: name } });
}

function timedOut(goal: Goal, known: Known | undefined, timeoutMs: number): Outcome {
  const waits = known?.cluster ? waitsByUrgency(known.cluster).slice(0, 3).map(waitText) : [];
  const why = waits.length > 0 ? `; it waits for ${waits.join("; ")}` : "";
  const failure = new Failure("unavailable", `${spokenName(goal.name)} is not ${goal.until} after ${elapsedOf(timeoutMs)}${why}`, { reason: "TIMED_OUT" });
  return { goal, cluster: known?.cluster, failure };
}
