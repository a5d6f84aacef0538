import { followClusters } from "../follow.ts";
import { parseReferences } from "../kinds.ts";
import { clusterDocument } from "../print/document.ts";
import { progressView } from "../print/progress.ts";
import { clusterName, projectName } from "../resource-names.ts";
import { isMachineReadable, type Session } from "../session.ts";
import type { Cluster } from "@troupe/proto/troupe/v1/cluster";

/** Clusters as they change, until Ctrl-C: a board on a terminal, a line a change elsewhere, a JSON object a line with `-o json`. */
export async function watch(session: Session, words: readonly string[], { filter }: { readonly filter: string }): Promise<void> {
  const [name] = words.length === 0 ? [] : parseReferences(words, ["cluster"]).names;
  const { terminal } = session;
  const scope = name === undefined ? projectName(session.project) : clusterName(session.project, name);
  const view = progressView(terminal.out, session.paint);
  const clusters = new Map<string, Cluster>();
  const startedMs = terminal.nowMs();
  let away: string | undefined;
  for await (const news of followClusters(session, { scope, filter, signal: terminal.signal })) {
    if (news.kind === "reset") clusters.clear();
    if (news.kind === "upsert") clusters.set(news.cluster.name, news.cluster);
    if (news.kind === "delete") clusters.delete(news.cluster.name);
    away = news.kind === "away" ? news.failure.message : undefined;
    if (!isMachineReadable(session)) view.show({ clusters: [...clusters.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)), elapsedMs: terminal.nowMs() - startedMs, away });
    else if (news.kind === "upsert" || news.kind === "delete") terminal.out.write(`${JSON.stringify({ type: news.kind === "upsert" ? "UPSERT" : "DELETE", object: clusterDocument(news.cluster) })}\n`);
  }
}
