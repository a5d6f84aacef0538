import type { ClusterStatus } from "@troupe/domain/life/status";
import type { Cluster, ClusterChange } from "@troupe/proto/troupe/v1/cluster";
import type { StatusReport } from "@troupe/proto/troupe/internal/v1/reconciler";
import type { Replica } from "./control.ts";

/** What tests of control do over and over, each through its services. */

export const queueApp = `
apiVersion: troupe.dev/v1
kind: App
metadata: {name: queue}
spec:
  version: "1.0"
  image: registry.example/queue:1.0
  user: 1000
  params: {size: {type: integer, default: 3}}
  needs: {source: {app: queue, optional: true}}
  exports: {address: "\${{ roles.server.hosts('main').join(',') }}"}
  roles:
    server: {members: 1+, ports: {main: 7000}, volumes: {data: {path: /data, size: 1Gi}}}
    agent: {members: 0+, after: [server]}
`;

export function manifest(text: string, file = "") {
  return { text, file, firstLine: 0, package: {} };
}

export function clusterYaml(project: string, name: string, spec = "{app: queue}", metadata = ""): string {
  return `apiVersion: troupe.dev/v1\nkind: Cluster\nmetadata: {name: ${name}, namespace: ${project}${metadata}}\nspec: ${spec}\n`;
}

export async function publish(replica: Replica, text = queueApp) {
  return replica.apps.publish({ parent: "", manifest: manifest(text), requestId: "", validateOnly: false });
}

interface ApplyOptions {
  readonly etag?: string;
  readonly requestId?: string;
  readonly validateOnly?: boolean;
}

export async function apply(replica: Replica, text: string, { etag = "", requestId = "", validateOnly = false }: ApplyOptions = {}): Promise<ClusterChange> {
  return replica.clusters.update({ name: "", source: { $case: "manifest", value: manifest(text) }, updateMask: undefined, allowMissing: true, etag, requestId, validateOnly });
}

export async function remove(replica: Replica, name: string, change: Partial<Parameters<Replica["clusters"]["delete"]>[0]> = {}): Promise<ClusterChange> {
  return replica.clusters.delete({ name, volumes: 0, confirm: "", etag: "", requestId: "", validateOnly: false, allowMissing: false, ...change });
}

let seq = 0;

export function reportOf(cluster: Pick<Cluster, "uid" | "generation">, status: Partial<ClusterStatus>, change: Partial<StatusReport> = {}): StatusReport {
  seq += 1;
  const whole: ClusterStatus = { state: "deploying", observedGeneration: Number(cluster.generation), conditions: [], roles: [], members: [], waiting: [], exports: {}, formed: false, gone: false, kept: [], ...status };
  return { uid: cluster.uid, epoch: 1n, seq: BigInt(seq), status: JSON.stringify(whole), allMembers: false, members: [], record: "", ...change };
}

/** As a reconciler does; the outcomes. */
export async function report(replica: Replica, ...reports: readonly StatusReport[]): Promise<readonly number[]> {
  const { acks } = await replica.reconciler.reportStatus({ target: "default", reports });
  return acks.map(({ outcome }) => outcome);
}

export async function finish(replica: Replica, name: string): Promise<Cluster> {
  const { cluster } = await remove(replica, name);
  if (!cluster) throw new Error(`${name} is not there`);
  await report(replica, reportOf(cluster, { state: "deleting", gone: true, kept: ["a-claim"] }));
  return cluster;
}

/** The first `count` of a stream, which is then left. */
export async function take<T>(stream: AsyncIterable<T>, count: number): Promise<readonly T[]> {
  const taken: T[] = [];
  for await (const one of stream) {
    taken.push(one);
    if (taken.length === count) break;
  }
  return taken;
}

export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>, timeoutMs = 20_000): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function all<T>(stream: AsyncIterable<T>): Promise<readonly T[]> {
  const taken: T[] = [];
  for await (const one of stream) taken.push(one);
  return taken;
}
