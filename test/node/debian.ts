import { join } from "node:path";
import type { Say } from "@troupe/deploy/local/build-once";
import { installOnMachine, missingPackages } from "./apt.ts";
import { exists } from "@troupe/deploy/local/exists";

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
  const plugins = (await pluginFolder()) === undefined ? ["containernetworking-plugins"] : [];
  await installOnMachine([...(await missingPackages(packageOf)), ...plugins], "which run containers and connect them", say);
  const found = await pluginFolder();
  if (found === undefined) throw new Error(`there are no network plugins in ${pluginFolders.join(" and ")}`);
  return found;
}

async function pluginFolder(): Promise<string | undefined> {
  for (const folder of pluginFolders) if (await exists(join(folder, "ptp"))) return folder;
  return undefined;
}
