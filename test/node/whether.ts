import { isRoot } from "@troupe/deploy/local/folders";
import { onPath } from "@troupe/deploy/local/programs";
import { findHierarchies, missingResources } from "./cgroups.ts";
import { prepareDebian } from "./debian.ts";
import { prepareMachine } from "./images/machine.ts";
import { run, runScript } from "./run.ts";

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
  return (
    (await refusalOf("new namespaces are refused", makeNamespaces)) ??
    (await whyNoGroups()) ??
    (await refusalOf("what runs containers is missing, and cannot be installed", installPackages)) ??
    (await refusalOf("networks cannot be made", makeNetwork))
  );
}

async function whyNoGroups(): Promise<string | undefined> {
  const missing = await missingResources(await findHierarchies());
  return missing.length === 0 ? undefined : `there are no cgroups for ${missing.join(", ")}`;
}

function makeNamespaces(): Promise<unknown> {
  return run({ command: "unshare", before: [] }, "--mount", "--pid", "--fork", "--net", "--uts", "--ipc", "--cgroup", "mount", "--make-rslave", "/");
}

/** On the way: whether they can be had is not known before. */
async function installPackages(): Promise<void> {
  await prepareDebian(console.log);
  await prepareMachine(console.log);
}

/** Cables and rules of Services, in a network that ends with the script. */
function makeNetwork(): Promise<unknown> {
  return runScript({ command: "unshare", before: ["--net"] }, "ip link add name v0 type veth peer name v1; ip link add name b0 type bridge; iptables -t nat -S");
}

/** What is not possible, with the end of what was said of it; nothing where it is. */
async function refusalOf(what: string, attempt: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    return `${what} (${(error instanceof Error ? error.message : String(error)).trim().split("\n").at(-1)})`;
  }
}
