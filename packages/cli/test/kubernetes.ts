import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type WebSocket, WebSocketServer } from "ws";

/** What the API server answers to, as far as a test says it. Each is given the path and the query. */
export interface FakeKubernetes {
  /** An object by its path below the namespace, such as `pods/a`; undefined: not found; a number: refused with that code. */
  readonly get?: (path: string) => object | number | undefined;
  /** Writes a log and ends it, or not. */
  readonly log?: (pod: string, query: URLSearchParams, answer: ServerResponse) => void;
  readonly exec?: (pod: string, query: URLSearchParams, socket: WebSocket) => void;
  readonly portforward?: (pod: string, query: URLSearchParams, socket: WebSocket) => void;
}

/** An API server that is spoken to over plain HTTP, and a kubeconfig for it. */
export async function startFakeKubernetes({ get = () => undefined, log, exec, portforward }: FakeKubernetes) {
  const server = createServer((request, answer) => {
    const { path, query } = partsOf(request);
    const [, pod] = /^pods\/([^/]+)\/log$/.exec(path) ?? [];
    if (pod !== undefined && log) return log(pod, query, answer);
    const found = get(path);
    if (typeof found === "object") return answer.end(JSON.stringify(found));
    refuse(answer, found ?? 404, path);
  });
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] ?? false });
  server.on("upgrade", (request: IncomingMessage, socket, head) => {
    const { path, query } = partsOf(request);
    const [, pod = "", what] = /^pods\/([^/]+)\/(exec|portforward)$/.exec(path) ?? [];
    const serve = what === "exec" ? exec : portforward;
    // As the real one: whether the pod is there is seen first.
    if (typeof get(`pods/${pod}`) !== "object") return socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
    sockets.handleUpgrade(request, socket, head, (accepted) => serve?.(pod, query, accepted));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const folder = await mkdtemp(join(tmpdir(), "troupe-kube-"));
  const kubeconfig = join(folder, "config");
  const cluster = { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, "insecure-skip-tls-verify": true };
  await writeFile(kubeconfig, JSON.stringify({ clusters: [{ name: "fake", cluster }], users: [{ name: "ann", user: { token: "t" } }], contexts: [{ name: "fake", context: { cluster: "fake", user: "ann" } }], "current-context": "fake" }));
  return {
    kubeconfig,
    async stop() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}

function partsOf({ url = "" }: IncomingMessage): { readonly path: string; readonly query: URLSearchParams } {
  const { pathname, searchParams } = new URL(url, "http://fake");
  return { path: pathname.replace(/^\/api\/v1\/namespaces\/[^/]+\//, ""), query: searchParams };
}

function refuse(answer: ServerResponse, code: number, path: string): void {
  const message = code === 403 ? `${path} is forbidden: User "ann" cannot get resource "${path.split("/")[0]}" in API group "" in the namespace "shop"` : `${path} not found`;
  answer.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify({ kind: "Status", code, message }));
}
