import { read } from "../calls.ts";
import { followEvents } from "../follow.ts";
import { eventDocument } from "../print/document.ts";
import { eventText } from "../print/event.ts";
import { clusterName, projectName } from "../resource-names.ts";
import { isMachineReadable, note, type Session } from "../session.ts";
import type { Event } from "@troupe/proto/troupe/v1/event";

export interface EventsOptions {
  readonly follow: boolean;
  /** Only what came after it; undefined: the latest. */
  readonly sinceRevision: bigint | undefined;
  readonly types: readonly string[];
  readonly limit: number;
}

/** The log of a project or one cluster, oldest first; with `follow` also what comes. JSON is one event a line. */
export async function events(session: Session, name: string | undefined, { follow, sinceRevision, types, limit }: EventsOptions): Promise<void> {
  const parent = projectName(session.project);
  const subject = name === undefined ? "" : clusterName(session.project, name.replace(/^clusters?\//, ""));
  const full = types.map((type) => (type.startsWith("dev.") ? type : `dev.troupe.${type}${type.endsWith("*") ? "" : ".v1"}`));
  const request = { parent, afterRevision: sinceRevision ?? 0n, pageSize: limit, subject, types: full, newestFirst: sinceRevision === undefined };
  const { events: found, lastRevision } = await read(session, (api, call) => api.events.list(request, call));
  const shown = sinceRevision === undefined ? found.toReversed() : found;
  if (shown.length === 0 && !follow) note(session, `no events in project ${session.project}`);
  for (const event of shown) print(session, event);
  if (!follow) return;
  const after = shown.at(-1)?.revision ?? (sinceRevision === undefined ? lastRevision : sinceRevision);
  for await (const news of followEvents(session, { scope: subject === "" ? parent : subject, types: full, after, signal: session.terminal.signal })) {
    if (news.kind === "event") print(session, news.event);
    else note(session, news.kind === "away" ? `${news.failure.message}; trying again` : "connected again");
  }
}

function print(session: Session, event: Event): void {
  const { terminal, paint } = session;
  if (isMachineReadable(session)) return terminal.out.write(`${JSON.stringify(eventDocument(event))}\n`);
  terminal.out.write(`${paint.dim(`${event.time ?? ""} ${String(event.revision).padStart(6)}`)}  ${eventText(event)}\n`);
}
