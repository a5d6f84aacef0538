import { namedIn } from "../by-name.ts";
import type { RoleName } from "../name.ts";
import type { App, Check, Role } from "./app.ts";
import type { Path } from "./path.ts";
import { didYouMean, shown, type Problems } from "./problems.ts";

/** What refers to roles and ports by name, wherever it stands. */

/** Where a role's field is written. */
export type Origin = (role: RoleName, keys: Path) => Path;

/** The same for one role. */
export type At = (...keys: Path) => Path;

/** What asks a port: it must be the role's, and speak TCP. */
export function checkCheck(role: Role, check: Check, problems: Problems, at: At): void {
  if (check.kind === "exec" || check.port === "") return;
  const path = check.kind === "http" ? at("http", "port") : at("tcp");
  const port = checkPortNamed(role, check.port, path, problems);
  if (port?.protocol === "UDP") problems.add(path, "VALUE_INVALID", `the port ${check.port} is UDP, and ${check.kind} asks over TCP: name a TCP port, or use exec`);
}

export function checkPortNamed(role: Role, name: string, path: Path, problems: Problems): Role["ports"][string] | undefined {
  const port = namedIn(role.ports, name);
  if (port === undefined) problems.add(path, "PORT_UNKNOWN", `the role ${role.name} has no port ${shown(name)}`, { misses: `ports.${name}`, ...didYouMean(name, Object.keys(role.ports)) });
  return port;
}

/** `except`: a role that is not meant, as it is the one that asks. */
export function checkRoleNamed(app: App, name: string, path: Path, problems: Problems, except?: string): Role | undefined {
  const role = namedIn(app.roles, name);
  if (role === undefined) problems.add(path, "ROLE_UNKNOWN", `there is no role ${shown(name)}`, { misses: `roles.${name}`, ...didYouMean(name, Object.keys(app.roles).filter((known) => known !== except)) });
  return role;
}
