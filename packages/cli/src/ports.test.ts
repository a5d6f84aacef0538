import type { Port } from "@troupe/domain/language/app";
import { Cluster } from "@troupe/proto/troupe/v1/cluster";
import { describe, expect, it } from "vitest";
import { addressOf, chooseDoors, doorWord } from "./ports.ts";

const aPort = (name: string, port: number, more: Partial<Port> = {}): Port => ({ name, port, protocol: "TCP", scheme: undefined, path: undefined, dashboard: false, expose: "none", token: false, ...more });
const role = (name: string, ...ports: readonly Port[]) => ({ name, ports: Object.fromEntries(ports.map((port) => [port.name, port])) });
const app = { roles: { master: role("master", aPort("rpc", 7077), aPort("ui", 8080, { dashboard: true })), worker: role("worker", aPort("ui", 8081), aPort("gossip", 53, { protocol: "UDP" })) } } as unknown as Parameters<typeof chooseDoors>[0];
const etl = Cluster.fromPartial({ name: "projects/shop/clusters/etl", status: { members: [{ role: "worker", index: 1, name: "etl-worker-1" }] } });
const chosen = (word?: string) => chooseDoors(app, etl, word).map(doorWord);

describe("ports to open", () => {
  it("are all pages for people, or the one that is named: with role or member, by name or number", () => {
    expect([chosen(), chosen("rpc"), chosen("8081"), chosen("worker/ui"), chosen("worker-1/ui")]).toEqual([["master/ui"], ["master/rpc"], ["worker/ui"], ["worker/ui"], ["worker-1/ui"]]);
  });

  it("need the role where several have one of that name", () => {
    expect(() => chosen("ui")).toThrow(expect.objectContaining({ reason: "USAGE", message: expect.stringContaining("master/ui, worker/ui") }));
  });

  it.each([["ui2"], ["master/gossip"], ["worker-7/ui"], ["gossip"]])("that are not there, or not TCP, are not found: %s", (word) => {
    expect(() => chosen(word)).toThrow(expect.objectContaining({ kind: "not_found" }));
  });

  it("are none where nothing is for people, and then those that can be named are told", () => {
    expect(() => chooseDoors({ roles: { worker: app.roles["worker"]! } }, etl, undefined)).toThrow(expect.objectContaining({ kind: "not_found", facts: { adviceForPeople: expect.stringContaining("worker/ui") } }));
  });
});

it("an address is a URL where something is known of it, with the token where there is one", () => {
  expect(addressOf(aPort("rpc", 7077), 1, undefined)).toBe("127.0.0.1:1");
  expect(addressOf(aPort("ui", 8080, { dashboard: true }), 1, undefined)).toBe("http://127.0.0.1:1/");
  expect(addressOf(aPort("ui", 8443, { scheme: "https", path: "/lab" }), 1, "a b")).toBe("https://127.0.0.1:1/lab?token=a%20b");
});
