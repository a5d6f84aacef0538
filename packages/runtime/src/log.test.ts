import { Failure } from "@troupe/domain/failure";
import { describe, expect, it } from "vitest";
import { type LogLevel, makeLog } from "./log.ts";

function logged(level: LogLevel = "debug") {
  const lines: unknown[] = [];
  const log = makeLog({ service: "control" }, level, { write: (line) => lines.push(JSON.parse(line)) });
  return { log, lines };
}

describe("a log", () => {
  it("writes one JSON line a call, with the fields of its makers", () => {
    const { log, lines } = logged();
    log.child({ project: "default" }).info({ revision: 7 }, "event published");
    expect(lines).toEqual([
      { level: "info", time: expect.stringMatching(/^\d{4}-.*Z$/), service: "control", project: "default", revision: 7, msg: "event published" },
    ]);
  });

  it("leaves out what is below its level", () => {
    const { log, lines } = logged("warn");
    log.debug({}, "a");
    log.info({}, "b");
    log.warn({}, "c");
    log.error({}, "d");
    expect(lines).toMatchObject([{ msg: "c" }, { msg: "d" }]);
  });

  it("writes an error with its stack, its code and what caused it", () => {
    const { log, lines } = logged();
    const cause = Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    log.error({ error: new Error("no answer", { cause }) }, "x");
    expect(lines).toMatchObject([
      { error: { name: "Error", message: "no answer", stack: expect.stringContaining("log.test.ts"), cause: { message: "socket hang up", code: "ECONNRESET" } } },
    ]);
  });

  it("writes an expected failure by kind and reason, without a stack", () => {
    const { log, lines } = logged();
    log.warn({ error: new Failure("unavailable", "control is away", { reason: "CONTROL_AWAY" }) }, "x");
    expect(lines).toMatchObject([{ error: { kind: "unavailable", reason: "CONTROL_AWAY", message: "control is away" } }]);
    expect(JSON.stringify(lines)).not.toContain("stack");
  });
});
