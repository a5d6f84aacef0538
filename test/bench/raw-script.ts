import { Agent, request } from "undici";
import type { Kubernetes } from "@troupe/deploy/local/kubernetes";
import { readFileSync } from "node:fs";

/** What somebody would write who wanted only the objects: create them all, in order of need, and wait for the pods. */

interface Item {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string; labels?: Record<string, string>; ownerReferences?: { uid: string }[]; [field: string]: unknown };
  [field: string]: unknown;
}

/** Everything a product's cluster consists of, as read from the server. */
const kinds: readonly (readonly [kind: string, apiVersion: string, resource: string])[] = [
  ["ClusterRecord", "troupe.dev/v1", "clusterrecords"],
  ["ServiceAccount", "v1", "serviceaccounts"],
  ["ConfigMap", "v1", "configmaps"],
  ["Secret", "v1", "secrets"],
  ["Service", "v1", "services"],
  ["PodDisruptionBudget", "policy/v1", "poddisruptionbudgets"],
  ["PersistentVolumeClaim", "v1", "persistentvolumeclaims"],
  ["Pod", "v1", "pods"],
];

export interface RawScript {
  /** The objects of one cluster, cleaned of what the server added. */
  templateOf(namespace: string, cluster: string): Promise<readonly Item[]>;
  /** Creates as many copies and resolves once every pod is Ready. */
  createCopies(template: readonly Item[], cluster: string, namespace: string, count: number): Promise<void>;
}

export function rawScript(kubernetes: Kubernetes): RawScript {
  const agent = agentOf(kubernetes);
  const call = async (method: "GET" | "POST", path: string, body?: unknown): Promise<unknown> => {
    const answer = await request(`${kubernetes.server}${path}`, {
      method,
      dispatcher: agent,
      headers: { authorization: `Bearer ${kubernetes.token}`, "content-type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
    if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${answer.statusCode} ${await answer.body.text()}`);
    return answer.body.json();
  };
  return {
    async templateOf(namespace, cluster) {
      const lists = await Promise.all(
        kinds.map(async ([kind, apiVersion, resource]) => {
          const { items } = (await call("GET", `${folderOf(apiVersion, namespace)}/${resource}?labelSelector=app.kubernetes.io/instance=${cluster}`)) as { items: Item[] };
          return items.map((item) => cleaned({ ...item, kind, apiVersion }));
        }),
      );
      return lists.flat();
    },
    async createCopies(template, cluster, namespace, count) {
      const ready = allReady(kubernetes, agent, namespace, template.filter(({ kind }) => kind === "Pod").length * count);
      const queue = Array.from({ length: count }, (_, index) => index);
      const worker = async (): Promise<void> => {
        for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
          const copy = copied(template, cluster, `${cluster}${index}`, namespace);
          // In the order of need and in parallel, as the product does: the record, because all name their owner; what pods need; pods.
          const [record, ...others] = copy;
          const owner = (await call("POST", pathOf(record as Item), record)) as Item;
          const create = (item: Item) => call("POST", pathOf(item), ownedBy(item, String(owner.metadata["uid"])));
          await Promise.all(others.filter(({ kind }) => kind !== "Pod").map(create));
          await Promise.all(others.filter(({ kind }) => kind === "Pod").map(create));
        }
      };
      await Promise.all([ready, ...Array.from({ length: 4 }, worker)]);
    },
  };
}

function folderOf(apiVersion: string, namespace: string): string {
  return `${apiVersion.includes("/") ? "/apis" : "/api"}/${apiVersion}/namespaces/${namespace}`;
}

function pathOf({ apiVersion, kind, metadata }: Item): string {
  const resource = kinds.find(([each]) => each === kind)?.[2] ?? "";
  return `${folderOf(apiVersion, metadata.namespace)}/${resource}?fieldManager=troupe`;
}

function cleaned({ metadata, status: _status, ...item }: Item): Item {
  const { name, namespace, labels, annotations, ownerReferences } = metadata;
  // Others note on claims that they are bound.
  const ours = Object.entries((annotations ?? {}) as Record<string, string>).filter(([key]) => key.startsWith("troupe.dev/"));
  const kept = { name, namespace, ...(labels && { labels }), annotations: Object.fromEntries(ours), ...(ownerReferences && { ownerReferences }) };
  const spec = { ...(item["spec"] as Record<string, unknown> | undefined) };
  for (const field of ["nodeName", "volumeName", "clusterIP", "clusterIPs"]) if (spec[field] !== "None") delete spec[field];
  return { ...item, ...(item["spec"] !== undefined && { spec }), metadata: kept };
}

/** Under another name, and not as ours: the reconciler would take away what carries its label and a uid that does not want it. */
function copied(template: readonly Item[], from: string, to: string, namespace: string): readonly Item[] {
  const uid = String((template[0]?.["spec"] as { uid?: string } | undefined)?.uid);
  const text = JSON.stringify(template)
    .replaceAll(`"${from}-`, `"${to}-`)
    .replaceAll(`"${from}"`, `"${to}"`)
    .replaceAll(uid, crypto.randomUUID())
    .replaceAll('"app.kubernetes.io/managed-by":"troupe"', '"app.kubernetes.io/managed-by":"script"');
  return (JSON.parse(text) as Item[]).map((item) => ({ ...item, metadata: { ...item.metadata, namespace } }));
}

function ownedBy(item: Item, uid: string): Item {
  const owners = item.metadata.ownerReferences?.map((owner) => ({ ...owner, uid }));
  return owners ? { ...item, metadata: { ...item.metadata, ownerReferences: owners } } : item;
}

/** Follows the namespace's pods by one watch until so many are Ready. */
async function allReady(kubernetes: Kubernetes, agent: Agent, namespace: string, count: number): Promise<void> {
  const readyPods = new Set<string>();
  for await (const { name, ready } of watchPods(kubernetes, agent, namespace)) {
    if (ready) readyPods.add(name);
    if (readyPods.size >= count) return;
  }
  throw new Error(`the watch of pods ended with ${readyPods.size} of ${count} ready`);
}

export interface PodSeen {
  readonly name: string;
  readonly uid: string;
  readonly ready: boolean;
}

/** Pods of a namespace as they change from now on; a signal that is aborted ends it with an error. */
export async function* watchPods(kubernetes: Kubernetes, agent: Agent, namespace: string, signal?: AbortSignal): AsyncGenerator<PodSeen> {
  const pods = `${folderOf("v1", namespace)}/pods`;
  const { body: list } = await kubernetes.request("GET", pods);
  const from = (list as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
  const answer = await request(`${kubernetes.server}${pods}?watch=true&timeoutSeconds=600&resourceVersion=${from}`, { dispatcher: agent, headers: { authorization: `Bearer ${kubernetes.token}` }, headersTimeout: 0, bodyTimeout: 0, signal });
  let rest = "";
  for await (const chunk of answer.body.setEncoding("utf8")) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield podSeen(JSON.parse(line));
  }
}

function podSeen({ object }: { readonly object: { readonly metadata: { readonly name: string; readonly uid: string }; readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] } } }): PodSeen {
  const { metadata, status } = object;
  return { name: metadata.name, uid: metadata.uid, ready: status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true };
}

export function agentOf({ caFile }: Kubernetes): Agent {
  return new Agent({ connections: 32, allowH2: false, connect: { ca: readFileSync(caFile), rejectUnauthorized: false } });
}
