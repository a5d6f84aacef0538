import { isSameJson } from "@troupe/domain/canonical";
import { Failure } from "@troupe/domain/failure";
import type { ClusterRecord } from "@troupe/domain/life/record";
import { type ClusterStatus, type MemberStatus, type Reason, reasons } from "@troupe/domain/life/status";
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
  /** Who does not own a cluster says nothing of it: under a new epoch that would silence the one who does. */
  readonly owner: { readonly epoch: number; readonly owns: (uid: string) => boolean };
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly log: Log;
}

interface Reported {
  readonly status: ClusterStatus;
  readonly record: ClusterRecord | undefined;
  readonly seq: number;
}

/** What control has answered for; of another epoch everything is sent again. */
interface Answered {
  readonly epoch: number;
  readonly members: ReadonlyMap<string, string>;
  readonly record: ClusterRecord | undefined;
}

/** A report, and the state that control has once it has taken it in. */
interface Sent {
  readonly report: StatusReport;
  readonly whole: Answered;
}

/** Why nothing moves. `atMs`: milliseconds since 1970. */
interface PassFailure {
  readonly reason: Reason;
  readonly message: string;
  readonly atMs: number;
}

const mostBytes = 256 * 1024;
const natsTimeoutMs = 3_000;
/** A cluster with more members is reported once in so long, because each report of it is large. */
const largeCluster = { members: 100, everyMs: 1_000 };
/**
 * How long mere progress of members waits for more of it: nine that start together are not nine transactions and events. The
 * longer control takes for a report, the more is told in one, so that a burst is not slowed by telling of it.
 */
const progress = { leastMs: 200, deliveries: 10, mostMs: 2_000 };

/**
 * Tells control how clusters are: the latest of each, only when it differs, as a NATS request, and the same bytes over gRPC
 * when nobody answers. A report stays due until control has answered for it, after its commit. What somebody waits for or must
 * act on goes at once; mere progress waits a little for more of it.
 */
