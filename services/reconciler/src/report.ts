import { canonicalJson } from "@troupe/domain/canonical";
import type { Json } from "@troupe/domain/json";
import type { ClusterRecord } from "@troupe/domain/life/record";
import type { ClusterStatus, MemberStatus, Reason } from "@troupe/domain/life/status";
import { failedStatus } from "@troupe/domain/life/summarize";
import { ReportStatusRequest, ReportStatusResponse, type MemberPart, type StatusReport } from "@troupe/proto/troupe/internal/v1/reconciler";
import { delayMs } from "@troupe/runtime/backoff";
import type { Bus } from "@troupe/runtime/bus";
import type { Log } from "@troupe/runtime/log";

export interface ReporterOptions {
  readonly target: string;
  readonly bus: Pick<Bus, "request">;
  /** The same over gRPC, for when nobody answers on NATS. */
  readonly call: (request: ReportStatusRequest) => Promise<ReportStatusResponse>;
  readonly epoch: () => number;
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly log: Log;
}

interface Reported {
  readonly status: ClusterStatus;
  readonly record: ClusterRecord | undefined;
  readonly seq: number;
  readonly atMs: number;
}

/** What control has answered for; of another epoch everything is sent again. */
interface Answered {
  readonly epoch: number;
  readonly members: ReadonlyMap<string, string>;
  readonly record: ClusterRecord | undefined;
}

const mostBytes = 256 * 1024;
const natsTimeoutMs = 3_000;
/** A cluster with more members is reported once in so long, because each report of it is large. */
const largeCluster = { members: 100, everyMs: 1_000 };

/**
 * Tells control how clusters are: the latest of each, only when it differs, as a NATS request, and the same bytes over gRPC
 * when nobody answers. A report stays due until control has answered for it, after its commit.
 */
export class Reporter {
  readonly #options: ReporterOptions;
  readonly #reported = new Map<string, Reported>();
  readonly #answered = new Map<string, Answered>();
  readonly #due = new Set<string>();
  readonly #sentAtMs = new Map<string, number>();
  #seq = 0;
  #sending = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** A pass has seen it so. */
  report(uid: string, status: ClusterStatus, record: ClusterRecord | undefined): void {
    const last = this.#reported.get(uid);
    if (last && last.record === record && same(last.status, status)) return;
    this.#reported.set(uid, { status: sameSince(status, last?.status), record, seq: (this.#seq += 1), atMs: this.#options.nowMs() });
    this.#due.add(uid);
    this.#schedule(0);
  }

  /** A pass has failed: what was last seen still holds, with the reason why nothing moves. */
  reportFailure(uid: string, of: { readonly generation: number; readonly formed: boolean }, reason: Reason, message: string): void {
    const last = this.#reported.get(uid);
    const failed = failedStatus(of, reason, message);
    this.report(uid, last ? { ...last.status, state: last.status.formed ? "degraded" : failed.state, conditions: failed.conditions, waiting: failed.waiting } : failed, last?.record);
  }

