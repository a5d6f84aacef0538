import { describe, expect, it } from "vitest";
import { exitCodeIn } from "./exec.ts";

describe("how a command ended", () => {
  it("is its exit code", () => {
    expect(exitCodeIn(JSON.stringify({ status: "Success" }))).toBe(0);
    expect(exitCodeIn(JSON.stringify({ status: "Failure", reason: "NonZeroExitCode", details: { causes: [{ reason: "ExitCode", message: "42" }] } }))).toBe(42);
  });

  it("is told where it was not run, or nobody knows", () => {
    expect(() => exitCodeIn(JSON.stringify({ status: "Failure", reason: "InternalError", message: "Internal error occurred: no such file" }))).toThrow(expect.objectContaining({ kind: "internal", message: expect.stringMatching(/: no such file$/) }));
    expect(() => exitCodeIn("")).toThrow(expect.objectContaining({ kind: "unavailable" }));
  });
});
