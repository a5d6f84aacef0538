import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startNats } from "@troupe/deploy/local/nats";
import { hostEnvironment, type Part, startPart } from "@troupe/deploy/local/part";
import { freePort } from "@troupe/deploy/local/ports";
import { startPostgres } from "@troupe/deploy/local/postgres";
import { SystemServiceService } from "@troupe/proto/troupe/v1/system";
import { callerOf, openChannel } from "@troupe/runtime/grpc-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./steps.ts";

const root = join(import.meta.dirname, "../../..");

let folder: string;
const parts: Part[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-control-"));
});
afterAll(async () => {
  for (const part of parts) await part.stop();
  await rm(folder, { recursive: true });
});

async function startControl(env: Readonly<Record<string, string>>): Promise<Part> {
  const part = await startPart({ name: "control", command: join(root, "node_modules/.bin/node"), args: [join(root, "services/control/src/main.ts")], env: { ...hostEnvironment(), ...env }, logFile: join(folder, "control.log") });
  parts.push(part);
  return part;
}

describe("the process", () => {
  test("starts without PostgreSQL and NATS, says what it lacks, is ready once it is there, and ends when told to", async () => {
    const postgres = await startPostgres();
    const nats = await startNats();
    await Promise.all([postgres.pause(), nats.pause()]);
    const [grpcPort, healthPort] = [await freePort(), await freePort()];
    const control = await startControl({ TROUPE_DATABASE_URL: postgres.url, TROUPE_NATS_URL: nats.url, TROUPE_CONTROL_LISTEN: `127.0.0.1:${grpcPort}`, TROUPE_CONTROL_HEALTH_LISTEN: `127.0.0.1:${healthPort}` });
    const readyz = async () => fetch(`http://127.0.0.1:${healthPort}/readyz`).catch(() => undefined);
    const answer = await eventually("it answers", readyz);
    expect([answer.status, await answer.json()]).toMatchObject([503, { ok: false, checks: [{ name: "database", ok: false }, { name: "nats", detail: expect.stringContaining("away") }] }]);
    const channel = openChannel(`127.0.0.1:${grpcPort}`);
    const system = callerOf(SystemServiceService, channel);
    await expect(system.getInfo({})).rejects.toMatchObject({ kind: "unavailable", reason: "DATABASE_UNAVAILABLE" });
    await Promise.all([postgres.start(), nats.start()]);
    await eventually("it is ready", async () => (await readyz())?.ok);
    expect(await system.getInfo({})).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
    await eventually("it is connected to NATS", async () => JSON.stringify(await (await readyz())?.json()).includes('"connected"'));
    channel.close();
    expect(await control.stop()).toMatchObject({ code: 0 });
    await Promise.all([postgres.stop(), nats.stop()]);
  });

  test("says everything that is wrong with its environment", async () => {
    const control = await startControl({ TROUPE_DATABASE_URL: "mysql://x", TROUPE_CONTROL_LISTEN: "nowhere" });
    expect(await control.exited).toMatchObject({ code: 2 });
    const log = await readFile(join(folder, "control.log"), "utf8");
    for (const variable of ["TROUPE_DATABASE_URL", "TROUPE_NATS_URL", "TROUPE_CONTROL_LISTEN"]) expect(log).toContain(variable);
  });
});
