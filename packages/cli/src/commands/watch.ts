import type { Cluster } from "@troupe/proto/troupe/v1/cluster";
import { type ClusterNews, followClusters, untilInterrupted } from "../follow.ts";
import { parseReferences } from "../kinds.ts";
import { clusterDocument } from "../print/document.ts";
import { progressView } from "../print/progress.ts";
import { clusterName, projectName } from "../resource-names.ts";
import { isMachineReadable, printNext, type Session } from "../session.ts";

/** Clusters as they change, until Ctrl-C: a board on a terminal, a line a change elsewhere; JSON is one change a line, YAML one a document. */
export async function watch(session: Session, words: readonly string[], { filter }: { readonly filter: string }): Promise<number> {
  const { terminal } = session;
  const names = (words.length === 0 ? [] : parseReferences(words, ["cluster"]).names).map((name) => clusterName(session.project, name));
  const [only, another] = names;
  const scope = only !== undefined && another === undefined ? only : projectName(session.project);
  const isMeant = (news: ClusterNews) => names.length === 0 || !("cluster" in news) || names.includes(news.cluster.name);
  const show: Show = isMachineReadable(session) ? (news) => printChange(session, news) : boardOf(session);
  return untilInterrupted(session, async () => {
    for await (const news of followClusters(session, { scope, filter, signal: terminal.signal })) if (isMeant(news)) await show(news);
  });
}

type Show = (news: ClusterNews) => Promise<void>;

async function printChange(session: Session, news: ClusterNews): Promise<void> {
  if (news.kind === "upsert" || news.kind === "delete") await printNext(session, { type: news.kind === "upsert" ? "UPSERT" : "DELETE", object: clusterDocument(news.cluster) });
}

function boardOf({ terminal, paint }: Session): Show {
  const view = progressView(terminal.out, paint);
  const clusters = new Map<string, Cluster>();
  const startedMs = terminal.nowMs();
  return async (news) => {
    if (news.kind === "reset") clusters.clear();
    if (news.kind === "upsert") clusters.set(news.cluster.name, news.cluster);
    if (news.kind === "delete") clusters.delete(news.cluster.name);
    const away = news.kind === "away" ? news.failure.message : undefined;
    view.show({ clusters: [...clusters.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)), elapsedMs: terminal.nowMs() - startedMs, away });
  };
}