  forget(uid: string): void {
    for (const kept of [this.#reported, this.#answered, this.#due, this.#sentAtMs]) kept.delete(uid);
  }

  /** After a change of owners, what is owned is told anew and whole. */
  reportAgain(uids: Iterable<string>): void {
    for (const uid of uids) if (this.#reported.has(uid)) this.#due.add(uid);
    this.#schedule(0);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(inMs: number): void {
    if (this.#sending || this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#send(), inMs);
  }

  async #send(): Promise<void> {
    this.#sending = true;
    let failures = 0;
    while (!this.#stopped) {
      const batch = this.#batch();
      if (batch.length === 0) break;
      try {
        this.#take(await this.#deliver(batch), batch);
        failures = 0;
      } catch (error) {
        if (failures === 0) this.#options.log.warn({ error }, "control cannot be told how clusters are");
        await new Promise((resolve) => setTimeout(resolve, delayMs(failures, this.#options.random, { firstMs: 200, mostMs: 5_000 })));
        failures += 1;
      }
    }
    this.#sending = false;
    if (this.#due.size > 0) this.#schedule(this.#nextInMs());
  }

  async #deliver(reports: readonly StatusReport[]): Promise<ReportStatusResponse> {
    const { target, bus, call } = this.#options;
    const request = { target, reports };
    try {
      return ReportStatusResponse.decode(await bus.request(`troupe.v1.status.${target}`, ReportStatusRequest.encode(request).finish(), natsTimeoutMs));
    } catch {
      // Whether it arrived is unknown, and does not matter: the guard lets each report count once.
      return call(request);
    }
  }

  #batch(): readonly StatusReport[] {
    const reports: StatusReport[] = [];
    let bytes = 0;
    for (const uid of this.#due) {
      if (this.#waitMs(uid) > 0) continue;
      const report = this.#reportOf(uid);
      if (report === undefined) continue;
      const size = sizeOf(report);
      if (reports.length > 0 && bytes + size > mostBytes) break;
      reports.push(report);
      bytes += size;
    }
    return reports;
  }

  #reportOf(uid: string): StatusReport | undefined {
    const reported = this.#reported.get(uid);
    if (reported === undefined) return undefined;
    const epoch = this.#options.epoch();
    const answered = this.#answered.get(uid);
    const known = answered?.epoch === epoch ? answered : undefined;
    const { status, record, seq } = reported;
    return {
      uid,
      epoch: BigInt(epoch),
      seq: BigInt(seq),
      status: JSON.stringify({ ...status, members: [] }),
      allMembers: known === undefined,
      members: memberParts(status.members, known?.members),
      record: record === undefined || record === known?.record ? "" : JSON.stringify(record),
    };
  }

  #take({ acks }: ReportStatusResponse, batch: readonly StatusReport[]): void {
    const sent = new Map(batch.map((report) => [report.uid, report]));
    for (const ack of acks) {
      const report = sent.get(ack.uid);
      const reported = this.#reported.get(ack.uid);
      if (!report || !reported || BigInt(reported.seq) !== report.seq) continue;
      this.#due.delete(ack.uid);
      this.#sentAtMs.set(ack.uid, this.#options.nowMs());
      const members = new Map(reported.status.members.map((member) => [keyOf(member), JSON.stringify(member)]));
      this.#answered.set(ack.uid, { epoch: Number(report.epoch), members, record: reported.record });
    }
  }

  #waitMs(uid: string): number {
    const reported = this.#reported.get(uid);
    if (reported === undefined || reported.status.members.length <= largeCluster.members) return 0;
    return Math.max(0, (this.#sentAtMs.get(uid) ?? -Infinity) + largeCluster.everyMs - this.#options.nowMs());
  }

  #nextInMs(): number {
    return Math.min(...[...this.#due].map((uid) => this.#waitMs(uid)), largeCluster.everyMs);
  }
}

function memberParts(members: readonly MemberStatus[], known: ReadonlyMap<string, string> | undefined): readonly MemberPart[] {
  const parts = members.map((member) => ({ key: keyOf(member), role: member.role, index: member.index, status: JSON.stringify(member) }));
  if (known === undefined) return parts.map(({ key: _key, ...part }) => part);
  const present = new Set(parts.map(({ key }) => key));
  const gone = [...known.keys()].filter((key) => !present.has(key)).map((key) => ({ role: key.slice(0, key.lastIndexOf("/")), index: Number(key.slice(key.lastIndexOf("/") + 1)), status: "" }));
  return [...parts.filter(({ key, status }) => known.get(key) !== status).map(({ key: _key, ...part }) => part), ...gone];
}

function keyOf({ role, index }: MemberStatus): string {
  return `${role}/${index}`;
}

/** Characters of its texts: close enough to bytes for a batch's bound. */
function sizeOf({ status, members, record }: StatusReport): number {
  return status.length + record.length + members.reduce((sum, member) => sum + member.status.length, 0);
}

function same(a: ClusterStatus, b: ClusterStatus): boolean {
  return canonicalJson(withoutSince(a)) === canonicalJson(withoutSince(b));
}

function withoutSince({ waiting, ...status }: ClusterStatus): Json {
  return { ...status, waiting: waiting.map(({ since: _since, ...wait }) => wait) } as unknown as Json;
}

/** A wait is as old as its first sight. */
function sameSince(status: ClusterStatus, last: ClusterStatus | undefined): ClusterStatus {
  const known = new Map(last?.waiting.map((wait) => [`${wait.what} ${wait.reason}`, wait.since]));
  return { ...status, waiting: status.waiting.map((wait) => ({ ...wait, since: known.get(`${wait.what} ${wait.reason}`) ?? wait.since })) };
}
