import { type IncomingMessage, request as requestPlain, type RequestOptions } from "node:http";
import { request as requestSecure } from "node:https";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import type { KubeConfig } from "@kubernetes/client-node";
import { Failure } from "@troupe/domain/failure";
import { createWebSocketStream, WebSocket } from "ws";
import { failureOf, unreachable } from "./failures.ts";

/** ◆ A Kubernetes, with the caller's rights there. Everything rejects with a Failure, or with the signal's reason. */
export interface Kube {
  /** Of the kubeconfig. */
  readonly context: string;
  /** An object. */
  get(path: string, signal: AbortSignal): Promise<unknown>;
  /** What is written while it is read, such as a log. */
  read(path: string, signal: AbortSignal): Promise<IncomingMessage>;
  /** A connection of several channels: each message is a Buffer that begins with the number of its channel. */
  connect(path: string, protocols: readonly string[], signal: AbortSignal): Promise<Channels>;
}

export interface Channels {
  readonly protocol: string;
  readonly messages: Duplex;
}

const answerMs = 30_000;
const aliveMs = 30_000;

/**
 * Requests as client-node would make them, but for two things: its own take undici, which needs a newer Node than this command,
 * and keep what the server says of a refused log or exec to themselves.
 */
export function makeKube(config: KubeConfig): Kube {
  const context = config.getCurrentContext();
  const server = config.getCurrentCluster()?.server ?? "";

  /** Asked before each request: tokens expire, and files rotate. */
  async function optionsOf(): Promise<RequestOptions> {
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options).catch((error: unknown) => {
      throw new Failure("unauthenticated", `credentials of context "${context}": ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    });
    return options;
  }

  async function read(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    const options = await optionsOf();
    const answer = await send(urlOf(server, path), { ...options, signal }).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : unreachable(error, server, context);
    });
    if (answer.statusCode === 200) return answer;
    throw failureOf(answer.statusCode ?? 0, await text(answer), { context, path });
  }

  return {
    context,
    read,
    get: async (path, signal) => JSON.parse(await text(await read(path, signal))),
    async connect(path, protocols, signal) {
      signal.throwIfAborted();
      const socket = new WebSocket(urlOf(server, path), [...protocols], { ...(await optionsOf()), handshakeTimeout: answerMs, perMessageDeflate: false });
      const stop = () => socket.terminate();
      signal.addEventListener("abort", stop, { once: true });
      socket.once("close", () => signal.removeEventListener("abort", stop));
      // From the beginning: what comes right after the handshake would be missed later.
      const messages = createWebSocketStream(socket, { readableObjectMode: true });
      // Whoever reads them is told; nobody may be reading.
      messages.on("error", () => undefined);
      await opened(socket, { context, path }).catch((error: unknown) => {
        throw signal.aborted ? signal.reason : error instanceof Failure ? error : unreachable(error, server, context);
      });
      const alive = setInterval(() => socket.ping(), aliveMs).unref();
      socket.once("close", () => clearInterval(alive));
      return { protocol: socket.protocol, messages };
    },
  };
}

/** A server may be behind a path, as some gateways have it. */
function urlOf(server: string, path: string): URL {
  return new URL(`${server.replace(/\/+$/, "")}${path}`);
}

function send(url: URL, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = (url.protocol === "http:" ? requestPlain : requestSecure)(url, options, (answer) => {
      clearTimeout(late);
      resolve(answer);
    });
    const late = setTimeout(() => sent.destroy(new Error(`nothing came for ${answerMs / 1000} s`)), answerMs);
    sent.on("socket", (socket) => socket.setKeepAlive(true, aliveMs));
    sent.on("error", (error) => {
      clearTimeout(late);
      reject(error);
    });
    sent.end();
  });
}

function opened(socket: WebSocket, asked: Parameters<typeof failureOf>[2]): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.on("error", reject);
    // Without a listener its text, which says why, would be lost.
    socket.once("unexpected-response", (request, answer) => {
      text(answer)
        .then((body) => reject(failureOf(answer.statusCode ?? 0, body, asked)), reject)
        .finally(() => request.destroy());
    });
  });
}
