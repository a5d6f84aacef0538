import type { JsonObject } from "../../json.ts";
import type { DesiredCluster } from "../../plan/desired.ts";
import { withLastNeeds } from "../../plan/last-needs.ts";
import { annotation, label } from "../../render/identity.ts";
import { type Change, diff } from "../../render/diff.ts";
import type { KubeObject } from "../../render/manifest.ts";
import { render } from "../../render/render.ts";
import { secretWanted } from "../../render/secrets.ts";
import { advance } from "../advance.ts";
import type { ObservedClaim, ObservedCluster, ObservedObject, ObservedPod } from "../observed.ts";
import type { ClusterRecord } from "../record.ts";
import type { ClusterStatus } from "../status.ts";
import type { Step } from "../step.ts";
import { summarize } from "../summarize.ts";

/** A target in which every act succeeds at once and time stands still until it is asked to pass: for the choreography. */
export class SimulatedTarget {
  readonly objects = new Map<string, { readonly object: KubeObject; readonly uid: string; deleting: boolean; ready: boolean; phase?: ObservedPod["phase"] }>();
  readonly secrets = new Set<string>();
  record: ClusterRecord | undefined;
  /** Writes of the record, creation included. */
  recordWrites = 0;
  /** Names of pods for which there is no room on any node. */
  readonly homeless = new Set<string>();
  /** Stands still until it is set. */
  nowMs = 0;
  /** Everything that was done, in order. */
  readonly log: string[] = [];
  #uids = 0;

  /** One pass, as the reconciler makes it. */
  pass(cluster: DesiredCluster): { readonly step: Step; readonly status: ClusterStatus; readonly changes: readonly Change[] } {
    return this.#pass(withLastNeeds(cluster, this.record));
  }

  #pass(cluster: DesiredCluster): ReturnType<SimulatedTarget["pass"]> {
    const observed = this.observe(cluster);
    const step = advance(cluster, this.record, observed, this.nowMs);
    if (step.record !== this.record) {
      this.record = step.record;
      this.recordWrites += 1;
    }
    const secret = step.phase === "running" ? secretWanted(cluster, step) : undefined;
    if (secret) this.secrets.add(secret.name);
    const changes = diff(cluster, step, render(cluster, step, "owner"), observed);
    for (const change of changes) this.#apply(change);
    return { step, status: summarize(cluster, step, this.observe(cluster)), changes };
  }

  /** What was deleted is gone, and every pod is ready that has found a place. */
  settle(): void {
    for (const [key, entry] of this.objects) if (entry.deleting) this.objects.delete(key);
    for (const entry of this.objects.values()) entry.ready = entry.phase === undefined && !this.homeless.has(entry.object.metadata.name);
  }

  /** Passes until nothing is left to do; says what was left when that takes too long. */
  converge(cluster: DesiredCluster, most = 100): ClusterStatus {
    for (let round = 0; round < most; round += 1) {
      const { changes } = this.pass(cluster);
      const before = this.recordWrites;
      this.settle();
      const next = this.pass(cluster);
      this.settle();
      if (changes.length === 0 && next.changes.length === 0 && this.recordWrites === before) return next.status;
    }
    throw new Error(`does not converge: ${this.log.slice(-12).join(", ")}`);
  }

  /** What was done since a place in the log, of pods alone. */
  podsSince(place: number): readonly string[] {
    return this.log.slice(place).flatMap((entry) => /^(?:create|delete) Pod\//.test(entry) ? [entry.replace("Pod/", "")] : []);
  }

  /** Its process ends, and nothing restarts it. */
  end(pod: string, phase: "Succeeded" | "Failed"): void {
    const entry = this.objects.get(`Pod/${pod}`);
    if (entry) Object.assign(entry, { phase, ready: false });
  }

  kill(pod: string): void {
    this.objects.delete(`Pod/${pod}`);
  }

  /** A person deletes it, and its volume with it. */
  lose(claim: string): void {
    this.objects.delete(`PersistentVolumeClaim/${claim}`);
  }

  unready(pod: string): void {
    const entry = this.objects.get(`Pod/${pod}`);
    if (entry) entry.ready = false;
  }

  names(kind: string): readonly string[] {
    return [...this.objects.values()].filter(({ object }) => object.kind === kind).map(({ object }) => object.metadata.name).sort();
  }

  get(kind: string, name: string): KubeObject | undefined {
    return this.objects.get(`${kind}/${name}`)?.object;
  }

  observe(cluster: DesiredCluster): ObservedCluster {
    const all = [...this.objects.values()];
    const own = all.filter(({ object }) => object.metadata.labels?.[label.uid] === cluster.uid);
    const claims = all.filter(({ object }) => object.kind === "PersistentVolumeClaim").map(observedClaim);
    const adopted = all.filter(({ object }) => object.kind === "Pod" && object.metadata.labels?.[label.uid] === cluster.adopt);
    return {
      objects: own.map(observedObject),
      pods: byName(own.filter(({ object }) => object.kind === "Pod").map((entry) => observedPod(entry, this.homeless))),
      claims: byName(claims.filter(({ clusterUid }) => clusterUid === cluster.uid)),
      keptClaims: byName(claims.filter(({ clusterUid }) => clusterUid !== cluster.uid)),
      secrets: this.secrets,
      adoptedIsThere: adopted.length > 0,
    };
  }

  #apply(change: Change): void {
    const { kind, metadata } = change.kind === "delete" ? { kind: change.object.kind, metadata: { name: change.object.name } } : change.object;
    const key = `${kind}/${metadata.name}`;
    this.log.push(`${change.kind} ${key}`);
    const there = this.objects.get(key);
    if (change.kind === "delete") {
      if (there?.uid !== change.object.uid) throw new Error(`${key} has another uid`);
      if (kind === "Pod") there.deleting = true;
      else this.objects.delete(key);
      return;
    }
    if (change.kind === "create" && there) throw new Error(`${key} exists`);
    if (change.kind === "apply" && kind === "Pod") return this.#annotate(key, change.object);
    this.objects.set(key, { object: change.object, uid: there?.uid ?? `u${(this.#uids += 1)}`, deleting: false, ready: false });
  }

  /** All that is ever changed of a pod. */
  #annotate(key: string, { metadata }: KubeObject): void {
    const there = this.objects.get(key);
    if (there === undefined || there.uid !== metadata.uid) throw new Error(`${key} is not the pod that was meant`);
    const { object } = there;
    this.objects.set(key, { ...there, object: { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...metadata.annotations } } } });
  }
}

