import { Failure, type Problem } from "@troupe/domain/failure";
import { z } from "zod";
import { logLevels } from "./log.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that every process of Troupe reads: `z.object({ ...baseEnvironment, … })`. */
export const baseEnvironment = {
  TROUPE_LOG_LEVEL: z.enum(logLevels).default("info"),
};

/**
 * Reads what the schema names from the environment. A variable that is set to nothing counts as not set, as shells and
 * compose files cannot unset one.
 * @throws Failure `invalid` with everything that is wrong; each problem's path is the variable's name
 */
export function readEnvironment<S extends z.ZodObject>(schema: S, env: Environment): z.output<S> {
  const named = Object.keys(schema.shape).map((name) => [name, env[name] === "" ? undefined : env[name]] as const);
  const result = schema.safeParse(Object.fromEntries(named));
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue): Problem => {
    const path = issue.path.join(".");
    const missing = env[path] === undefined || env[path] === "";
    return { path, reason: missing ? "VARIABLE_MISSING" : "VARIABLE_INVALID", message: missing ? "is not set" : issue.message };
  });
  throw new Failure("invalid", `the environment is wrong: ${problems.map(({ path, message }) => `${path} ${message}`).join("; ")}`, {
    reason: "ENVIRONMENT_INVALID",
    problems,
  });
}

/** Where a server listens. */
export interface ListenAddress {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** `127.0.0.1:7402`, `[::1]:7402`, or `:7402` for all interfaces. */
export const listenAddress = z.string().transform((text, context): ListenAddress => {
  const parsed = parseListenAddress(text);
  if (parsed) return parsed;
  context.addIssue({ code: "custom", message: `is "${text}", not an address to listen on such as 127.0.0.1:7400 or :7400` });
  return z.NEVER;
});

function parseListenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) return undefined;
  return { host: match[1] ?? (match[2] || "::"), port };
}

/** The other way: what a client or a person writes to reach it. */
export function spellAddress({ host, port }: ListenAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
