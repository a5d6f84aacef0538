import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isErrno } from "./errno.ts";

/** Each part has a name of its own, so that it can be told who asked for what. All may do everything. */
export const kubernetesUsers = ["admin", "controller-manager", "scheduler", "nodes"] as const;
export type KubernetesUser = (typeof kubernetesUsers)[number];

/** Relative to the folder of the data, in which all parts run. */
export const fileNames = { tokens: "tokens.csv", serviceAccountKey: "service-accounts.key", certificates: "certificates" } as const;

export const contextName = "troupe-local";

export interface KubernetesFiles {
  readonly caFile: string;
  /** Of the admin. */
  readonly token: string;
  readonly kubeconfigOf: (user: KubernetesUser) => string;
}

/** What a control plane needs before its first start, made once; only the owner can read it. */
export async function prepareFiles(folder: string, server: string): Promise<KubernetesFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const certificates = join(folder, fileNames.certificates);
  const caFile = join(certificates, "apiserver.crt"); // made by the API server; it holds the authority too
  if (await isRunningOut(caFile)) await rm(certificates, { recursive: true });
  await writeOnce(join(folder, fileNames.serviceAccountKey), newPrivateKey);
  await writeOnce(join(folder, fileNames.tokens), () => kubernetesUsers.map((user) => `${randomBytes(24).toString("hex")},${user},${user},system:masters\n`).join(""));
  const tokens = parseTokens(await readFile(join(folder, fileNames.tokens), "utf8"));
  const kubeconfigOf = (user: KubernetesUser) => join(folder, user === "admin" ? "kubeconfig" : `${user}.kubeconfig`);
  for (const user of kubernetesUsers) {
    await writeFile(kubeconfigOf(user), renderKubeconfig({ server, caFile, user, token: tokenOf(tokens, user) }), { mode: 0o600 });
  }
  return { caFile, token: tokenOf(tokens, "admin"), kubeconfigOf };
}

/** JSON is YAML. */
export function renderKubeconfig({ server, caFile, user, token }: { server: string; caFile: string; user: string; token: string }): string {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: contextName, cluster: { server, "certificate-authority": caFile } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: contextName, context: { cluster: contextName, user, namespace: "default" } }],
    "current-context": contextName,
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

export function parseTokens(text: string): ReadonlyMap<string, string> {
  const rows = text.split("\n").map((line) => line.split(","));
  return new Map(rows.flatMap(([token, user]) => (token !== undefined && user !== undefined ? [[user, token]] : [])));
}

function tokenOf(tokens: ReadonlyMap<string, string>, user: KubernetesUser): string {
  const token = tokens.get(user);
  if (token === undefined) throw new Error(`${fileNames.tokens} has no token of ${user}; remove the folder of the data to begin anew`);
  return token;
}

function newPrivateKey(): string {
  return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

async function writeOnce(file: string, make: () => string): Promise<void> {
  try {
    await writeFile(file, make(), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
  }
}

/** The API server makes its certificate for a year and does not look at it again. */
async function isRunningOut(file: string): Promise<boolean> {
  try {
    const weekMs = 7 * 24 * 3_600_000;
    return new X509Certificate(await readFile(file)).validToDate.getTime() < Date.now() + weekMs;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return false;
    throw error;
  }
}
