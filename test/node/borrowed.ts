import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { kubernetesPrograms, onPath, type Program } from "@troupe/deploy/local/programs";
import type { RealCluster } from "./cluster.ts";
import type { RealNode } from "./node.ts";
import { run } from "./run.ts";

/** A Kubernetes of somebody's: tests put applications on it, and do nothing to its nodes. Images have to be there. */
export async function borrowCluster(kubeconfigPath: string, contextName: string | undefined): Promise<RealCluster> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  if (contextName !== undefined) config.setCurrentContext(contextName);
  const [context, cluster] = [config.getCurrentContext(), config.getCurrentCluster()];
  if (cluster === null) throw new Error(`${kubeconfigPath} (TROUPE_TEST_KUBECONFIG) has no context ${context}; name one in TROUPE_TEST_CONTEXT`);
  const { items } = await config.makeApiClient(CoreV1Api).listNode();
  const kubectl = await kubectlProgram();
  const call = (method: string, path: string, body?: unknown, contentType?: string) => ask(config, cluster.server, { method, path, body, contentType });
  return {
    ours: false,
    server: cluster.server,
    kubeconfigPath,
    context,
    token: config.getCurrentUser()?.token,
    caFile: cluster.caFile,
    nodes: items.map(({ metadata }) => nodeNobodyTouches(metadata?.name ?? "")),
    kubectl: (...args) => run(kubectl, `--kubeconfig=${kubeconfigPath}`, `--context=${context}`, ...args),
    request: call,
    apply: async (path, object) => {
      const { status, body } = await call("PATCH", `${path}?fieldManager=troupe-test&force=true`, object, "application/apply-patch+yaml");
      if (status >= 300) throw new Error(`Kubernetes refused ${path} with ${status}: ${JSON.stringify(body)}`);
    },
    importImage: notOurs("give it images"),
    addNode: notOurs("add a node"),
    stop: async () => {},
  };
}

function nodeNobodyTouches(name: string): RealNode {
  const not = notOurs(`do that to ${name}`);
  return { name, stopKubelet: not, startKubelet: not, cutOff: not, reconnect: not, lose: not };
}

function notOurs(what: string): () => Promise<never> {
  return () => Promise.reject(new Error(`the Kubernetes of TROUPE_TEST_KUBECONFIG is not ours: a test cannot ${what}`));
}

async function kubectlProgram(): Promise<Program> {
  const found = await onPath("kubectl", process.env["PATH"] ?? "");
  return found === undefined ? (await kubernetesPrograms(undefined, { say: console.log })).kubectl : { command: found, before: [] };
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly contentType: string | undefined;
}

/** With whatever credentials the file has, of which a token is only one kind. */
async function ask(config: KubeConfig, server: string, { method, path, body, contentType = "application/json" }: Call): Promise<{ status: number; body: unknown }> {
  const headers = { accept: "application/json", ...(body !== undefined && { "content-type": contentType }) };
  const options = { method, headers, timeout: 30_000 };
  await config.applyToHTTPSOptions(options);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(new URL(path, server), options, resolve);
    sent.on("error", reject);
    sent.on("timeout", () => sent.destroy(new Error(`no answer to ${method} ${path} for 30 s`)));
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
  const content = await text(answer);
  return { status: answer.statusCode ?? 0, body: answer.headers["content-type"]?.includes("json") ? JSON.parse(content) : content };
}
