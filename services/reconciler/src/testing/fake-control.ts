import { digestOf } from "@troupe/domain/canonical";
import type { JsonObject } from "@troupe/domain/json";
import type { ClusterStatus, MemberStatus } from "@troupe/domain/life/status";
import type { Sources } from "@troupe/domain/plan/sources";
import * as wire from "@troupe/proto/troupe/internal/v1/reconciler";
import { makeServer, serviceOf } from "@troupe/runtime/grpc-server";
import type { Bus, Subscription } from "@troupe/runtime/bus";
import { silentLog } from "@troupe/runtime/log";
import { digestOfVersions } from "../intake/desired.ts";

export interface FakeControlOptions {
  /** Where it also hears status requests and tells what is wanted; without one, gRPC only. */
  readonly bus?: Bus;
  /** How long an instance lives without a heartbeat; what it is told is four fifths of it. */
  readonly expiryMs?: number;
  readonly port?: number;
}

/** Control as a reconciler knows it: what is wanted, who lives, and what was reported, all in memory behind its real wire. */
export interface FakeControl {
  readonly address: string;
  /** Everything that was reported of a cluster, put together as control does. */
  statusOf(uid: string): ClusterStatus | undefined;
  readonly reports: readonly wire.StatusReport[];
  readonly instances: readonly string[];
  readonly epoch: number;
  /** All that live have taken in who lives: they have asked again since they were told. */
  readonly isSettled: boolean;
  /** How often it was asked what is wanted. */
  readonly lists: number;
  publish(definition: JsonObject): string;
  /** Newer sources of a cluster; told on the bus unless it is `silent`. */
  want(sources: Sources, silent?: "silent"): void;
  /** The cluster has been deleted for good. */
  forget(uid: string): void;
  stop(): Promise<void>;
}

export async function startFakeControl({ bus, expiryMs = 15_000, port = 0 }: FakeControlOptions = {}): Promise<FakeControl> {
  const desired = new Map<string, Sources>();
  const definitions = new Map<string, JsonObject>();
  const lives = new Lives(expiryMs);
  const statuses = new Statuses();
  let lists = 0;
  const service = serviceOf(wire.ReconcilerServiceService, {
    heartbeat: async ({ instance, leaving }) => lives.beat(instance, leaving),
    async *listDesired({ digest }) {
      lists += 1;
      const present = digestOfVersions(new Map([...desired.values()].map(({ uid, version }) => [uid, version])));
      if (digest === present) return yield { part: { $case: "unchanged", value: true } };
      for (const sources of desired.values()) yield { part: { $case: "sources", value: toWire(sources) } };
      yield { part: { $case: "digest", value: present } };
    },
    getDefinition: async ({ digest }) => ({ definition: JSON.stringify(definitions.get(digest)) }),
    reportStatus: async (request) => statuses.take(request),
  });
  const server = makeServer({ listen: { host: "127.0.0.1", port }, log: silentLog, services: [service] });
  await server.start(new AbortController().signal);
  const answering: Subscription | undefined = bus?.answer("troupe.v1.status.default", "control", async (body) =>
    wire.ReportStatusResponse.encode(statuses.take(wire.ReportStatusRequest.decode(body))).finish(),
  );
  return {
    address: server.address(),
    statusOf: (uid) => statuses.of(uid),
    reports: statuses.reports,
    get instances() {
      return lives.instances;
    },
    get epoch() {
      return lives.epoch;
    },
    get isSettled() {
      return lives.isSettled;
    },
    get lists() {
      return lists;
    },
    publish(definition) {
      const digest = digestOf(definition);
      definitions.set(digest, definition);
      return digest;
    },
    want(sources, silent) {
      desired.set(sources.uid, sources);
      if (silent === undefined) bus?.publish(`troupe.v1.desired.default.${sources.uid}`, wire.Sources.encode(toWire(sources)).finish());
    },
    forget: (uid) => void desired.delete(uid),
    async stop() {
      answering?.stop();
      await server.stop();
    },
  };
}

class Lives {
  readonly #expiryMs: number;
  readonly #seenAtMs = new Map<string, number>();
  /** Heartbeats since the epoch began. */
  readonly #beats = new Map<string, number>();
  instances: readonly string[] = [];
  epoch = 0;

  constructor(expiryMs: number) {
    this.#expiryMs = expiryMs;
  }

  get isSettled(): boolean {
    return this.instances.length > 0 && this.instances.every((instance) => (this.#beats.get(instance) ?? 0) > 1);
  }

  beat(instance: string, leaving: boolean): wire.HeartbeatResponse {
    const nowMs = performance.now();
    if (leaving) this.#seenAtMs.delete(instance);
    else this.#seenAtMs.set(instance, nowMs);
    for (const [other, seenAtMs] of this.#seenAtMs) if (seenAtMs + this.#expiryMs < nowMs) this.#seenAtMs.delete(other);
    const instances = [...this.#seenAtMs.keys()].toSorted();
    if (instances.join() !== this.instances.join()) {
      this.epoch += 1;
      this.#beats.clear();
    }
    this.instances = instances;
    this.#beats.set(instance, (this.#beats.get(instance) ?? 0) + 1);
    return { epoch: BigInt(this.epoch), instances, validMs: leaving ? 0 : this.#expiryMs * 0.8 };
  }
}

class Statuses {
  readonly reports: wire.StatusReport[] = [];
  readonly #stored = new Map<string, { readonly epoch: bigint; readonly seq: bigint; readonly status: ClusterStatus }>();

  of(uid: string): ClusterStatus | undefined {
    return this.#stored.get(uid)?.status;
  }

  take({ reports }: wire.ReportStatusRequest): wire.ReportStatusResponse {
    return { acks: reports.map((report) => ({ uid: report.uid, epoch: report.epoch, seq: report.seq, outcome: this.#takeOne(report) })) };
  }

  #takeOne(report: wire.StatusReport): wire.StatusOutcome {
    this.reports.push(report);
    const { uid, epoch, seq } = report;
    const stored = this.#stored.get(uid);
    if (stored && (stored.epoch > epoch || (stored.epoch === epoch && stored.seq >= seq))) return wire.StatusOutcome.STATUS_OUTCOME_OLD;
    const members = new Map(report.allMembers ? [] : stored?.status.members.map((member) => [`${member.role}/${member.index}`, member]));
    for (const { role, index, status } of report.members) {
      if (status === "") members.delete(`${role}/${index}`);
      else members.set(`${role}/${index}`, JSON.parse(status) as MemberStatus);
    }
    this.#stored.set(uid, { epoch, seq, status: { ...(JSON.parse(report.status) as ClusterStatus), members: [...members.values()] } });
    return wire.StatusOutcome.STATUS_OUTCOME_STORED;
  }
}

export function toWire(sources: Sources): wire.Sources {
  const { version, generation, continued, intent, spec, needs, lastRecord, orders, labels, ...same } = sources;
  return {
    ...same,
    labels: { ...labels },
    version: BigInt(version),
    generation: BigInt(generation),
    continued: BigInt(continued),
    intent: { kind: intent.kind === "run" ? { $case: "run", value: true } : { $case: "delete", value: { deleteVolumes: intent.deleteVolumes } } },
    spec: JSON.stringify(spec),
    needs: JSON.stringify(needs),
    lastRecord: lastRecord === undefined ? "" : JSON.stringify(lastRecord),
    orders: orders.map(({ id, kind, args }) => ({ id, kind, args: JSON.stringify(args) })),
  };
}