type Entry = { readonly object: KubeObject; readonly uid: string; readonly deleting: boolean; readonly ready: boolean; readonly phase?: ObservedPod["phase"] };

function observedObject({ object, uid, deleting }: Entry): ObservedObject {
  const { apiVersion, kind, metadata } = object;
  const { namespace, name, labels = {}, annotations = {} } = metadata;
  return { apiVersion, kind, namespace, name, uid, resourceVersion: "1", deleting, labels, annotations, body: object as unknown as JsonObject };
}

function observedPod(entry: Entry, homeless: ReadonlySet<string>): ObservedPod {
  const { name, labels = {}, annotations = {} } = entry.object.metadata;
  const { [label.role]: role = "", [label.index]: index = "", [label.life]: life = "" } = labels;
  const { ready, deleting, uid } = entry;
  const placed = homeless.has(name) ? { phase: "Pending" as const, scheduled: false, trouble: { reason: "Unschedulable", message: "0/3 nodes are available" } } : { phase: entry.phase ?? "Running", scheduled: true, trouble: undefined };
  return { name, uid, role, index: Number(index), life: Number(life), inputs: annotations[annotation.inputs], live: annotations[annotation.live], started: ready, ready, deleting, node: "n", restarts: 0, ...placed };
}

function observedClaim(entry: Entry): ObservedClaim {
  const { name, labels = {}, annotations = {} } = entry.object.metadata;
  const { [label.uid]: clusterUid = "", [label.role]: role = "", [label.index]: index = "", [label.volume]: volume = "", [label.life]: life = "" } = labels;
  return { name, uid: entry.uid, clusterUid, role, index: Number(index), volume, life: Number(life), phase: "Bound", size: "1Gi", storageClass: "standard", retired: annotations[annotation.retired] !== undefined, deleting: false, object: observedObject(entry) };
}

function byName<T extends { readonly name: string }>(items: readonly T[]): Readonly<Record<string, T>> {
  return Object.fromEntries(items.map((item) => [item.name, item]));
}
