import { describe, expect, it } from "vitest";
import { failureOf } from "./failures.ts";

describe("an answer of the API server that is none of success", () => {
  it.each([
    [400, {}, "invalid"],
    [401, {}, "unauthenticated"],
    [403, {}, "denied"],
    [404, {}, "not_found"],
    [409, { reason: "AlreadyExists" }, "already_exists"],
    [409, { reason: "Conflict" }, "conflict"],
    [410, { reason: "Expired" }, "too_old"],
    [422, { reason: "Invalid" }, "invalid"],
    [429, {}, "unavailable"],
    [500, {}, "unavailable"],
    [503, undefined, "unavailable"],
  ])("%i %o is %s", (code, body, kind) => {
    expect(failureOf(code, body).kind).toBe(kind);
  });

  it("tells what it was about, and when to come back", () => {
    const failure = failureOf(429, { message: "slow down", details: { kind: "pods", name: "p", retryAfterSeconds: 2 } });
    expect(failure).toMatchObject({ message: "slow down", facts: { code: "429", resource: "pods", name: "p" }, retryAfterMs: 2_000 });
  });

  it("from a proxy in between is not repeated", () => {
    expect(failureOf(502, undefined).message).toContain("502");
  });
});
