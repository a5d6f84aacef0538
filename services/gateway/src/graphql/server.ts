import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { ApolloServer, type ApolloServerPlugin, HeaderMap, type HTTPGraphQLRequest } from "@apollo/server";
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled } from "@apollo/server/plugin/disabled";
import { type ListenAddress, spellAddress } from "@troupe/runtime/environment";
import type { HealthHandler } from "@troupe/runtime/http";
import type { Log } from "@troupe/runtime/log";
import type { Part } from "@troupe/runtime/process";
import { GraphQLError } from "graphql";
import { isLoopback } from "../config.ts";
import type { Control } from "../control.ts";
import { type Context, contextOf } from "./context.ts";
import { errorWords } from "./failures.ts";
import { isLoopbackHost } from "./hosts.ts";
import { limitRules, limits } from "./limits.ts";
import { makeSchema } from "./schema.ts";
import { acceptSockets } from "./socket.ts";

export interface HttpOptions {
  readonly listen: ListenAddress;
  readonly control: Control;
  readonly health: HealthHandler;
  readonly introspection: boolean;
  readonly log: Log;
}

/** The HTTP door: `/graphql` by GET, POST and WebSocket, and the health paths. */
export function makeHttpServer({ listen, control, health, introspection, log }: HttpOptions): Part & { address(): string } {
  const schema = makeSchema();
  const apollo = new ApolloServer<Context>({
    schema,
    introspection,
    validationRules: [...limitRules],
    parseOptions: { maxTokens: limits.tokens },
    plugins: [ApolloServerPluginCacheControlDisabled(), ApolloServerPluginLandingPageDisabled(), refuseSubscriptions],
    formatError: (formatted, error) => errorWords(formatted, error, log),
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
  });
  const isOnLoopback = isLoopback(listen.host);
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16 * 1024 }, (request, response) => {
    if (isOnLoopback && !isLoopbackHost(request.headers.host)) return sendErrors(response, 421, "this door is for this machine: call it localhost or 127.0.0.1");
    if (health(request, response)) return;
    answer(apollo, control, request, response).catch((error: unknown) => {
      log.error({ error }, "a request was not answered");
      response.destroy();
    });
  });
  const sockets = acceptSockets({ server, schema, introspection, isOnLoopback, contextOf: () => contextOf(control, randomUUID), log });
  let address = spellAddress(listen);
  return {
    name: "http",
    address: () => address,
    start: async () => {
      await apollo.start();
      address = spellAddress({ host: listen.host, port: await bind(server, listen) });
      log.info({ part: "http", address }, "listening");
    },
    stop: async () => {
      await sockets.close();
      server.closeIdleConnections();
      const closed = new Promise((resolve) => server.close(resolve));
      const patience = setTimeout(() => server.closeAllConnections(), 3_000);
      await closed;
      clearTimeout(patience);
      await apollo.stop();
    },
  };
}

/** They have a transport of their own; over HTTP one would end with its first answer. */
const refuseSubscriptions: ApolloServerPlugin = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ operation }) => {
      if (operation?.operation !== "subscription") return;
      throw new GraphQLError("subscriptions are served over WebSocket (graphql-transport-ws), at the same path", { extensions: { code: "INVALID", reason: "SUBSCRIPTION_OVER_HTTP", http: { status: 400 } } });
    },
  }),
};

async function bind(server: Server, { host, port }: ListenAddress): Promise<number> {
  server.listen(port, host);
  await once(server, "listening");
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound.port : port;
}

async function answer(apollo: ApolloServer<Context>, control: Control, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(`http://here${request.url?.startsWith("/") ? request.url : "/"}`);
  if (url.pathname === "/") return sendText(response, 200, "Troupe: GraphQL at /graphql (POST, GET, WebSocket), health at /livez and /readyz, metrics at /metrics\n");
  if (url.pathname !== "/graphql") return sendText(response, 404, "there is nothing here; GraphQL is at /graphql\n");
  const body = await readBody(request);
  if (body.kind === "wrong") return sendErrors(response, body.status, body.message);
  const graphql: HTTPGraphQLRequest = { method: request.method ?? "GET", headers: headersOf(request), search: url.search, body: body.value };
  const result = await apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest: graphql, context: async () => contextOf(control, randomUUID) });
  response.statusCode = result.status ?? 200;
  for (const [name, value] of result.headers) response.setHeader(name, value);
  if (result.body.kind === "complete") return void response.end(result.body.string);
  for await (const chunk of result.body.asyncIterator) response.write(chunk);
  response.end();
}

type Body = { readonly kind: "body"; readonly value: unknown } | { readonly kind: "wrong"; readonly status: number; readonly message: string };

async function readBody(request: IncomingMessage): Promise<Body> {
  if (request.method !== "POST") return { kind: "body", value: undefined };
  if (!/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? "")) return { kind: "wrong", status: 415, message: "the content type must be application/json" };
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= limits.bodyBytes) chunks.push(chunk);
    // Somebody who is cut off while sending does not see the answer: what is too much is read and dropped, up to a point.
    else if (bytes > limits.bodyBytes * 4) break;
  }
  if (bytes > limits.bodyBytes) return { kind: "wrong", status: 413, message: `the body is larger than ${limits.bodyBytes} bytes` };
  try {
    return { kind: "body", value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks))) };
  } catch {
    return { kind: "wrong", status: 400, message: "the body is not JSON in UTF-8" };
  }
}

function headersOf(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  return headers;
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
}

/** The connection ends too: what is left of a body that was refused is not read. */
function sendErrors(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", connection: "close" }).end(JSON.stringify({ errors: [{ message, extensions: { code: "INVALID" } }] }));
}
