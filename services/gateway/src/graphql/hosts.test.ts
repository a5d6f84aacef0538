import { describe, expect, it } from "vitest";
import { isLoopbackHost, upgradeRefusal } from "./hosts.ts";

describe("a request to a door on loopback", () => {
  it.each(["localhost", "localhost:7400", "LOCALHOST:1", "127.0.0.1:7400", "127.1.2.3", "[::1]", "[::1]:7400"])("may name %s", (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });

  it.each([undefined, "", "rebound.example", "rebound.example:7400", "127.0.0.1.rebound.example", "127.rebound.example", "localhost.rebound.example", "::1", "[::1].example"])("may not name %s", (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});

describe("an upgrade", () => {
  const host = "127.0.0.1:7400";

  it("is for /graphql, by programs and by pages that came from there", () => {
    expect(upgradeRefusal("/graphql", { host }, true)).toBeUndefined();
    expect(upgradeRefusal("/graphql?a=b", { host, origin: `http://${host}` }, true)).toBeUndefined();
  });

  it("is refused at another path, from another origin, and under another name where the door is on loopback", () => {
    expect(upgradeRefusal("/graphqlx", { host }, true)).toBe(404);
    expect(upgradeRefusal("/", { host }, true)).toBe(404);
    expect(upgradeRefusal("/graphql", { host, origin: "http://other.example" }, true)).toBe(403);
    const rebound = { host: "rebound.example:7400", origin: "http://rebound.example:7400" };
    expect(upgradeRefusal("/graphql", rebound, true)).toBe(421);
    expect(upgradeRefusal("/graphql", rebound, false)).toBeUndefined();
  });
});
