import type { AgentOptions, RequestOptions } from "node:https";
import { isDeepStrictEqual } from "node:util";
import { KubeConfig } from "@kubernetes/client-node";
import { Failure } from "@troupe/domain/failure";
import { Agent, ProxyAgent, type Dispatcher } from "undici";

/** Which target: a context of a kubeconfig file, or the cluster that this process runs in. */
export type TargetSource =
  | { readonly kind: "kubeconfig"; readonly file: string; readonly context: string | undefined }
  | { readonly kind: "in-cluster" };

export interface Access {
  /** `https://host:port`. */
  readonly origin: string;
  /** Of a server behind a path, as some gateways have it; else empty. No slash at the end. */
  readonly prefix: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Options of a dispatcher that reaches the server; the same object for as long as they are equal. */
  readonly connection: Connection;
}

export interface Connection {
  readonly proxy: string | undefined;
  readonly tls: Readonly<Record<string, unknown>>;
}

/**
 * Reads credentials as kubectl does (tokens, certificates, exec plugins, files that rotate), through the client library.
 * Asked before each request: answers from memory for `freshMs`, because files rotate and tokens expire.
 */
export class Credentials {
  readonly #source: TargetSource;
  readonly #nowMs: () => number;
  readonly #freshMs: number;
  #config: KubeConfig | undefined;
  #access: Promise<Access> | undefined;
  #connection: Connection | undefined;
  #readAtMs = 0;

  constructor(source: TargetSource, nowMs: () => number, freshMs = 30_000) {
    this.#source = source;
    this.#nowMs = nowMs;
    this.#freshMs = freshMs;
  }

  access(): Promise<Access> {
    if (this.#access && this.#nowMs() - this.#readAtMs < this.#freshMs) return this.#access;
    this.#readAtMs = this.#nowMs();
    const reading = this.#read();
    this.#access = reading;
    reading.catch(() => {
      if (this.#access === reading) this.#access = undefined;
    });
    return reading;
  }

  /** The server refused what we sent: the next `access` reads everything anew, at most once a second. */
  refused(): void {
    if (this.#nowMs() - this.#readAtMs < 1_000) return;
    this.#config = undefined;
    this.#access = undefined;
  }

  async #read(): Promise<Access> {
    this.#config ??= openConfig(this.#source);
    const options: RequestOptions & Record<string, unknown> = {};
    await this.#config.applyToHTTPSOptions(options).catch((error: unknown) => {
      throw new Failure("unauthenticated", `credentials for the target: ${messageOf(error)}`, { cause: error });
    });
    const connection = connectionOf(this.#config, options);
    if (!this.#connection || !isDeepStrictEqual(this.#connection, connection)) this.#connection = connection;
    const server = new URL(serverOf(this.#config));
    return { origin: server.origin, prefix: server.pathname.replace(/\/+$/, ""), headers: headersOf(options), connection: this.#connection };
  }
}

export function openDispatcher(connection: Connection, settings: Agent.Options): Dispatcher {
  // HTTP/2 would put every watch and write on one socket, where one lost packet holds up all of them.
  const options = { ...settings, allowH2: false, pipelining: 1 };
  if (connection.proxy === undefined) return new Agent({ ...options, connect: { ...connection.tls, timeout: 10_000 } });
  return new ProxyAgent({ ...options, uri: connection.proxy, requestTls: connection.tls });
}

function openConfig(source: TargetSource): KubeConfig {
  const config = new KubeConfig();
  if (source.kind === "in-cluster") {
    config.loadFromCluster();
    return config;
  }
  try {
    config.loadFromFile(source.file);
  } catch (error) {
    throw new Failure("unavailable", `kubeconfig ${source.file}: ${messageOf(error)}`, { cause: error });
  }
  if (source.context !== undefined) config.setCurrentContext(source.context);
  if (!config.getContextObject(config.getCurrentContext())) {
    throw new Failure("unavailable", `kubeconfig ${source.file} has no context "${config.getCurrentContext()}"`);
  }
  return config;
}

function serverOf(config: KubeConfig): string {
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Failure("unavailable", `context "${config.getCurrentContext()}" names a cluster that the kubeconfig does not have`);
  return cluster.server;
}

function connectionOf(config: KubeConfig, options: RequestOptions): Connection {
  const made = config.createDispatcherOptions(config.getCurrentCluster(), options as AgentOptions);
  switch (made.type) {
    case "agent": {
      return { proxy: undefined, tls: { ...made.connect } };
    }
    case "none": {
      return { proxy: undefined, tls: {} };
    }
    case "proxy": {
      return { proxy: made.uri, tls: { ...made.requestTls } };
    }
    case "socks": {
      throw new Failure("unavailable", `proxy ${made.uri}: only http and https proxies are supported`);
    }
  }
}

function headersOf(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = String(value).trim();
  if (options.auth) headers["authorization"] = `Basic ${Buffer.from(options.auth).toString("base64")}`;
  return headers;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
