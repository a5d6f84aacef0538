import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Agent, request } from "node:https";
import type { AddressInfo } from "node:net";

export interface KubeRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly watch: boolean;
  readonly status: number;
}

/** Stands between a reconciler and the API server and notes each request as it is answered. */
export interface CountingProxy {
  readonly url: string;
  /** Everything so far but open watches. */
  readonly requests: readonly KubeRequest[];
  /** What came since; forgets it. */
  take(): readonly KubeRequest[];
  stop(): Promise<void>;
}

export async function startCountingProxy(target: { readonly server: string; readonly caFile: string }): Promise<CountingProxy> {
  const agent = new Agent({ keepAlive: true, ca: readFileSync(target.caFile), rejectUnauthorized: false });
  let noted: KubeRequest[] = [];
  const server = createServer((incoming, outgoing) => forward(target.server, agent, incoming, outgoing, (seen) => noted.push(seen)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return noted;
    },
    take() {
      const taken = noted;
      noted = [];
      return taken;
    },
    stop: () => stop(server, agent),
  };
}

function forward(target: string, agent: Agent, incoming: IncomingMessage, outgoing: ServerResponse, note: (seen: KubeRequest) => void): void {
  const { method = "GET", url: path = "/", headers } = incoming;
  const watch = /[?&]watch=(true|1)/.test(path);
  const onward = request(new URL(path, target), { method, headers: { ...headers, host: new URL(target).host }, agent }, (answer) => {
    note({ method, path, watch, status: answer.statusCode ?? 0 });
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    outgoing.flushHeaders(); // a watch may have nothing to say for long
    answer.pipe(outgoing);
    answer.on("error", () => outgoing.destroy());
  });
  // As a broken connection, which is what it is.
  onward.on("error", () => outgoing.destroy());
  outgoing.on("close", () => onward.destroy());
  incoming.pipe(onward);
}

async function stop(server: Server, agent: Agent): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  agent.destroy();
}
