import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { isRoot } from "@troupe/deploy/local/folders";
import { onPath } from "@troupe/deploy/local/programs";
import { findHierarchies, missingResources } from "./cgroups.ts";

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
  const separate = promisify(execFile)("unshare", ["--mount", "--pid", "--fork", "--net", "--uts", "--ipc", "--cgroup", "mount", "--make-rslave", "/"]);
  const refused = await separate.then(
    () => undefined,
    (error: Error) => `new namespaces are refused (${error.message.trim().split("\n").at(-1)})`,
  );
  if (refused !== undefined) return refused;
  const missing = await missingResources(await findHierarchies());
  return missing.length === 0 ? undefined : `there are no cgroups for ${missing.join(", ")}`;
}
