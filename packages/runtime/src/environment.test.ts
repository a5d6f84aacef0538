import { Failure } from "@troupe/domain/failure";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { baseEnvironment, listenAddress, readEnvironment, spellAddress } from "./environment.ts";

const schema = z.object({
  ...baseEnvironment,
  TROUPE_CONTROL_LISTEN: listenAddress.default({ host: "127.0.0.1", port: 7402 }),
  TROUPE_DATABASE_URL: z.url(),
  TROUPE_POOL_SIZE: z.coerce.number().int().min(1).default(10),
});

describe("reading the environment", () => {
  it("gives typed settings, with defaults for what is not set or empty", () => {
    const settings = readEnvironment(schema, { TROUPE_DATABASE_URL: "postgres://db/troupe", TROUPE_POOL_SIZE: "4", TROUPE_LOG_LEVEL: "", HOME: "/root" });
    expect(settings).toEqual({
      TROUPE_LOG_LEVEL: "info",
      TROUPE_CONTROL_LISTEN: { host: "127.0.0.1", port: 7402 },
      TROUPE_DATABASE_URL: "postgres://db/troupe",
      TROUPE_POOL_SIZE: 4,
    });
  });

  it("reports everything that is wrong at once, by the variable's name", () => {
    const failure = failureOf(() => readEnvironment(schema, { TROUPE_LOG_LEVEL: "loud", TROUPE_CONTROL_LISTEN: "7402", TROUPE_POOL_SIZE: "0" }));
    expect(failure.kind).toBe("invalid");
    expect(failure.problems.map(({ path, reason }) => [path, reason])).toEqual([
      ["TROUPE_LOG_LEVEL", "VARIABLE_INVALID"],
      ["TROUPE_CONTROL_LISTEN", "VARIABLE_INVALID"],
      ["TROUPE_DATABASE_URL", "VARIABLE_MISSING"],
      ["TROUPE_POOL_SIZE", "VARIABLE_INVALID"],
    ]);
  });
});

describe("an address to listen on", () => {
  it.each([
    ["127.0.0.1:7400", { host: "127.0.0.1", port: 7400 }],
    ["localhost:0", { host: "localhost", port: 0 }],
    [":7400", { host: "::", port: 7400 }],
    ["[::1]:7400", { host: "::1", port: 7400 }],
  ])("may be %s", (text, address) => {
    expect(listenAddress.parse(text)).toEqual(address);
    expect(listenAddress.parse(spellAddress(address))).toEqual(address);
  });

  it.each(["7400", "localhost", "localhost:", "localhost:http", "localhost:70000", "::1:7400", "a b:1", ""])("may not be %j", (text) => {
    expect(listenAddress.safeParse(text).success).toBe(false);
  });
});

function failureOf(act: () => unknown): Failure {
  try {
    act();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("nothing failed");
}
