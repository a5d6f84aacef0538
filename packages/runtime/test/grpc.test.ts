import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Client, credentials, Metadata, status as codes } from "@grpc/grpc-js";
import { Failure } from "@troupe/domain/failure";
import { SystemServiceService } from "@troupe/proto/troupe/v1/system";
import { afterEach, describe, expect, it } from "vitest";
import { callerOf, type Channel, openChannel } from "../src/grpc-client.ts";
import { type Call, type Handlers, makeServer, type ServerOptions, serviceOf } from "../src/grpc-server.ts";
import { makeLog, silentLog } from "../src/log.ts";
import { makeMetrics } from "../src/metrics.ts";
import { echoService } from "./fixtures/echo.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const nothing: Handlers<typeof echoService> = {
  say: async (request) => request,
  count: async function* () {
    // nothing to count
  },
};

async function serve(handlers: Partial<Handlers<typeof echoService>> = {}, options: Partial<ServerOptions> = {}) {
  const server = makeServer({ listen: { host: "127.0.0.1", port: 0 }, log: silentLog, services: [serviceOf(echoService, { ...nothing, ...handlers })], ...options });
  await server.start(new AbortController().signal);
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= server.stop());
  cleanups.push(stop);
  return { address: server.address(), stop, ...(await connect(server.address())) };
}

async function connect(address: string) {
  const channel: Channel = openChannel(address, "echo");
  cleanups.push(() => channel.close());
  return { channel, caller: callerOf(echoService, channel) };
}

/** Something the test waits for and the code under test brings about. */
function event<T = void>() {
  return Promise.withResolvers<T>();
}

describe("a unary call", () => {
  it("carries request, metadata and deadline there, and the response back", async () => {
    const seen = event<Call>();
    const { caller } = await serve({
      say: async ({ text }, call) => {
        seen.resolve(call);
        return { text: text.toUpperCase() };
      },
    });
    expect(await caller.say({ text: "hello" }, { deadlineMs: 5_000, metadata: { "Troupe-Caller": "ann" } })).toEqual({ text: "HELLO" });
    const call = await seen.promise;
    expect(call.metadata).toMatchObject({ "troupe-caller": "ann" });
    expect((call.deadlineMs ?? 0) - Date.now()).toBeGreaterThan(1_000);
    expect(call.peer).toContain("127.0.0.1");
    expect(call.signal.aborted).toBe(false);
  });

  it("rejects with the failure that the handler threw", async () => {
    const failure = new Failure("invalid", "spec: is wrong", { reason: "TOO_FEW", problems: [{ path: "spec", line: 2, column: 1, reason: "TOO_FEW", message: "is wrong" }], facts: { resource: "projects/p/clusters/c" } });
    const { caller } = await serve({ say: () => Promise.reject(failure) });
    await expect(caller.say({ text: "" })).rejects.toMatchObject({ kind: failure.kind, reason: failure.reason, message: failure.message, problems: failure.problems, facts: failure.facts });
  });

  it("rejects with an id for any other error, and the log says what it was", async () => {
    const lines: Record<string, unknown>[] = [];
    const log = makeLog({}, "info", { write: (line) => lines.push(JSON.parse(line)) });
    const { caller } = await serve({ say: () => Promise.reject(new TypeError("x.y is not a function")) }, { log });
    const failure: Failure = await caller.say({ text: "" }).then(() => expect.fail(), (error) => error);
    expect(failure.kind).toBe("internal");
    expect(failure.message).not.toContain("not a function");
    expect(lines.find(({ level }) => level === "error")).toMatchObject({ errorId: failure.facts["errorId"], method: "/test.Echo/Say", error: { message: "x.y is not a function" } });
  });

  it("rejects a handler's synchronous error too", async () => {
    const { caller } = await serve({
      say: () => {
        throw new Failure("denied", "no");
      },
    });
    await expect(caller.say({ text: "" })).rejects.toMatchObject({ kind: "denied" });
  });

  it("is unavailable after its deadline, and the handler's signal aborts", async () => {
    const aborted = event<unknown>();
    const { caller } = await serve({ say: (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(aborted.resolve(signal.reason)))) });
    await expect(caller.say({ text: "" }, { deadlineMs: 50 })).rejects.toMatchObject({ kind: "unavailable", reason: "DEADLINE_EXCEEDED" });
    expect(await aborted.promise).toMatchObject({ kind: "unavailable" });
  });

  it("rejects with the reason of the caller's signal, and the handler's signal aborts", async () => {
    const started = event();
    const aborted = event<unknown>();
    const { caller } = await serve({
      say: (_, { signal }) => {
        signal.addEventListener("abort", () => aborted.resolve(signal.reason));
        started.resolve();
        return new Promise(() => undefined);
      },
    });
    const controller = new AbortController();
    const answer = caller.say({ text: "" }, { signal: controller.signal });
    answer.catch(() => undefined);
    await started.promise;
    const reason = new Error("changed my mind");
    controller.abort(reason);
    await expect(answer).rejects.toBe(reason);
    expect(await aborted.promise).toMatchObject({ kind: "unavailable", reason: "CANCELLED" });
    await expect(caller.say({ text: "" }, { signal: controller.signal })).rejects.toBe(reason);
  });

  it("is unavailable when nobody listens, and works once somebody does", async () => {
    const { address, stop } = await serve();
    await stop();
    const { caller } = await connect(address);
    await expect(caller.say({ text: "" }, { deadlineMs: 1_000 })).rejects.toMatchObject({ kind: "unavailable", retryAfterMs: expect.any(Number) });
    const port = Number(address.split(":")[1]);
    await serve({}, { listen: { host: "127.0.0.1", port } });
    await expect(eventually(() => caller.say({ text: "back" }, { deadlineMs: 1_000 }))).resolves.toEqual({ text: "back" });
  });

  it("refuses a request that is not a message, and one that is too large", async () => {
    const { address } = await serve({}, { maxMessageBytes: 1_000 });
    const client = new Client(address, credentials.createInsecure());
    cleanups.push(() => client.close());
    const send = (bytes: Buffer) =>
      new Promise<number | undefined>((resolve) => {
        client.makeUnaryRequest("/test.Echo/Say", (asIs: Buffer) => asIs, (asIs) => asIs, bytes, new Metadata(), (error) => resolve(error?.code));
      });
    expect(await send(Buffer.from("{"))).toBe(codes.INVALID_ARGUMENT);
    expect(await send(Buffer.alloc(2_000))).toBe(codes.RESOURCE_EXHAUSTED);
    expect(await send(Buffer.from("{}"))).toBeUndefined();
  });

  it("knows the generated services", async () => {
    const { caller } = await serveSystem();
    expect(await caller.getInfo({})).toMatchObject({ version: "0.1.0" });
  });
});

