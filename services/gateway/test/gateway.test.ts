import { once, setMaxListeners } from "node:events";
import { request } from "node:http";
import type { Duplex } from "node:stream";
import { Failure } from "@troupe/domain/failure";
import { ClusterServiceService, WatchKind, type WatchClustersResponse } from "@troupe/proto/troupe/v1/cluster";
import { Pipeline, type WatchPipelinesResponse } from "@troupe/proto/troupe/v1/pipeline";
import { callerOf, openChannel } from "@troupe/runtime/grpc-client";
import type { Call } from "@troupe/runtime/grpc-server";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type Gateway, startGateway } from "./gateway.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function start(...args: Parameters<typeof startGateway>): Promise<Gateway> {
  const gateway = await startGateway(...args);
  cleanups.push(gateway.stop);
  return gateway;
}

describe("a call that is forwarded", () => {
  it("has the deadline that its caller set, and none where the caller set none", async () => {
    const seen: (number | undefined)[] = [];
    const wait = async (_request: unknown, { deadlineMs }: Call) => {
      seen.push(deadlineMs);
      return { done: false, cluster: undefined };
    };
    const { grpc } = await start({ clusters: { wait } });
    const channel = openChannel(grpc);
    cleanups.push(() => channel.close());
    const { wait: ask } = callerOf(ClusterServiceService, channel);
    const wanted = { name: "projects/p/clusters/c", until: 1, timeout: undefined, generation: 0n } as const;
    await ask(wanted, { deadlineMs: Number.POSITIVE_INFINITY });
    await ask(wanted, { deadlineMs: 60_000 });
    expect(seen).toEqual([undefined, expect.any(Number)]);
  });

  it("goes straight to control, whatever proxy the environment names", async () => {
    const { grpc } = await start({ clusters: { get: ({ name }) => Promise.reject(new Failure("not_found", name)) } }, { http_proxy: "http://127.0.0.1:1", grpc_proxy: "http://127.0.0.1:1" });
    const channel = openChannel(grpc);
    cleanups.push(() => channel.close());
    await expect(callerOf(ClusterServiceService, channel).get({ name: "x" })).rejects.toMatchObject({ kind: "not_found" });
  });
});

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: { readonly errors?: readonly WireError[]; readonly data?: unknown } | readonly WireError[];
}

