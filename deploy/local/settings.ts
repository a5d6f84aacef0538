import { join } from "node:path";
import { parseArgs } from "node:util";

/** What a person can set for `npm start`, by flags and by the environment. */
export interface Settings {
  /** A Kubernetes of the person's own; undefined: one is brought up, with simulated nodes. */
  readonly kubernetes: { readonly kubeconfig: string; readonly context: string | undefined } | undefined;
  readonly databaseUrl: string | undefined;
  readonly natsUrl: string | undefined;
  /** A folder of Kubernetes' programs, as `setup-envtest` makes it. */
  readonly assets: string | undefined;
  /** Apply the example cluster. */
  readonly example: boolean;
  readonly ports: Ports;
  /** Where its data is. */
  readonly state: string;
}

/** Name of the variable that sets a port, and its default. */
export const portSettings = {
  gatewayHttp: ["TROUPE_PORT_HTTP", 7400],
  gatewayGrpc: ["TROUPE_PORT_GRPC", 7401],
  control: ["TROUPE_PORT_CONTROL", 7402],
  reconciler: ["TROUPE_PORT_RECONCILER", 7403],
  controlHealth: ["TROUPE_PORT_CONTROL_HEALTH", 7412],
  nats: ["TROUPE_PORT_NATS", 7422],
  postgres: ["TROUPE_PORT_POSTGRES", 7432],
  kubernetes: ["TROUPE_PORT_KUBERNETES", 7443],
} as const;

export type Ports = Readonly<Record<keyof typeof portSettings, number>>;

export const help = `npm start [-- OPTIONS]

Brings up Troupe on this machine: PostgreSQL, NATS, Kubernetes with simulated nodes, Troupe's three services, the catalogue of
applications and an example cluster. Ctrl-C stops everything; the data is found again by the next start (in .troupe).

Options:
  --kubeconfig FILE   deploy to this Kubernetes instead; nothing runs on simulated nodes then (TROUPE_KUBECONFIG)
  --context NAME      its context (TROUPE_CONTEXT; default: the file's current one)
  --example           apply the example there too; without --kubeconfig it always is
  --help

Instead of what is brought up:
  TROUPE_DATABASE_URL  a PostgreSQL
  TROUPE_NATS_URL      a NATS server with JetStream
  KUBEBUILDER_ASSETS   a folder with kube-apiserver, etcd and the rest

Where data is kept:
  TROUPE_STATE         a folder; .troupe in the work tree unless set

Ports:
${Object.values(portSettings).map(([name, port]) => `  ${name.padEnd(27)} ${port}`).join("\n")}
`;

/** Throws an Error with a sentence for the person when a flag or a variable is wrong; undefined: help was asked for. */
export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv, workTree: string): Settings | undefined {
  const { values } = parseArgs({ args: [...args], options: { kubeconfig: { type: "string" }, context: { type: "string" }, example: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
  if (values.help) return undefined;
  const kubeconfig = values.kubeconfig ?? nonEmpty(env.TROUPE_KUBECONFIG);
  const context = values.context ?? nonEmpty(env.TROUPE_CONTEXT);
  if (kubeconfig === undefined && context !== undefined) throw new Error("--context names a context of a kubeconfig file: give --kubeconfig FILE too");
  return {
    kubernetes: kubeconfig === undefined ? undefined : { kubeconfig, context },
    databaseUrl: nonEmpty(env.TROUPE_DATABASE_URL),
    natsUrl: nonEmpty(env.TROUPE_NATS_URL),
    assets: nonEmpty(env.KUBEBUILDER_ASSETS),
    // A cluster of somebody's own gets nothing that was not asked for.
    example: values.example ?? kubeconfig === undefined,
    state: nonEmpty(env.TROUPE_STATE) ?? join(workTree, ".troupe"),
    ports: Object.fromEntries(Object.entries(portSettings).map(([name, [variable, port]]) => [name, portOf(variable, env[variable], port)])) as unknown as Ports,
  };
}

function portOf(variable: string, text: string | undefined, byDefault: number): number {
  if (text === undefined || text === "") return byDefault;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`${variable} is "${text}", which is no port: a number from 1 to 65535`);
  return port;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
