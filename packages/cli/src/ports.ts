import type { Failure } from "@troupe/domain/failure";
import type { App, Port } from "@troupe/domain/language/app";
import { nearest } from "@troupe/domain/nearest";
import type { Cluster } from "@troupe/proto/troupe/v1/cluster";
import { advising } from "./advice.ts";
import { membersOf } from "./members.ts";
import { memberWord } from "./print/cluster.ts";
import { usage } from "./usage.ts";

/** A port that can be opened, of a role or of one member of it. */
export interface Door {
  readonly role: string;
  readonly port: Port;
  /** `broker` or `broker-0`: whose port it is. */
  readonly of: string;
}

/** What is opened: all pages for people, or what a word names: `PORT`, `ROLE/PORT`, `MEMBER/PORT`, the port by name or number. */
export function chooseDoors(app: Pick<App, "roles">, cluster: Cluster, word: string | undefined): readonly Door[] {
  const doors = Object.values(app.roles).flatMap(({ name: role, ports }) => Object.values(ports).filter(({ protocol }) => protocol === "TCP").map((port): Door => ({ role, port, of: role })));
  return word === undefined ? dashboards(doors) : [named(doors, cluster, word)];
}

function dashboards(doors: readonly Door[]): readonly Door[] {
  const found = doors.filter(({ port }) => port.dashboard);
  if (found.length === 0) throw advising("not_found", "no port of it is marked as a page for people (dashboard: true)", `name one: ${doors.map(doorWord).join(", ") || "it has none"}`);
  return found;
}

function named(doors: readonly Door[], cluster: Cluster, word: string): Door {
  const [whose, port = ""] = word.includes("/") ? word.split("/", 2) : [undefined, word];
  const member = membersOf(cluster).find((one) => memberWord(one) === whose || one.name === whose);
  const role = member?.role ?? whose;
  const found = doors.filter((door) => (role === undefined || door.role === role) && (door.port.name === port || String(door.port.port) === port));
  const [door, ...others] = found;
  if (door === undefined) throw noSuchDoor(doors, word, role, port);
  if (others.length > 0) throw usage(`"${word}" is a port of several roles: name one of ${found.map(doorWord).join(", ")}`);
  return member ? { ...door, of: memberWord(member) } : door;
}

function noSuchDoor(doors: readonly Door[], word: string, role: string | undefined, port: string): Failure {
  const ofRole = doors.filter((door) => door.role === role);
  const candidates = ofRole.length > 0 ? ofRole : doors;
  const meant = nearest(port, candidates.map((door) => door.port.name));
  const near = candidates.find((door) => door.port.name === meant);
  return advising("not_found", `there is no port "${word}"`, near === undefined ? `there are ${doors.map(doorWord).join(", ") || "none"}` : `did you mean ${doorWord(near)}?`);
}

/** `broker/client` */
export function doorWord({ of, port }: Pick<Door, "of" | "port">): string {
  return `${of}/${port.name}`;
}

/** Where it is opened here: a URL, or just the address where the definition does not say what is spoken. */
export function addressOf({ scheme, path = "/", dashboard }: Port, localPort: number, token: string | undefined): string {
  const host = `127.0.0.1:${localPort}`;
  if (scheme === undefined && !dashboard) return host;
  // Not through URL, which knows the parts of few schemes only.
  const query = token === undefined ? "" : `${path.includes("?") ? "&" : "?"}token=${encodeURIComponent(token)}`;
  return `${scheme ?? "http"}://${host}${path}${query}`;
}
