import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Nats, startNats } from "@troupe/deploy/local/nats";
import { until } from "@troupe/deploy/local/until";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Bus } from "../src/bus.ts";
import { silentLog } from "../src/log.ts";
import { connectBus } from "../src/nats.ts";

const stream = { name: "LOG", subjects: ["log.>"], maxAgeMs: 3_600_000, duplicateWindowMs: 120_000 };
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (body: Uint8Array) => new TextDecoder().decode(body);

let nats: Nats;
const open: Bus[] = [];
beforeAll(async () => {
  nats = await startNats();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((bus) => bus.close()));
});
afterAll(() => nats?.stop());

/** Resolves at its next connection. */
function connection(bus: Bus): Promise<void> {
  return new Promise((resolve) => {
    const waiting = bus.onConnect(() => {
      waiting.stop();
      resolve();
    });
  });
}

async function connected(url = nats.url): Promise<Bus> {
  const bus = connectBus({ url, name: "test", log: silentLog });
  open.push(bus);
  if (!bus.connected()) await connection(bus);
  return bus;
}

describe("what is said", () => {
  test("is heard from the first word after a connection, and after a subscription that has come through", async () => {
    const speaker = await connected();
    for (let round = 0; round < 20; round += 1) {
      const heard: string[] = [];
      const bus = connectBus({ url: nats.url, name: "listener", log: silentLog });
      open.push(bus);
      bus.subscribe(`said.${round}.before`, (body) => heard.push(text(body)));
      if (!bus.connected()) await connection(bus);
      speaker.publish(`said.${round}.before`, bytes("first"));
      bus.subscribe(`said.${round}.after`, (body) => heard.push(text(body)));
      await bus.subscribed();
      speaker.publish(`said.${round}.after`, bytes("second"));
      await until(() => (heard.length === 2 ? true : undefined), { what: "both", timeoutMs: 5_000, everyMs: 2 });
      expect(heard).toEqual(["first", "second"]);
    }
  });
});

describe("the log", () => {
  test("keeps an event once, however often it is sent under one id", async () => {
    const bus = await connected();
    await bus.ensureStream(stream);
    const event = { subject: "log.a", id: "p/1", headers: { "ce-type": "t" }, body: bytes("one") };
    const first = await bus.publishEvent(event);
    expect(await bus.publishEvent(event)).toEqual({ sequence: first.sequence, duplicate: true });
    expect(await bus.streamState("LOG")).toMatchObject({ messages: 1 });
  });

  test("is made once, and again to the same settings changes nothing", async () => {
    const bus = await connected();
    await bus.ensureStream(stream);
    const before = await bus.streamState("LOG");
    await bus.ensureStream(stream);
    expect((await bus.streamState("LOG"))?.createdAt).toBe(before?.createdAt);
  });

  test("that was wiped is seen to be another, and can be made again", async () => {
    const bus = await connected();
    await bus.ensureStream(stream);
    const before = await bus.streamState("LOG");
    const back = connection(bus);
    await nats.wipe();
    await back;
    expect(await bus.streamState("LOG")).toBeUndefined();
    await expect(bus.publishEvent({ subject: "log.a", id: "p/2", body: bytes("two") })).rejects.toMatchObject({ kind: "unavailable" });
    await bus.ensureStream(stream);
    expect((await bus.streamState("LOG"))?.createdAt).not.toBe(before?.createdAt);
  });

  test("a stream that does not exist has no state", async () => {
    expect(await (await connected()).streamState("NONE")).toBeUndefined();
  });
});

