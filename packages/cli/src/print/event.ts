import type { Event } from "@troupe/proto/troupe/v1/event";
import { spokenName } from "../resource-names.ts";
import { visible } from "./visible.ts";

/** `dev.troupe.cluster.member.ready.v1` → `cluster.member.ready`. */
export function eventWord(type: string): string {
  return type.replace(/^dev\.troupe\./, "").replace(/\.v\d+$/, "");
}

/** What happened, in a line: the kind of event and what its data say. */
export function eventText(event: Event): string {
  const { change = {} } = (event.data ?? {}) as { readonly change?: { readonly message?: unknown; readonly members?: unknown } };
  const { message, members } = change;
  const changes = Array.isArray(members) ? members.map((change: { member?: string; change?: string }) => `${change.member} ${change.change}`).slice(0, 6).join(", ") : "";
  const detail = [changes, typeof message === "string" ? message : ""].filter((part) => part !== "").join("; ");
  return visible(`${eventWord(event.type)} ${spokenName(event.subject)}${detail === "" ? "" : `: ${detail}`}`);
}