export class Reporter {
  readonly #options: ReporterOptions;
  readonly #reported = new Map<string, Reported>();
  readonly #answered = new Map<string, Answered>();
  /** uid → when it may be sent. */
  readonly #due = new Map<string, number>();
  readonly #sentAtMs = new Map<string, number>();
  /** How long control took to answer the last time. */
  #answeredInMs = 0;
  #seq = 0;
  #sending = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** A pass has seen it so. */
  report(uid: string, status: ClusterStatus, record: ClusterRecord | undefined): void {
    if (!this.#options.owner.owns(uid)) return;
    const last = this.#reported.get(uid);
    if (last && last.record === record && same(last.status, status)) return;
    this.#reported.set(uid, { status: sameSince(status, last?.status), record, seq: (this.#seq += 1) });
    this.#becomesDue(uid, last !== undefined && isProgress(last.status, status) ? this.#progressMs() : 0);
  }

  /** A pass has failed: what was last seen still holds, with the reason why nothing moves. */
  reportFailure(uid: string, of: { readonly generation: number; readonly formed: boolean }, { reason, message, atMs }: PassFailure): void {
    const last = this.#reported.get(uid);
    const failed = failedStatus(of, reason, message, atMs);
    const seen = last?.status ?? failed;
    this.report(uid, { ...seen, state: seen.formed ? "degraded" : failed.state, conditions: failed.conditions, waiting: failed.waiting }, last?.record);
  }

  forget(uid: string): void {
    for (const kept of [this.#reported, this.#answered, this.#due, this.#sentAtMs]) kept.delete(uid);
  }

  /** What is owned is told anew and whole. Of the rest others know more from now on. */
  ownersChanged(): void {
    for (const uid of this.#reported.keys()) {
      if (this.#options.owner.owns(uid)) this.#becomesDue(uid, 0);
      else this.forget(uid);
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #progressMs(): number {
    return Math.min(progress.mostMs, Math.max(progress.leastMs, progress.deliveries * this.#answeredInMs));
  }

  #becomesDue(uid: string, inMs: number): void {
    const atMs = this.#options.nowMs() + inMs;
    this.#due.set(uid, Math.min(atMs, this.#due.get(uid) ?? Infinity));
    this.#schedule();
  }

  #schedule(): void {
    if (this.#sending || this.#stopped || this.#due.size === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#send(), this.#nextInMs());
  }

  async #send(): Promise<void> {
    this.#sending = true;
    let failures = 0;
    while (!this.#stopped) {
      const batch = this.#takeBatch();
      if (batch.length === 0) break;
      const sentAtMs = this.#options.nowMs();
      try {
        refuseMissing(batch, await this.#deliver(batch.map(({ report }) => report)));
        this.#answeredInMs = this.#options.nowMs() - sentAtMs;
        for (const sent of batch) this.#noteAnswered(sent);
        failures = 0;
      } catch (error) {
        for (const { report } of batch) this.#noteUnknown(report.uid);
        if (failures === 0) this.#options.log.warn({ error }, "control cannot be told how clusters are");
        await new Promise((resolve) => setTimeout(resolve, delayMs(failures, this.#options.random, { firstMs: 200, mostMs: 5_000 })));
        failures += 1;
      }
    }
    this.#sending = false;
    this.#schedule();
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

  /** What is due now, as much as fits; no longer due unless something newer is reported, or it fails to arrive. */
  #takeBatch(): readonly Sent[] {
    const batch: Sent[] = [];
    let bytes = 0;
    for (const uid of this.#due.keys()) {
      if (this.#waitMs(uid) > 0) continue;
      const sent = this.#sentOf(uid);
      const size = sent ? sizeOf(sent.report) : 0;
      if (batch.length > 0 && bytes + size > mostBytes) break;
      this.#due.delete(uid);
      if (sent) batch.push(sent);
      bytes += size;
    }
    return batch;
  }

  #sentOf(uid: string): Sent | undefined {
    const reported = this.#reported.get(uid);
    if (reported === undefined) return undefined;
    const { epoch } = this.#options.owner;
    const answered = this.#answered.get(uid);
    const known = answered?.epoch === epoch ? answered : undefined;
    const { status, record, seq } = reported;
    const members = new Map(status.members.map((member) => [keyOf(member), JSON.stringify(member)]));
    const report = {
      uid,
      epoch: BigInt(epoch),
      seq: BigInt(seq),
      status: JSON.stringify({ ...status, members: [] }),
      allMembers: known === undefined,
      members: memberParts(members, known?.members),
      record: record === undefined || record === known?.record ? "" : JSON.stringify(record),
    };
    return { report, whole: { epoch, members, record } };
  }

  /** What is reported next is told against this, also where something newer was reported meanwhile. */
  #noteAnswered({ report: { uid }, whole }: Sent): void {
    if (!this.#reported.has(uid)) return;
    this.#sentAtMs.set(uid, this.#options.nowMs());
    this.#answered.set(uid, whole);
  }

  /** It may have arrived or not, so there is nothing that the next could be told against: it is whole. */
  #noteUnknown(uid: string): void {
    this.#answered.delete(uid);
    if (this.#reported.has(uid)) this.#due.set(uid, 0);
  }

  #waitMs(uid: string): number {
    const isLarge = (this.#reported.get(uid)?.status.members.length ?? 0) > largeCluster.members;
    const againAtMs = isLarge ? (this.#sentAtMs.get(uid) ?? -Infinity) + largeCluster.everyMs : -Infinity;
    return Math.max(0, Math.max(this.#due.get(uid) ?? 0, againAtMs) - this.#options.nowMs());
  }

  #nextInMs(): number {
    return Math.min(...[...this.#due.keys()].map((uid) => this.#waitMs(uid)));
  }
}

/** Members whose text is new; an empty one for those that are no more. */
function memberParts(members: ReadonlyMap<string, string>, known: ReadonlyMap<string, string> | undefined): readonly MemberPart[] {
  const changed = [...members].filter(([key, status]) => known?.get(key) !== status);
  const gone = [...(known?.keys() ?? [])].filter((key) => !members.has(key)).map((key) => [key, ""] as const);
  return [...changed, ...gone].map(([key, status]) => {
    const [role = "", index] = key.split("/");
    return { role, index: Number(index), status };
  });
}

function refuseMissing(batch: readonly Sent[], { acks }: ReportStatusResponse): void {
  const answered = new Set(acks.map(({ uid }) => uid));
  const missing = batch.find(({ report: { uid } }) => !answered.has(uid));
  if (missing) throw new Failure("unavailable", `control has not answered for the report of ${missing.report.uid}`);
}

function keyOf({ role, index }: MemberStatus): string {
  return `${role}/${index}`;
}

/** Characters of its texts: close enough to bytes for a batch's bound. */
function sizeOf({ status, members, record }: StatusReport): number {
  return status.length + record.length + members.reduce((sum, member) => sum + member.status.length, 0);
}

/** Members go on, and nobody waits for it or could do anything: the cluster's state, its exports and what a person must see to stay. */
function isProgress(before: ClusterStatus, after: ClusterStatus): boolean {
  const told = ({ state, observedGeneration, exports, formed, gone, kept, waiting }: ClusterStatus) => ({ state, observedGeneration, exports, formed, gone, kept, calls: waiting.filter(callsSomebody).map(({ what, reason }) => [what, reason]) });
  return isSameJson(told(before), told(after));
}

function callsSomebody({ reason }: ClusterStatus["waiting"][number]): boolean {
  const { who } = reasons[reason];
  return who !== "kubernetes" && who !== "nobody";
}

function same(a: ClusterStatus, b: ClusterStatus): boolean {
  return isSameJson(withoutSince(a), withoutSince(b));
}

function withoutSince({ waiting, ...status }: ClusterStatus) {
  return { ...status, waiting: waiting.map(({ since: _since, ...wait }) => wait) };
}

/** A wait is as old as its first sight. */
function sameSince(status: ClusterStatus, last: ClusterStatus | undefined): ClusterStatus {
  const known = new Map(last?.waiting.map((wait) => [`${wait.what} ${wait.reason}`, wait.since]));
  return { ...status, waiting: status.waiting.map((wait) => ({ ...wait, since: known.get(`${wait.what} ${wait.reason}`) ?? wait.since })) };
}
