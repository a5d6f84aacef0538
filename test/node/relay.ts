import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Program } from "@troupe/deploy/local/programs";

/**
 * Connections to a port of this machine come out in another network: a socket stays in the network that it was made in, whoever has it,
 * so a process over there takes those that arrive here. It ends when this process does, or when it is told to.
 */
export async function startRelay(enter: Program, folder: string): Promise<{ readonly port: number; stop(): void }> {
  const door = createServer().listen(0, "127.0.0.1");
  await once(door, "listening");
  const { port } = door.address() as AddressInfo;
  const log = openSync(join(folder, "relay.log"), "a");
  const script = fileURLToPath(import.meta.resolve("./relay-process.ts"));
  const child = spawn(enter.command, [...enter.before, process.execPath, script], { cwd: folder, stdio: ["ignore", log, log, "ipc"] });
  closeSync(log);
  await once(child, "spawn");
  child.send(port, door);
  await once(child, "message"); // it has the door
  door.close();
  child.unref();
  child.channel?.unref();
  return { port, stop: () => child.disconnect() };
}
