import type { Server } from "node:http";
import type { Log } from "@troupe/runtime/log";
import { type DocumentNode, execute, type GraphQLSchema, NoSchemaIntrospectionCustomRule, parse, specifiedRules, subscribe, validate } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";
import type { Context } from "./context.ts";
import { toGraphQLError } from "./failures.ts";
import { limitRules, limits } from "./limits.ts";

export interface SocketOptions {
  readonly server: Server;
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  readonly contextOf: () => Context;
  readonly log: Log;
}

const mostBufferedBytes = 1024 * 1024;

/** GraphQL over WebSocket (`graphql-transport-ws`) at `/graphql`. A page of another origin may not open one. */
export function acceptSockets({ server, schema, introspection, contextOf, log }: SocketOptions): { close(): Promise<void> } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.bodyBytes, handleProtocols: (protocols) => (protocols.has("graphql-transport-ws") ? "graphql-transport-ws" : false) });
  const rules = [...specifiedRules, ...limitRules, ...(introspection ? [] : [NoSchemaIntrospectionCustomRule])];
  const graphql = useServer(
    {
      schema,
      execute,
      subscribe,
      context: contextOf,
      onSubscribe: (_context, id, { query, variables, operationName }) => {
        let document: DocumentNode;
        try {
          document = parse(query, { maxTokens: limits.tokens });
        } catch (error) {
          return [toGraphQLError(error, log)];
        }
        const errors = validate(schema, document, rules);
        void id;
        return errors.length > 0 ? errors : { schema, document, variableValues: variables, operationName, contextValue: contextOf() };
      },
      onError: (_context, _id, _payload, errors) => errors.map((error) => (error.originalError ? toGraphQLError(error.originalError, log) : error)),
    },
    sockets,
  );
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    if (!request.url?.startsWith("/graphql") || !isSameOrigin(request.headers.origin, request.headers.host)) {
      socket.end("HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      // A reader that does not read is ended instead of being kept for: it resumes with its cursor.
      const watch = setInterval(() => {
        if (opened.bufferedAmount > mostBufferedBytes) opened.close(1013, "too slow: resume after the last revision");
      }, 1_000);
      opened.on("close", () => clearInterval(watch));
      sockets.emit("connection", opened, request);
    });
  });
  return {
    async close() {
      await graphql.dispose();
      sockets.close();
    },
  };
}

/** Programs send no Origin; a browser's page may only speak to where it came from. */
function isSameOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}
