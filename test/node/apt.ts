import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Say } from "@troupe/deploy/local/build-once";
import { onPath } from "@troupe/deploy/local/programs";

/** With a systemd that believes to be off, so that no service is started which nobody asked for. */
export async function apt(args: readonly string[], cwd = "/"): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", SYSTEMD_OFFLINE: "1" };
  await promisify(execFile)("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=120", ...args], { cwd, env, maxBuffer: 1 << 24 });
}

/** Packages of Debian whose programs (program → package) this machine has not. */
export async function missingPackages(packageOf: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const found = await Promise.all(Object.entries(packageOf).map(async ([program, name]) => ((await onPath(program, process.env["PATH"] ?? "")) === undefined ? [name] : [])));
  return [...new Set(found.flat())];
}

/** `why` ends the sentence that tells of it. */
export async function installOnMachine(packages: readonly string[], why: string, say: Say): Promise<void> {
  if (packages.length === 0) return;
  say(`installing ${packages.join(", ")} from Debian, ${why}`);
  await apt(["update"]);
  await apt(["install", "-y", "--no-install-recommends", ...packages]);
}
