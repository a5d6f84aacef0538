import { Failure } from "@troupe/domain/failure";
import type { ClusterChange, ClusterSpec } from "@troupe/proto/troupe/v1/cluster";
import { mutate } from "../calls.ts";
import { parseReferences } from "../kinds.ts";
import { changeText, planLines } from "../print/change.ts";
import { clusterDocument, planDocument } from "../print/document.ts";
import { telling } from "../print/done.ts";
import { clusterName, spokenName } from "../resource-names.ts";
import type { Session } from "../session.ts";
import { usage } from "../usage.ts";
import { type Goal, waitFor } from "../wait-for.ts";

export interface SwitchOptions {
  readonly dryRun: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
}

/** What a word does to a cluster, and how it is told. */
const switches = {
  stop: { send: setting({ stopped: true }), done: "stopped" },
  start: { send: setting({ stopped: false }), done: "started" },
  pause: { send: setting({ paused: true }), done: "paused" },
  resume: { send: setting({ paused: false }), done: "resumed" },
  continue: { send: goingOn, done: "continued" },
} as const satisfies Readonly<Record<string, { readonly send: Send; readonly done: string }>>;

export type Switch = keyof typeof switches;
type Send = (session: Session, name: string, validateOnly: boolean) => Promise<ClusterChange>;

/** One field of the spec, and nothing else. */
function setting(spec: Partial<Pick<ClusterSpec, "stopped" | "paused">>): Send {
  const source = { $case: "cluster" as const, value: { labels: {}, annotations: {}, spec: { ...noSpec(), ...spec } } };
  const updateMask = Object.keys(spec).map((field) => `spec.${field}`);
  return async (session, name, validateOnly) => mutate(session, (api, requestId, call) => api.clusters.update({ name, source, updateMask, allowMissing: false, etag: "", requestId, validateOnly }, call));
}

/** Of whatever generation is present: the one that its update waits in. */
async function goingOn(session: Session, name: string, validateOnly: boolean): Promise<ClusterChange> {
  return mutate(session, (api, requestId, call) => api.clusters.continue({ name, generation: 0n, requestId, validateOnly }, call));
}

/** `troupe stop cluster NAME…`, and the like. */
export async function turn(session: Session, word: Switch, words: readonly string[], { dryRun, wait, timeoutMs }: SwitchOptions): Promise<void> {
  const { send, done } = switches[word];
  const { names } = parseReferences(words, ["cluster"]);
  if (names.length === 0) throw usage(`${word} takes the names of clusters: troupe ${word} cluster NAME`);
  const goals: Goal[] = [];
  await telling(session, async (tell) => {
    for (const name of names) {
      const change = await send(session, clusterName(session.project, name), dryRun);
      const { cluster, plan } = change;
      if (cluster === undefined) throw new Failure("internal", "the answer has no cluster");
      goals.push({ name: cluster.name, until: "ready", generation: cluster.generation, uid: cluster.uid });
      const line = `${changeText(change, done)}${dryRun ? " (dry run)" : ""}`;
      tell({ name: spokenName(cluster.name), lines: dryRun ? [line, ...planLines(plan)] : [line], document: { ...clusterDocument(cluster), plan: planDocument(plan) } });
    }
  });
  if (wait && !dryRun) await waitFor(session, goals, timeoutMs);
}

function noSpec(): ClusterSpec {
  return { app: "", placement: undefined, params: {}, needs: {}, roles: {}, paused: false, stopped: false, protect: false, adopt: "", labels: {} };
}
