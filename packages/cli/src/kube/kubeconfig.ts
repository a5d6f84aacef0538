import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import type { Failure } from "@troupe/domain/failure";
import { nearest } from "@troupe/domain/nearest";
import { advising } from "../advice.ts";

/** Which Kubernetes, as it was said. */
export interface KubeWish {
  /** Undefined: as kubectl finds one. */
  readonly kubeconfig: string | undefined;
  /** Undefined: the file's current one. */
  readonly context: string | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

/** The caller's own, with the context that is meant as its current one. Throws a Failure that says what is missing. */
export function openKubeconfig({ kubeconfig, context }: KubeWish, env: Env): KubeConfig {
  const files = filesOf(kubeconfig, env);
  const config = files.length === 0 && isInPod(env) ? ofPod() : files.reduce((merged, file) => mergedWith(merged, read(file)), new KubeConfig());
  if (files.length === 0 && !isInPod(env)) throw wrong("there is no kubeconfig: members' pods are reached with your own rights in their Kubernetes", howToName);
  if (context !== undefined) config.setCurrentContext(context);
  checkContext(config, files.join(delimiter), context);
  return config;
}

const howToName = "name one with --kubeconfig FILE, TROUPE_KUBECONFIG or KUBECONFIG; npm start prints the line for its own";

/** As kubectl looks for them: of those that KUBECONFIG lists the ones that are there, else the one at home. */
function filesOf(named: string | undefined, env: Env): readonly string[] {
  if (named !== undefined) return [named];
  const listed = (env["KUBECONFIG"] ?? "").split(delimiter).filter((file) => file !== "");
  if (listed.length === 0) return [join(env["HOME"] || homedir(), ".kube", "config")].filter((file) => existsSync(file));
  const there = listed.filter((file) => existsSync(file));
  if (there.length === 0) throw wrong(`KUBECONFIG names no file that is there: ${listed.join(delimiter)}`, howToName);
  return there;
}

function read(file: string): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromFile(file);
  } catch (error) {
    throw wrong(`kubeconfig "${file}" cannot be read: ${error instanceof Error ? error.message : String(error)}`, howToName);
  }
  return config;
}

/** What an earlier file says counts. */
function mergedWith(config: KubeConfig, later: KubeConfig): KubeConfig {
  for (const cluster of later.getClusters()) if (config.getCluster(cluster.name) === null) config.addCluster(cluster);
  for (const user of later.getUsers()) if (config.getUser(user.name) === null) config.addUser(user);
  for (const context of later.getContexts()) if (config.getContextObject(context.name) === null) config.addContext(context);
  if (!config.getCurrentContext()) config.setCurrentContext(later.getCurrentContext());
  return config;
}

function isInPod(env: Env): boolean {
  return (env["KUBERNETES_SERVICE_HOST"] ?? "") !== "" && existsSync("/var/run/secrets/kubernetes.io/serviceaccount/token");
}

function ofPod(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromCluster();
  return config;
}

function checkContext(config: KubeConfig, file: string, wanted: string | undefined): void {
  const known = config.getContexts().map(({ name }) => name);
  const current = config.getCurrentContext() || undefined;
  if (current === undefined) throw wrong(`kubeconfig ${file} has no current context`, known.length === 0 ? "it has no contexts at all" : `name one with --context: ${known.join(", ")}`);
  if (!known.includes(current)) {
    const meant = nearest(current, known);
    throw wrong(`kubeconfig ${file} has no context "${current}"${wanted === undefined ? ", which it says is the current one" : ""}`, meant === undefined ? `it has ${known.join(", ") || "none"}` : `did you mean ${meant}?`);
  }
  if (config.getCurrentCluster() === null) throw wrong(`context "${current}" of kubeconfig ${file} is of a cluster that the file does not have`, "correct the file, or name another context with --context");
}

/** Exit 2, as for whatever else is named wrongly on the command line. */
function wrong(message: string, whatToDo: string): Failure {
  return advising("invalid", message, whatToDo, { reason: "USAGE" });
}
