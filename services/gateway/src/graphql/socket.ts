import { type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { Failure } from "@troupe/domain/failure";
import type { Log } from "@troupe/runtime/log";
import { type DocumentNode, execute, GraphQLError, type GraphQLSchema, NoSchemaIntrospectionCustomRule, parse, specifiedRules, subscribe, validate } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { type WebSocket, WebSocketServer } from "ws";
import type { Context } from "./context.ts";
import { errorWords } from "./failures.ts";
import { upgradeRefusal } from "./hosts.ts";
import { limitRules, limits } from "./limits.ts";

export interface SocketOptions {
  readonly server: Server;
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  /** The door is on loopback only. */
  readonly isOnLoopback: boolean;
  readonly contextOf: () => Context;
  readonly log: Log;
}

const mostBufferedBytes = 1024 * 1024;

// How long one that is closed may take to say so too: a client that reads nothing never does. (Not in the package's types.)
const closing = { closeTimeout: 2_000 };

/** GraphQL over WebSocket (`graphql-transport-ws`) at `/graphql`. A page of another origin may not open one. */
export function acceptSockets({ server, schema, introspection, isOnLoopback, contextOf, log }: SocketOptions): { close(): Promise<void> } {
  const sockets = new WebSocketServer({ ...closing, noServer: true, maxPayload: limits.bodyBytes });
  const operationOf = makeOperationOf(schema, introspection);
  const words = (error: GraphQLError) => errorWords({ ...error.toJSON(), extensions: { code: "BAD_USER_INPUT", ...error.extensions } }, error, log);
  const graphql = useServer(
    {
      schema,
      execute,
      subscribe,
      onSubscribe: ({ subscriptions }, _id, { query, variables, operationName }) => {
        if (Object.keys(subscriptions).length > limits.operationsPerSocket) return [tooMany()];
        const operation = operationOf(query);
        return Array.isArray(operation) ? operation : { schema, document: operation, variableValues: variables, operationName, contextValue: contextOf() };
      },
      onNext: (_context, _id, _payload, _args, { errors, ...result }) => (errors ? { ...result, errors: errors.map(words) } : undefined),
      onError: (_context, _id, _payload, errors) => errors.map(words),
    },
    sockets,
  );
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const refusal = upgradeRefusal(request.url, request.headers, isOnLoopback);
    if (refusal !== undefined) return void socket.end(`HTTP/1.1 ${refusal} ${STATUS_CODES[refusal]}\r\nconnection: close\r\n\r\n`);
    sockets.handleUpgrade(request, socket, head, (opened) => {
      closeWhenSlow(opened);
      sockets.emit("connection", opened, request);
    });
  });
  return {
    async close() {
      await graphql.dispose();
    },
  };
}

/** The operation as a document, or what is wrong with it, in the codes that it has over HTTP. */
function makeOperationOf(schema: GraphQLSchema, introspection: boolean): (query: string) => DocumentNode | GraphQLError[] {
  const rules = [...specifiedRules, ...limitRules, ...(introspection ? [] : [NoSchemaIntrospectionCustomRule])];
  return (query) => {
    let document: DocumentNode;
    try {
      document = parse(query, { maxTokens: limits.tokens });
    } catch (error) {
      return [coded(error as GraphQLError, "GRAPHQL_PARSE_FAILED")];
    }
    const errors = validate(schema, document, rules);
    return errors.length > 0 ? errors.map((error) => coded(error, "GRAPHQL_VALIDATION_FAILED")) : document;
  };
}

function coded(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes, source, positions, originalError, extensions } = error;
  return new GraphQLError(message, { nodes, source, positions, originalError, extensions: { code, ...extensions } });
}

function tooMany(): GraphQLError {
  const failure = new Failure("exhausted", `this socket has ${limits.operationsPerSocket} operations under way: complete some, or open another`, { reason: "TOO_MANY_OPERATIONS" });
  return new GraphQLError(failure.message, { originalError: failure });
}

/** A reader that does not read is ended instead of being kept for: it resumes with its cursor. */
function closeWhenSlow(opened: WebSocket): void {
  const watch = setInterval(() => {
    if (opened.bufferedAmount > mostBufferedBytes) opened.close(1013, "too slow: resume after the last revision");
  }, 1_000);
  opened.on("close", () => clearInterval(watch));
}
