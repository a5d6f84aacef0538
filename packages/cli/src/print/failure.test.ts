import { Failure } from "@troupe/domain/failure";
import { describe, expect, it } from "vitest";
import { renderFailure } from "./failure.ts";
import { paintFor } from "./paint.ts";

const style = { paint: paintFor({ isTerminal: false, refused: true, env: {} }), output: "table", columns: 80, textOf: () => undefined } as const;

describe("a failure on a terminal", () => {
  it("cannot steer it, with its message, its problems or its advice", () => {
    const told = [
      renderFailure(new Failure("conflict", "no\u001b[2J\nerror: yes", { facts: { adviceForPeople: "run\u001b]0;x\u0007" } }), "", style),
      renderFailure(new Failure("invalid", "bad", { problems: [{ path: "a\u001b[1m", reason: "VALUE_INVALID", message: "no\u001b[2J", suggestion: "\u001b[2J" }] }), "", style),
    ].join("");
    expect(told).not.toContain("\u001b");
    expect(told).toContain("no\\u001b[2J error: yes\n");
  });
});
