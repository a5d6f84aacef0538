import { createServer } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { type Check, healthHandler, serveHealth } from "./http.ts";
import { silentLog } from "./log.ts";
import { makeMetrics } from "./metrics.ts";
import type { Part } from "./process.ts";

const started: Part[] = [];
afterEach(async () => {
  for (const part of started.splice(0)) await part.stop();
});

async function serve(ready: () => Promise<readonly Check[]> = async () => []) {
  const metrics = makeMetrics({ service: "control" });
  const part = serveHealth({ listen: { host: "127.0.0.1", port: 0 }, ready, metrics, log: silentLog });
  await part.start(new AbortController().signal);
  started.push(part);
  return { metrics, get: (path: string, init?: RequestInit) => fetch(`http://${part.address()}${path}`, init) };
}

describe("health", () => {
  it("says that the process is alive whether or not it is ready", async () => {
    const { get } = await serve(async () => [{ name: "database", ok: false }]);
    expect((await get("/livez")).status).toBe(200);
  });

  it("says that the process is ready when every check is ok", async () => {
    const { get } = await serve(async () => [{ name: "database", ok: true }]);
    const response = await get("/readyz?verbose");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ok: true, checks: [{ name: "database", ok: true }] });
  });

  it("says what is missing when it is not ready", async () => {
    const { get } = await serve(async () => [
      { name: "database", ok: true },
      { name: "nats", ok: false, detail: "not connected" },
    ]);
    const response = await get("/readyz");
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ ok: false, checks: [{ ok: true }, { name: "nats", ok: false, detail: "not connected" }] });
  });

  it("is not ready when a check cannot be made", async () => {
    const { get } = await serve(() => Promise.reject(new Error("password=secret")));
    const response = await get("/readyz");
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain("secret");
  });

  it("gives the numbers of the process and those that were added", async () => {
    const { get, metrics } = await serve();
    metrics.counter("troupe_passes_total", "Passes made", ["result"]).add({ result: "ok" }, 2);
    metrics.gauge("troupe_queue_length", "Keys that wait").set(3);
    metrics.histogram("troupe_pass_seconds", "How long a pass took", [0.1, 1]).observe(0.5);
    const response = await get("/metrics");
    expect(response.headers.get("content-type")).toContain("text/plain");
    const text = await response.text();
    expect(text).toContain('troupe_passes_total{result="ok",service="control"} 2');
    expect(text).toContain('troupe_queue_length{service="control"} 3');
    expect(text).toContain('troupe_pass_seconds_bucket{le="1",service="control"} 1');
    expect(text).toContain("nodejs_eventloop_lag_seconds");
  });

  it("answers nothing else, and only to reading", async () => {
    const { get } = await serve();
    expect((await get("/")).status).toBe(404);
    expect((await get("/livez", { method: "POST" })).status).toBe(405);
  });

  it("can be mounted on another server", async () => {
    const handle = healthHandler({ ready: async () => [], metrics: makeMetrics({}) });
    const server = createServer((request, response) => {
      if (!handle(request, response)) response.end("mine");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    expect(await (await fetch(`http://127.0.0.1:${port}/graphql`)).text()).toBe("mine");
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe("a server", () => {
  it("says which address it cannot listen on", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const address = taken.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const part = serveHealth({ listen: { host: "127.0.0.1", port }, ready: async () => [], metrics: makeMetrics({}), log: silentLog });
    await expect(part.start(new AbortController().signal)).rejects.toMatchObject({ reason: "LISTEN_FAILED", message: expect.stringContaining(`127.0.0.1:${port}`) });
    await new Promise((resolve) => taken.close(resolve));
  });
});
