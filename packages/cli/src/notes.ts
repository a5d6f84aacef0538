import { valueAt } from "@troupe/domain/language/problems";
import type { ReadDocument } from "@troupe/domain/plan/submitted";

/** What is no problem of a document, and worth knowing. */
export interface Note {
  readonly path: string;
  /** 1-based, as of problems. */
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

/** Of an App: the user that its roles run as where neither it nor they name one. */
export function notesOf(read: ReadDocument): readonly Note[] {
  if (read.kind !== "app" || !read.app) return [];
  const { app, document } = read;
  const silent = Object.values(app.roles).filter(({ name }) => !saysUser(document.value, name));
  const [first] = silent;
  if (!first) return [];
  const who = silent.length === 1 ? `${first.name} runs` : `${silent.map(({ name }) => name).join(", ")} run`;
  return [{ path: "spec.user", ...document.placeOf(["spec"], { key: true }), message: `is not given, so ${who} as user ${first.user}: write the number that the image needs, or image for its own` }];
}

/** Null in a role takes away what the app says. */
function saysUser(value: ReadDocument["document"]["value"], role: string): boolean {
  const [own, shared] = [valueAt(value, ["spec", "roles", role, "user"]), valueAt(value, ["spec", "user"])];
  return ((own === undefined ? shared : own) ?? null) !== null;
}
