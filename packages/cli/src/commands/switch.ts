import { Failure } from "@troupe/domain/failure";
import type { ClusterSpec } from "@troupe/proto/troupe/v1/cluster";
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

/** What a word does to a spec, and how it is told. */
const switches = {
  stop: { field: "stopped", value: true, done: "stopped" },
  start: { field: "stopped", value: false, done: "started" },
  pause: { field: "paused", value: true, done: "paused" },
  resume: { field: "paused", value: false, done: "resumed" },
} as const satisfies Readonly<Record<string, { readonly field: keyof ClusterSpec; readonly value: boolean; readonly done: string }>>;

export type Switch = keyof typeof switches;

/** `troupe stop cluster NAME…`: one field of each cluster's spec is set, and nothing else. */
export async function turn(session: Session, word: Switch, words: readonly string[], { dryRun, wait, timeoutMs }: SwitchOptions): Promise<void> {
  const { field, value, done } = switches[word];
  const { names } = parseReferences(words, ["cluster"]);
  if (names.length === 0) throw usage(`${word} takes the names of clusters: troupe ${word} cluster NAME`);
  const goals: Goal[] = [];
  await telling(session, async (tell) => {
    for (const name of names) {
      const source = { $case: "cluster" as const, value: { labels: {}, annotations: {}, spec: { ...noSpec, [field]: value } } };
      const request = { name: clusterName(session.project, name), source, updateMask: [`spec.${field}`], allowMissing: false, etag: "", validateOnly: dryRun };
      const change = await mutate(session, (api, requestId, call) => api.clusters.update({ ...request, requestId }, call));
      const { cluster, plan } = change;
      if (cluster === undefined) throw new Failure("internal", "the answer has no cluster");
      goals.push({ name: cluster.name, until: "ready", generation: cluster.generation, uid: cluster.uid });
      const line = `${changeText(change, done)}${dryRun ? " (dry run)" : ""}`;
      tell({ name: spokenName(cluster.name), lines: dryRun ? [line, ...planLines(plan)] : [line], document: { ...clusterDocument(cluster), plan: planDocument(plan) } });
    }
  });
  if (wait && !dryRun) await waitFor(session, goals, timeoutMs);
}

const noSpec: ClusterSpec = { app: "", placement: undefined, params: {}, needs: {}, roles: {}, paused: false, stopped: false, protect: false, adopt: "", labels: {} };
