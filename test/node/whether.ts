import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { isRoot } from "@troupe/deploy/local/folders";
import { onPath } from "@troupe/deploy/local/programs";
import { findHierarchies, missingResources } from "./cgroups.ts";
import { prepareDebian } from "./debian.ts";
import { prepareMachine } from "./images/machine.ts";

const run = promisify(execFile);

/** Why real nodes cannot be had here; nothing when they can. Tests are skipped with these words. */
export async function whyNot(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  if (env["TROUPE_TEST_KUBECONFIG"] !== undefined) return undefined;
  const because = await whyNoneOfOurs(env["PATH"] ?? "");
  return because === undefined ? undefined : `no real nodes: ${because}, and no Kubernetes of yours is named in TROUPE_TEST_KUBECONFIG`;
}

async function whyNoneOfOurs(path: string): Promise<string | undefined> {
  if (process.platform !== "linux") return "they need Linux";
  if (!isRoot()) return "they need root";
  if ((await onPath("apt-get", path)) === undefined) return "they are made from Debian's packages, and there is no apt-get";
  const separate = run("unshare", ["--mount", "--pid", "--fork", "--net", "--uts", "--ipc", "--cgroup", "mount", "--make-rslave", "/"]);
  const refused = await separate.then(
    () => undefined,
    (error: unknown) => `new namespaces are refused (${lastLine(error)})`,
  );
  if (refused !== undefined) return refused;
  const missing = await missingResources(await findHierarchies());
  if (missing.length > 0) return `there are no cgroups for ${missing.join(", ")}`;
  return (await whyNoPackages()) ?? whyNoNetwork();
}

/** They are installed on the way: whether they can be is not known before. */
async function whyNoPackages(): Promise<string | undefined> {
  try {
    await prepareDebian(console.log);
    await prepareMachine(console.log);
    return undefined;
  } catch (error) {
    return `what runs containers is missing, and cannot be installed (${lastLine(error)})`;
  }
}

/** Cables and rules of Services, in a network of its own. */
async function whyNoNetwork(): Promise<string | undefined> {
  try {
    await run("unshare", ["--net", "sh", "-c", "ip link add name v0 type veth peer name v1 && ip link add name b0 type bridge && iptables -t nat -S"]);
    return undefined;
  } catch (error) {
    return `networks cannot be made (${lastLine(error)})`;
  }
}

function lastLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().split("\n").at(-1) ?? "";
}