async function serveSystem() {
  const info = SystemServiceService.getInfo.responseDeserialize(Buffer.alloc(0));
  const service = serviceOf(SystemServiceService, { getInfo: async () => ({ ...info, version: "0.1.0" }) });
  const { address } = await serve({}, { services: [service] });
  return { caller: callerOf(SystemServiceService, (await connect(address)).channel) };
}

describe("a stream", () => {
  it("delivers every message in order, then ends", async () => {
    const { caller } = await serve({
      count: async function* ({ to }) {
        for (let number = 1; number <= to; number += 1) yield { number, padding: "" };
      },
    });
    const counted = await all(caller.count({ to: 5_000 }));
    expect(counted.map(({ number }) => number)).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1));
  });

  it("delivers what came before a failure, then rejects with it", async () => {
    const { caller } = await serve({
      count: async function* () {
        yield { number: 1, padding: "" };
        throw new Failure("too_old", "the cursor is too old", { facts: { oldestRevision: "7" } });
      },
    });
    const numbers: number[] = [];
    const reading = (async () => {
      for await (const { number } of caller.count({ to: 9 })) numbers.push(number);
    })();
    await expect(reading).rejects.toMatchObject({ kind: "too_old", facts: { oldestRevision: "7" } });
    expect(numbers).toEqual([1]);
  });

  it("rejects a handler's synchronous error", async () => {
    const { caller } = await serve({
      count: () => {
        throw new Failure("not_found", "no such cluster");
      },
    });
    await expect(all(caller.count({ to: 1 }))).rejects.toMatchObject({ kind: "not_found" });
  });

  it("is not pulled while its caller does not read: what the server holds is bounded", async () => {
    const padding = "x".repeat(10_000);
    let pulled = 0;
    const enough = event();
    const { caller } = await serve({
      count: async function* ({ to }) {
        for (; pulled < to; pulled += 1) {
          if (pulled === 100) enough.resolve();
          yield { number: pulled, padding };
        }
      },
    });
    const total = 20_000; // 200 MB
    const iterator = caller.count({ to: total })[Symbol.asyncIterator]();
    await iterator.next();
    await enough.promise;
    await until(() => pulled, (before, now) => before === now);
    // 1 MiB at the server, the windows of HTTP/2, 16 messages ahead at the client
    expect(pulled * padding.length).toBeLessThan(3_000_000);
    let read = 1;
    while (!(await iterator.next()).done) read += 1;
    expect(read).toBe(total);
  });

  it("ends for the handler when its caller leaves: the signal aborts and the iterator returns", async () => {
    const left = event<unknown>();
    const { caller } = await serve({
      count: async function* (_, { signal }) {
        try {
          for (let number = 1; ; number += 1) yield { number, padding: "" };
        } finally {
          left.resolve(signal.reason);
        }
      },
    });
    for await (const { number } of caller.count({ to: 0 })) if (number === 3) break;
    expect(await left.promise).toMatchObject({ kind: "unavailable", reason: "CANCELLED" });
  });

  it("ends for the handler while it waits, when its caller's signal aborts", async () => {
    const left = event();
    const { caller } = await serve({
      count: async function* (_, { signal }) {
        yield { number: 1, padding: "" };
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        left.resolve();
      },
    });
    const controller = new AbortController();
    const iterator = caller.count({ to: 0 }, { signal: controller.signal })[Symbol.asyncIterator]();
    await iterator.next();
    const reason = new Error("changed my mind");
    controller.abort(reason);
    await expect(iterator.next()).rejects.toBe(reason);
    await left.promise;
  });

  it("is unavailable after its deadline, also while its caller does not read", async () => {
    const left = event<unknown>();
    const { caller } = await serve({
      count: async function* (_, { signal }) {
        try {
          for (let number = 1; ; number += 1) yield { number, padding: "x".repeat(100_000) };
        } finally {
          left.resolve(signal.reason);
        }
      },
    });
    const iterator = caller.count({ to: 0 }, { deadlineMs: 100 })[Symbol.asyncIterator]();
    await iterator.next();
    expect(await left.promise).toMatchObject({ kind: "unavailable" });
    const reading = (async () => {
      while (!(await iterator.next()).done);
    })();
    await expect(reading).rejects.toMatchObject({ kind: "unavailable", reason: "DEADLINE_EXCEEDED" });
  });

  it("may be dropped unread without harm when it fails", async () => {
    const failed = event();
    const { caller } = await serve({
      count: async function* () {
        yield { number: 1, padding: "" };
        failed.resolve();
        throw new Failure("unavailable", "away");
      },
    });
    const iterator = caller.count({ to: 1 })[Symbol.asyncIterator]();
    await iterator.next();
    await failed.promise;
    await expect(caller.say({ text: "still here" })).resolves.toEqual({ text: "still here" });
  });
});

