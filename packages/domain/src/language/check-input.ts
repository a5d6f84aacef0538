import type { Check } from "./app.ts";
import { templateAt, type Fields } from "./fields.ts";
import type { Path } from "./path.ts";

/** Where a field of what is built is written: in the role, or among the app's defaults. */
export type At = (...keys: Path) => Path;

interface CheckInput {
  readonly exec?: readonly (string | number | boolean)[] | undefined | null;
  readonly http?: { readonly port?: string | undefined | null; readonly path?: string | undefined | null; readonly scheme?: "http" | "https" | undefined | null } | undefined | null;
  readonly tcp?: string | undefined | null;
}

/** `schemeOf`: what the declaration of a port says of it. */
export function buildCheck(builder: Fields, { exec, http, tcp }: CheckInput, what: string, at: At, schemeOf: (port: string) => string | undefined): Check {
  const given = [exec, http, tcp].filter((check) => check !== undefined && check !== null).length;
  if (given === 0) builder.problems.add(at(), "FIELD_MISSING", `${what} needs one of exec, http or tcp`);
  if (given > 1) builder.problems.add(at(), "FIELDS_EXCLUSIVE", `${what} is one of exec, http or tcp, not several`);
  if (http) {
    const port = http.port ?? "";
    if (port === "") builder.problems.add([...at("http"), "port"], "FIELD_MISSING", "port is missing: name the port that is asked");
    return { kind: "http", port, path: http.path ?? "/", scheme: (http.scheme ?? schemeOf(port)) === "https" ? "HTTPS" : "HTTP" };
  }
  if (tcp !== undefined && tcp !== null) return { kind: "tcp", port: tcp };
  return { kind: "exec", command: { kind: "elements", elements: (exec ?? []).map((element, index) => templateAt(builder, [...at("exec"), index], element)) } };
}
