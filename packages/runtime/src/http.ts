import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Failure } from "@troupe/domain/failure";
import { type ListenAddress, spellAddress } from "./environment.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { Part } from "./process.ts";
import { unlessAborted } from "./wait.ts";

/** Whether one thing that the process needs in order to be useful is there. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string;
}

export interface HealthOptions {
  /** Ready is what has all of these; a failure of this function itself counts as not ready. */
  readonly ready: () => Promise<readonly Check[]>;
  readonly metrics: Metrics;
}

/** True: the request was for a health path and is being answered. */
export type HealthHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

const readyTimeoutMs = 2_000;

/**
 * Answers `/livez` (the process runs: always 200), `/readyz` (200 or 503, with the checks as JSON) and `/metrics`
 * (Prometheus). A dependency that is away makes a process not ready, never not alive: a restart would not bring it back.
 */
export function healthHandler({ ready, metrics }: HealthOptions): HealthHandler {
  const pages: Readonly<Record<string, () => Promise<Page>>> = {
    "/livez": async () => ({ status: 200, contentType: "text/plain; charset=utf-8", body: "ok\n" }),
    "/readyz": async () => readyPage(await checksOf(ready)),
    "/metrics": async () => ({ status: 200, ...(await metrics.text()) }),
  };
  return (request, response) => {
    const page = pages[pathOf(request)];
    if (!page) return false;
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
      return true;
    }
    page().then(
      (answer) => send(response, answer),
      () => send(response, { status: 500, contentType: "text/plain; charset=utf-8", body: "internal\n" }),
    );
    return true;
  };
}

export interface HealthServerOptions extends HealthOptions {
  readonly listen: ListenAddress;
  readonly log: Log;
}

/** A server of its own for the health paths, for processes that have no other HTTP server. */
export function serveHealth({ listen, log, ...options }: HealthServerOptions): Part & { address(): string } {
  const handle = healthHandler(options);
  return serveHttp({ name: "health", listen, log }, (request, response) => {
    if (!handle(request, response)) response.writeHead(404).end();
  });
}

export interface HttpServerOptions {
  readonly name: string;
  readonly listen: ListenAddress;
  readonly log: Log;
}

type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** A `node:http` server as a part. `prepare` may add to it what is no request: the upgrade to a WebSocket. */
export function serveHttp({ name, listen, log }: HttpServerOptions, handle: HttpHandler, prepare?: (server: Server) => void): Part & { address(): string } {
  const server = createServer(handle);
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  prepare?.(server);
  return {
    name,
    address: () => addressOf(server, listen),
    start: async () => {
      server.listen(listen);
      await once(server, "listening").catch((cause: unknown) => {
        throw new Failure("unavailable", `cannot listen on ${spellAddress(listen)}`, { reason: "LISTEN_FAILED", cause });
      });
      log.info({ part: name, address: addressOf(server, listen) }, "listening");
    },
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeIdleConnections();
      // Whoever keeps a connection busy longer (a download, a WebSocket) is cut off: it can come back elsewhere.
      const patience = setTimeout(() => sockets.forEach((socket) => socket.destroy()), 2_000);
      await closed;
      clearTimeout(patience);
    },
  };
}

interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

function send(response: ServerResponse, { status, contentType, body }: Page): void {
  response.writeHead(status, { "content-type": contentType, "cache-control": "no-store" }).end(body);
}

function readyPage(checks: readonly Check[]): Page {
  const ok = checks.every((check) => check.ok);
  return { status: ok ? 200 : 503, contentType: "application/json", body: `${JSON.stringify({ ok, checks })}\n` };
}

async function checksOf(ready: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await unlessAborted(ready(), AbortSignal.timeout(readyTimeoutMs));
  } catch (error) {
    return [{ name: "ready", ok: false, detail: error instanceof Failure ? error.message : "the checks failed" }];
  }
}

function pathOf({ url = "/" }: IncomingMessage): string {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}

function addressOf(server: Server, listen: ListenAddress): string {
  const address = server.address();
  return address === null || typeof address === "string" ? spellAddress(listen) : spellAddress({ host: listen.host, port: address.port });
}
