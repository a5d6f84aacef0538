import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Say } from "@troupe/deploy/local/build-once";
import { onPath } from "@troupe/deploy/local/programs";
import { exists } from "./images/once.ts";

/** What real nodes take from the machine, and the packages of Debian that have it. */
const packageOf: Readonly<Record<string, string>> = {
  containerd: "containerd",
  ctr: "containerd",
  "containerd-shim-runc-v2": "containerd",
  runc: "runc",
  iptables: "iptables",
  ip: "iproute2",
  nsenter: "util-linux",
  unshare: "util-linux",
};

/** Where Debian puts the plugins of the container network, and where everybody else does. */
const pluginFolders = ["/usr/lib/cni", "/opt/cni/bin"];

/** Those that are missing are installed; → the folder of the network plugins. */
export async function prepareDebian(say: Say): Promise<string> {
  const programs = await Promise.all(Object.entries(packageOf).map(async ([program, name]) => ((await onPath(program, process.env["PATH"] ?? "")) === undefined ? [name] : [])));
  const plugins = (await pluginFolder()) === undefined ? ["containernetworking-plugins"] : [];
  const missing = [...new Set([...programs.flat(), ...plugins])];
  if (missing.length > 0) await install(missing, say);
  const found = await pluginFolder();
  if (found === undefined) throw new Error(`there are no network plugins in ${pluginFolders.join(" and ")}`);
  return found;
}

async function install(packages: readonly string[], say: Say): Promise<void> {
  say(`nodes: installing ${packages.join(", ")} from Debian, which run containers and connect them`);
  await apt(["update"]);
  await apt(["install", "-y", "--no-install-recommends", ...packages]);
}

/** With a systemd that believes to be off, so that no service is started which nobody asked for. */
export async function apt(args: readonly string[], cwd = "/"): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", SYSTEMD_OFFLINE: "1" };
  await promisify(execFile)("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=120", ...args], { cwd, env, maxBuffer: 1 << 24 });
}

async function pluginFolder(): Promise<string | undefined> {
  for (const folder of pluginFolders) if (await exists(join(folder, "ptp"))) return folder;
  return undefined;
}
