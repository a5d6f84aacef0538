import { Failure } from "@troupe/domain/failure";
import { mutate } from "../calls.ts";
import { parseReferences } from "../kinds.ts";
import { changeText, planLines } from "../print/change.ts";
import { clusterDocument, planDocument } from "../print/document.ts";
import { telling } from "../print/done.ts";
import { clusterName, spokenName } from "../resource-names.ts";
import type { Session } from "../session.ts";
import { parseCount, usage } from "../usage.ts";
import { type Goal, waitFor } from "../wait-for.ts";

export interface ScaleOptions {
  readonly dryRun: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
}

/** `troupe scale cluster NAME broker=5 …` */
export async function scale(session: Session, words: readonly string[], { dryRun, wait, timeoutMs }: ScaleOptions): Promise<void> {
  const wishes = words.filter((word) => word.includes("=")).map(wish);
  const { names } = parseReferences(words.filter((word) => !word.includes("=")), ["cluster"]);
  const [name] = names;
  if (name === undefined || names.length > 1 || wishes.length === 0) throw usage("scale takes one cluster and ROLE=NUMBER: troupe scale cluster NAME broker=5");
  let goal: Goal | undefined;
  await telling(session, async (tell) => {
    for (const { role, members } of wishes) {
      const change = await mutate(session, (api, requestId, call) => api.clusters.scale({ name: clusterName(session.project, name), role, members, etag: "", requestId, validateOnly: dryRun }, call));
      const { cluster, plan } = change;
      if (cluster === undefined) throw new Failure("internal", "the answer has no cluster");
      goal = { name: cluster.name, until: "ready", generation: cluster.generation, uid: cluster.uid };
      const line = `${changeText(change, "scaled")}${dryRun ? " (dry run)" : ""}`;
      tell({ name: spokenName(cluster.name), lines: dryRun ? [line, ...planLines(plan)] : [line], document: { ...clusterDocument(cluster), plan: planDocument(plan) } });
    }
  });
  if (wait && !dryRun && goal) await waitFor(session, [goal], timeoutMs);
}

function wish(word: string): { readonly role: string; readonly members: number } {
  const [role = "", count = ""] = word.split("=", 2);
  return { role, members: parseCount(count, role) };
}
