import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { isRoot } from "@troupe/deploy/local/folders";
import type { Say } from "@troupe/deploy/local/build-once";

const exec = promisify(execFile);

/** What makes the images is there, or is installed now; rejects where that cannot be. */
export async function prepareMachine(say: Say): Promise<void> {
  if (!isRoot()) throw new Error("images are made as root: their files belong to several users, and their programs run in mounts of their own");
  const missing = await missingPackages();
  if (missing.length === 0) return;
  say(`images: installing Debian's ${missing.join(" and ")}, which make the systems that images begin with and fetch what lies in them`);
  const install = ["install", "-qy", "--no-install-recommends", ...missing];
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await exec("apt-get", ["-q", "update"], { env, maxBuffer: 1 << 24 });
  await exec("apt-get", install, { env, maxBuffer: 1 << 24 });
}

const packageOf: Readonly<Record<string, string>> = { mmdebstrap: "mmdebstrap", mvn: "maven" };

async function missingPackages(): Promise<readonly string[]> {
  const found = await Promise.all(
    Object.entries(packageOf).map(([program, name]) =>
      exec("sh", ["-c", `command -v ${program}`]).then(
        () => [],
        () => [name],
      ),
    ),
  );
  return found.flat();
}

/** By the names of the image format, which are Debian's as well. */
export function architecture(): string {
  return process.arch === "x64" ? "amd64" : process.arch;
}
