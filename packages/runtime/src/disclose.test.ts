import { Failure } from "@troupe/domain/failure";
import { describe, expect, it } from "vitest";
import { disclose } from "./disclose.ts";
import { makeLog } from "./log.ts";

function logged() {
  const lines: unknown[] = [];
  return { lines, log: makeLog({}, "info", { write: (line) => lines.push(JSON.parse(line)) }) };
}

describe("what is told outside", () => {
  it("is a failure as it is, and it is not logged", () => {
    const { log, lines } = logged();
    const failure = new Failure("conflict", "the cluster is being deleted");
    expect(disclose(failure, log)).toBe(failure);
    expect(lines).toEqual([]);
  });

  it.each([new Error("relation event does not exist"), new Failure("internal", "relation event does not exist"), "relation event does not exist"])(
    "is an id to quote, and nothing from inside, for %s",
    (error) => {
      const { log, lines } = logged();
      const told = disclose(error, log, () => "id-1");
      expect(told).toMatchObject({ kind: "internal", reason: "INTERNAL", facts: { errorId: "id-1" }, problems: [] });
      expect(told.message).not.toContain("relation");
      expect(lines).toMatchObject([{ errorId: "id-1" }]);
      expect(JSON.stringify(lines)).toContain("relation event does not exist");
    },
  );

  it("keeps the id of an internal failure that another process had", () => {
    const { log, lines } = logged();
    const theirs = new Failure("internal", "internal error: quote id-1", { facts: { errorId: "id-1" } });
    expect(disclose(theirs, log, () => "id-2").facts).toEqual({ errorId: "id-1" });
    expect(lines).toMatchObject([{ errorId: "id-1" }]);
  });
});