interface WireError {
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** A socket with its connection acknowledged, and every message that comes in. */
async function openSocket({ http }: Gateway) {
  const socket = new WebSocket(`ws://${http}/graphql`, "graphql-transport-ws");
  cleanups.push(() => socket.terminate());
  const messages: Message[] = [];
  const arrived = new EventTarget();
  setMaxListeners(0, arrived);
  socket.on("message", (data: Buffer) => {
    messages.push(JSON.parse(String(data)));
    arrived.dispatchEvent(new Event("message"));
  });
  await once(socket, "open");
  const send = (message: object) => socket.send(JSON.stringify(message));
  const find = async (isIt: (message: Message) => boolean): Promise<Message> => {
    for (;;) {
      const found = messages.find(isIt);
      if (found) return found;
      await once(arrived, "message");
    }
  };
  send({ type: "connection_init" });
  await find(({ type }) => type === "connection_ack");
  let last = 0;
  /** Sends an operation, and gives its first answer. */
  const ask = (query: string, variables?: object) => {
    last += 1;
    const id = String(last);
    send({ id, type: "subscribe", payload: { query, variables } });
    return find((message) => message.id === id);
  };
  /** The errors of an operation's first answer, whichever way they come. */
  const errors = async (query: string, variables?: object): Promise<readonly WireError[]> => {
    const { payload } = await ask(query, variables);
    return Array.isArray(payload) ? payload : ((payload as { errors?: readonly WireError[] }).errors ?? []);
  };
  return { socket, send, ask, errors };
}

const subscription = `subscription { clusterChanged(scope: "projects/p") { __typename } }`;

/** Says one thing, then nothing until nobody listens any more. */
function silentWatch() {
  const left = Promise.withResolvers<unknown>();
  const watch = async function* (_request: unknown, { signal }: Call): AsyncGenerator<WatchClustersResponse> {
    signal.addEventListener("abort", () => left.resolve(signal.reason));
    yield { kind: WatchKind.WATCH_KIND_BOOKMARK, revision: 1n, cluster: undefined };
    await left.promise;
  };
  return { left: left.promise, watch };
}

describe("a subscription", () => {
  it("ends at control when its client completes it, while nothing happens", async () => {
    const { left, watch } = silentWatch();
    const { send, ask } = await openSocket(await start({ clusters: { watch } }));
    const { id, type } = await ask(subscription);
    expect(type).toBe("next");
    send({ id, type: "complete" });
    expect(await left).toMatchObject({ reason: "CANCELLED" });
  });

  it("ends at control when its client goes away", async () => {
    const { left, watch } = silentWatch();
    const { socket, ask } = await openSocket(await start({ clusters: { watch } }));
    await ask(subscription);
    socket.terminate();
    expect(await left).toMatchObject({ reason: "CANCELLED" });
  });

  it("is refused beyond a hundred of one socket", async () => {
    const { watch } = silentWatch();
    const { ask, errors } = await openSocket(await start({ clusters: { watch } }));
    await Promise.all(Array.from({ length: 100 }, () => ask(subscription)));
    expect(await errors(subscription)).toMatchObject([{ extensions: { code: "EXHAUSTED", reason: "TOO_MANY_OPERATIONS" } }]);
  });
});

describe("a pipeline over GraphQL", () => {
  const clicks = Pipeline.fromJSON({ name: "projects/p/pipelines/clicks", spec: { clusters: { log: { app: "queue" } } }, status: { state: "CLUSTER_STATE_DEGRADED", clusters: [{ key: "log", cluster: "projects/p/clusters/clicks-log", changed: true }] } });

  it("is sent as it changes, and a bookmark where nothing does", async () => {
    const watch = async function* (_request: unknown, { signal }: Call): AsyncGenerator<WatchPipelinesResponse> {
      yield { kind: WatchKind.WATCH_KIND_UPSERT, revision: 0n, pipeline: clicks };
      await once(signal, "abort");
    };
    const { ask } = await openSocket(await start({ pipelines: { watch } }));
    const { payload } = await ask(`subscription { pipelineChanged(scope: "projects/p") { __typename ... on PipelineUpsert { pipeline { shortName spec { clusters { key spec { app } } } status { state clusters { key state changed } } } } } }`);
    const pipeline = { shortName: "clicks", spec: { clusters: [{ key: "log", spec: { app: "queue" } }] }, status: { state: "DEGRADED", clusters: [{ key: "log", state: null, changed: true }] } };
    expect(payload).toEqual({ data: { pipelineChanged: { __typename: "PipelineUpsert", pipeline } } });
  });

  it("is deleted with what is to be confirmed, and what is refused is the caller's to mend", async () => {
    const asked: unknown[] = [];
    const { http } = await start({ pipelines: { delete: (request) => (asked.push(request), Promise.reject(new Failure("conflict", "clicks-log is protected", { reason: "CLUSTER_PROTECTED" }))) } });
    const { body } = await post(http, { query: `mutation { deletePipeline(input: {name: "projects/p/pipelines/clicks", deleteVolumes: true, confirm: "clicks"}) { pipeline { name } userErrors { reason } } }` });
    expect(body).toEqual({ data: { deletePipeline: { pipeline: null, userErrors: [{ reason: "CLUSTER_PROTECTED" }] } } });
    expect(asked).toMatchObject([{ name: "projects/p/pipelines/clicks", volumes: 2, confirm: "clicks", allowMissing: false }]);
  });

  it("that does not exist is null", async () => {
    const { http } = await start({ pipelines: { get: () => Promise.reject(new Failure("not_found", "no")) } });
    expect(await post(http, { query: `{ pipeline(name: "projects/p/pipelines/x") { name } }` })).toMatchObject({ status: 200, body: { data: { pipeline: null } } });
  });
});

describe("an error over WebSocket", () => {
  it("has the code and the reason that it has over HTTP", async () => {
    const away = new Failure("unavailable", "the database is away", { reason: "DATABASE_UNAVAILABLE" });
    const old = new Failure("invalid", "no such scope", { reason: "RESOURCE_NAME_INVALID" });
    const gateway = await start({
      clusters: {
        list: () => Promise.reject(away),
        watch: () => {
          throw old;
        },
      },
    });
    const { errors } = await openSocket(gateway);
    const operations: readonly (readonly [query: string, variables: object | undefined, code: string, reason: string | undefined])[] = [
      ["{ clusters {", undefined, "GRAPHQL_PARSE_FAILED", undefined],
      ["{ nothing }", undefined, "GRAPHQL_VALIDATION_FAILED", undefined],
      [`{ ${Array.from({ length: 31 }, (_, index) => `a${index}: viewer { caller }`).join(" ")} }`, undefined, "INVALID", "OPERATION_TOO_LARGE"],
      ['{ events(project: "p", after: "x") { nodes { type } } }', undefined, "INVALID", "BAD_ARGUMENT"],
      ["{ clusters { nodes { name } } }", undefined, "UNAVAILABLE", "DATABASE_UNAVAILABLE"],
      ["query ($n: Int) { clusters(first: $n) { nodes { name } } }", { n: "x" }, "BAD_USER_INPUT", undefined],
      ["query ($n: Int64) { events(project: \"p\", after: $n) { nodes { type } } }", { n: "x" }, "INVALID", "BAD_ARGUMENT"],
      ["{ clusters(first: 2000) { nodes { name } } }", undefined, "INVALID", "BAD_ARGUMENT"],
    ];
    for (const [query, variables, code, reason] of operations) {
      expect.soft(await errors(query, variables), query).toMatchObject([{ extensions: { code, ...(reason && { reason }) } }]);
      const { body } = await post(gateway.http, { query, variables });
      expect.soft(body, query).toMatchObject({ errors: [{ extensions: { code, ...(reason && { reason }) } }] });
    }
    expect(await errors(subscription)).toMatchObject([{ extensions: { code: "INVALID", reason: "RESOURCE_NAME_INVALID" } }]);
  });
});

async function post(http: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<{ readonly status: number | undefined; readonly body: unknown }> {
  const sent = request(`http://${http}/graphql`, { method: "POST", headers: { "content-type": "application/json", ...headers } });
  sent.end(typeof body === "string" ? body : JSON.stringify(body));
  const [answer] = await once(sent, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return { status: answer.statusCode, body: JSON.parse(String(Buffer.concat(chunks))) };
}

describe("JSON in variables", () => {
  it("is refused with its reason where it would not arrive as it was sent", async () => {
    const { http } = await start({});
    const query = "mutation ($params: JSON) { createCluster(input: {spec: {app: \"queue\", params: $params}}) { userErrors { path } } }";
    const bad = [
      [`${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`, "TOO_DEEP"],
      ['{"a": 9007199254740993}', "NUMBER_UNSAFE"],
      ['{"a": "\\ud800"}', "CHARACTER_INVALID"],
    ] as const;
    for (const [params, reason] of bad) {
      const answer = await post(http, `{"query": ${JSON.stringify(query)}, "variables": {"params": ${params}}}`);
      expect.soft(answer, reason).toMatchObject({ status: 400, body: { errors: [{ extensions: { code: "INVALID", reason } }] } });
    }
  });
});

/** What answers an upgrade: the socket, or a status. */
async function upgrade(http: string, path: string, host = http): Promise<Duplex | number> {
  const headers = { host, connection: "upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-protocol": "graphql-transport-ws" };
  const sent = request(`http://${http}${path}`, { headers });
  sent.end();
  return Promise.race([once(sent, "upgrade").then(([, socket]) => socket as Duplex), once(sent, "response").then(([answer]) => answer.resume().statusCode as number)]);
}

describe("the HTTP door on loopback", () => {
  it("answers nobody who calls it by another name, as a rebound page would", async () => {
    const { http } = await start({});
    const port = http.split(":")[1];
    const query = { query: "{ viewer { version } }" };
    expect(await post(http, query, { host: `rebound.example:${port}` })).toMatchObject({ status: 421 });
    expect(await post(http, query, { host: `localhost:${port}` })).toMatchObject({ status: 200 });
    expect(await upgrade(http, "/graphql", `rebound.example:${port}`)).toBe(421);
    expect(await upgrade(http, "/graphqlx")).toBe(404);
  });

  it("stops in time although a client of a WebSocket reads nothing", async () => {
    const { http, child } = await start({});
    const socket = await upgrade(http, "/graphql");
    if (typeof socket === "number") throw new Error(`the upgrade was answered ${socket}`);
    socket.pause();
    child.kill();
    expect(await once(child, "exit")).toEqual([0, null]);
    socket.destroy();
  });
});