describe("a server that stops", () => {
  it("ends streams with a failure that says so, and lets other calls finish", async () => {
    const started = event();
    const finish = event();
    const { caller, stop } = await serve({
      say: async (request) => {
        started.resolve();
        await finish.promise;
        return request;
      },
      count: async function* (_, { signal }) {
        yield { number: 1, padding: "" };
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    });
    const iterator = caller.count({ to: 0 })[Symbol.asyncIterator]();
    await iterator.next();
    const answer = caller.say({ text: "slow" });
    await started.promise;
    const stopped = stop();
    await expect(iterator.next()).rejects.toMatchObject({ kind: "unavailable", reason: "SERVER_STOPPING" });
    finish.resolve();
    expect(await answer).toEqual({ text: "slow" });
    await stopped;
  });

  it("does not wait for ever for a handler that hangs", async () => {
    const started = event();
    const { caller, stop } = await serve({
      say: () => {
        started.resolve();
        return new Promise(() => undefined);
      },
    });
    const answer = caller.say({ text: "" });
    answer.catch(() => undefined);
    await started.promise;
    await stop();
    await expect(answer).rejects.toMatchObject({ kind: "unavailable" });
  });
});

describe("a server that is killed", () => {
  const children: ChildProcess[] = [];
  afterEach(() => children.splice(0).forEach((child) => child.kill("SIGKILL")));

  it("makes the calls that were under way unavailable", async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, "fixtures/echo.ts")], { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    const [address]: readonly unknown[] = await once(child.stdout, "data");
    const { caller } = await connect(String(address).trim());
    const iterator = caller.count({ to: 1 })[Symbol.asyncIterator]();
    await iterator.next();
    const answer = caller.say({ text: "hang" });
    answer.catch(() => undefined);
    await caller.say({ text: "both are under way" });
    child.kill("SIGKILL");
    await expect(iterator.next()).rejects.toMatchObject({ kind: "unavailable" });
    await expect(answer).rejects.toMatchObject({ kind: "unavailable" });
  });
});

describe("metrics of a server", () => {
  it("count calls by method and status", async () => {
    const metrics = makeMetrics({});
    const { caller } = await serve({ say: () => Promise.reject(new Failure("not_found", "no")) }, { metrics });
    await caller.say({ text: "" }).catch(() => undefined);
    await all(caller.count({ to: 0 }));
    const { body } = await metrics.text();
    expect(body).toContain('troupe_grpc_calls_total{method="/test.Echo/Say",code="NOT_FOUND"} 1');
    expect(body).toContain('troupe_grpc_calls_total{method="/test.Echo/Count",code="OK"} 1');
  });
});

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch {
      await turn();
    }
  }
}

/** Waits until two readings 20 turns of the event loop apart are as wanted. */
async function until<T>(read: () => T, wanted: (before: T, now: T) => boolean): Promise<void> {
  for (let before = read(); ; before = read()) {
    for (let count = 0; count < 20; count += 1) await turn();
    if (wanted(before, read())) return;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
