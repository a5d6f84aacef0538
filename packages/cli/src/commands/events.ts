import { read } from "../calls.ts";
import { followEvents, untilInterrupted } from "../follow.ts";
import { parseReferences } from "../kinds.ts";
import { eventDocument } from "../print/document.ts";
import { eventText } from "../print/event.ts";
import { visible } from "../print/visible.ts";
import { clusterName, pipelineName, projectName } from "../resource-names.ts";
import { isMachineReadable, note, printNext, type Session } from "../session.ts";
import { usage } from "../usage.ts";
import type { Event } from "@troupe/proto/troupe/v1/event";

export interface EventsOptions {
  readonly follow: boolean;
  /** Only what came after it; undefined: the latest. */
  readonly sinceRevision: bigint | undefined;
  readonly types: readonly string[];
  readonly limit: number;
}

/** The log of a project, or of one cluster or pipeline, oldest first; with `follow` also what comes, until Ctrl-C. JSON is one event a line, YAML one a document. */
export async function events(session: Session, words: readonly string[], { follow, sinceRevision, types, limit }: EventsOptions): Promise<number> {
  const parent = projectName(session.project);
  const subject = subjectOf(session, words);
  const full = types.map((type) => (type.startsWith("dev.") ? type : `dev.troupe.${type}${type.endsWith("*") ? "" : ".v1"}`));
  const request = { parent, afterRevision: sinceRevision ?? 0n, pageSize: limit, subject, types: full, newestFirst: sinceRevision === undefined };
  const { events: found, lastRevision } = await read(session, (api, call) => api.events.list(request, call));
  const shown = sinceRevision === undefined ? found.toReversed() : found;
  if (shown.length === 0 && !follow) note(session, `no events in project ${session.project}`);
  for (const event of shown) await print(session, event);
  if (!follow) return 0;
  const after = shown.at(-1)?.revision ?? (sinceRevision === undefined ? lastRevision : sinceRevision);
  return untilInterrupted(session, async () => {
    for await (const news of followEvents(session, { scope: subject === "" ? parent : subject, types: full, after, signal: session.terminal.signal })) {
      if (news.kind === "event") await print(session, news.event);
      else note(session, news.kind === "away" ? `${news.failure.message}; trying again` : "connected again");
    }
  });
}

/** `a`, `cluster a`, `cluster/a` or `pipeline/a`; empty: the whole project. */
function subjectOf(session: Session, words: readonly string[]): string {
  if (words.length === 0) return "";
  const { kind, names } = parseReferences(words, ["cluster", "pipeline"], "cluster");
  const [name, another] = names;
  if (another !== undefined) throw usage("events takes one name: troupe events cluster NAME");
  if (name === undefined) return "";
  return kind === "pipeline" ? pipelineName(session.project, name) : clusterName(session.project, name);
}

async function print(session: Session, event: Event): Promise<void> {
  const { terminal, paint } = session;
  if (isMachineReadable(session)) return printNext(session, eventDocument(event));
  terminal.out.write(`${paint.dim(`${visible(event.time ?? "")} ${String(event.revision).padStart(6)}`)}  ${eventText(event)}\n`);
}
