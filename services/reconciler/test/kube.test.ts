import { type Kubernetes, startKubernetes } from "@troupe/deploy/local/kubernetes";
import { readyTarget } from "@troupe/deploy/local/target";
import { until } from "@troupe/deploy/local/until";
import { afterAll, beforeAll } from "vitest";
import { Credentials } from "../src/kube/credentials.ts";
import { HttpKube } from "../src/kube/http-kube.ts";
import { FakeKube } from "../src/testing/fake-kube.ts";
import { kubeContract } from "./kube.contract.ts";

kubeContract("the API server in memory", async () => {
  const kube = new FakeKube({ pageSize: 2, namespaces: ["a"] });
  return { kube, namespace: "a", endWatches: () => kube.endWatches() };
});

let kubernetes: Kubernetes;
let credentials: Credentials;
let namespaces = 0;
const kubes: HttpKube[] = [];

beforeAll(async () => {
  kubernetes = await startKubernetes();
  await readyTarget(kubernetes.kubeconfigPath, kubernetes.context);
  credentials = new Credentials({ kind: "kubeconfig", file: kubernetes.kubeconfigPath, context: kubernetes.context }, () => performance.now());
});
afterAll(async () => {
  await Promise.all(kubes.map((kube) => kube.close()));
  await kubernetes?.stop();
});

kubeContract("a real API server", async (wish = {}) => {
  const namespace = `n${(namespaces += 1)}`;
  await kubernetes.request("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  // Pods are refused before it has one.
  const hasAccount = async () => ((await kubernetes.request("GET", `/api/v1/namespaces/${namespace}/serviceaccounts/default`)).status === 200 ? true : undefined);
  await until(hasAccount, { what: "the default account", timeoutMs: 30_000 });
  const kube = new HttpKube({ credentials, pageSize: 2, ...wish });
  kubes.push(kube);
  return { kube, namespace, endWatches: () => undefined };
});