describe("messages", () => {
  test("reach subscribers, those of a queue one of them", async () => {
    const [one, two, sender] = [await connected(), await connected(), await connected()];
    const seen: string[] = [];
    const all = new Promise<void>((resolve) => {
      const note = (who: string) => (body: Uint8Array) => {
        seen.push(`${who} ${text(body)}`);
        if (seen.length === 3) resolve();
      };
      one.subscribe("news", note("all"));
      one.subscribe("news", note("queue"), { queue: "q" });
      two.subscribe("news", note("queue"), { queue: "q" });
    });
    // A subscription is known to the server once it has answered something that came after it.
    await Promise.all([one, two].map((bus) => bus.request("nobody", bytes(""), 1_000).catch(() => undefined)));
    sender.publish("news", bytes("hello"));
    const other = connected().then((bus) => bus.publish("news", bytes("again")));
    await all;
    await other;
    expect(seen.filter((line) => line === "queue hello")).toHaveLength(1);
  });

  test("a request is answered; one that nobody answers is unavailable", async () => {
    const [server, client] = [await connected(), await connected()];
    server.answer("double", "q", async (body) => bytes(text(body).repeat(2)));
    await server.request("nobody", bytes(""), 500).catch(() => undefined);
    expect(text(await client.request("double", bytes("ab"), 1_000))).toBe("abab");
    await expect(client.request("nobody", bytes(""), 200)).rejects.toMatchObject({ kind: "unavailable" });
  });

  test("subscriptions made before there is a server hold once there is one, and over its restarts", async () => {
    await nats.pause();
    const bus = connectBus({ url: nats.url, name: "early", log: silentLog });
    open.push(bus);
    const seen: string[] = [];
    bus.subscribe("early", (body) => seen.push(text(body)));
    bus.answer("early.echo", "q", async (body) => body);
    expect(bus.publish("early", bytes("lost"))).toBe(false);
    const up = connection(bus);
    await nats.start();
    await up;
    expect(text(await bus.request("early.echo", bytes("1"), 1_000))).toBe("1");
    const again = connection(bus);
    await nats.restart();
    await again;
    bus.publish("early", bytes("2"));
    expect(text(await bus.request("early.echo", bytes("2"), 1_000))).toBe("2");
    expect(seen).toEqual(["2"]);
  });

  test("that are too large, or come after the end, are dropped, and nobody is thrown at", async () => {
    const bus = await connected();
    const tooLarge = new Uint8Array(2 * 1024 * 1024);
    expect(bus.publish("large", tooLarge)).toBe(false);
    await bus.ensureStream(stream);
    await expect(bus.publishEvent({ subject: "log.a", id: "p/large", body: tooLarge })).rejects.toMatchObject({ kind: "exhausted" });
    bus.answer("large", "q", async () => tooLarge);
    await expect(bus.request("large", bytes(""), 200)).rejects.toMatchObject({ kind: "unavailable" });
    expect(bus.publish("large", bytes("small"))).toBe(true);
    await bus.close();
    expect([bus.connected(), bus.publish("large", bytes("small"))]).toEqual([false, false]);
  });

  test("closing ends, also while there is no server", async () => {
    const bus = connectBus({ url: "nats://127.0.0.1:1", name: "never", log: silentLog });
    await bus.close();
    expect(bus.connected()).toBe(false);
  });
});

describe("a server that refuses us", () => {
  test("for a while, again and again, gets us back, subscriptions and all", async () => {
    const folder = await mkdtemp(join(tmpdir(), "troupe-nats-"));
    const strict = await startNats({ dataDir: folder });
    try {
      const bus = await connected(strict.url);
      bus.answer("echo", "q", async (body) => body);
      const config = join(folder, "nats.conf");
      const open = await readFile(config, "utf8");
      await writeFile(config, `${open}authorization { user: somebody, password: else }\n`);
      const back = connection(bus);
      await strict.restart();
      const refusals = async () => (await readFile(join(folder, "nats.log"), "utf8")).split("authentication error").length - 1;
      await until(async () => ((await refusals()) >= 3 ? true : undefined), { what: "three refusals", timeoutMs: 20_000, signal: undefined });
      expect(bus.connected()).toBe(false);
      await writeFile(config, open);
      await strict.restart();
      await back;
      expect(text(await bus.request("echo", bytes("1"), 1_000))).toBe("1");
    } finally {
      await strict.stop();
      await rm(folder, { recursive: true });
    }
  });
});
