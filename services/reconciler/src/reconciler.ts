import { randomUUID } from "node:crypto";
import { Failure } from "@troupe/domain/failure";
import { documentOfValue } from "@troupe/domain/language/document";
import { parseApp } from "@troupe/domain/language/app";
import type { Reason } from "@troupe/domain/life/status";
import { ReconcilerServiceService } from "@troupe/proto/troupe/internal/v1/reconciler";
import type { Bus } from "@troupe/runtime/bus";
import { callerOf, type Channel } from "@troupe/runtime/grpc-client";
import type { Check } from "@troupe/runtime/http";
import type { Log } from "@troupe/runtime/log";
import type { Part } from "@troupe/runtime/process";
import { Definitions } from "./intake/definitions.ts";
import { DesiredSet } from "./intake/desired.ts";
import { follow } from "./intake/follow.ts";
import { KubeCache } from "./kube/cache.ts";
import { isKindName, watchedKinds } from "./kube/kinds.ts";
import type { Kube } from "./kube/kube.ts";
import { reflect } from "./kube/reflector.ts";
import { type About, Warnings } from "./kube/warnings.ts";
import { Ownership } from "./ownership.ts";
import { reconcile } from "./pass/reconcile.ts";
import { Later } from "./queue/later.ts";
import { Queue } from "./queue/queue.ts";
import { QueueLoop } from "./queue/queue-loop.ts";
import { Reporter } from "./report.ts";

export interface ReconcilerDeps {
  readonly target: string;
  readonly domain: string;
  readonly kube: Kube;
  readonly bus: Bus;
  readonly control: Channel;
  readonly log: Log;
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly wallClockMs: () => number;
  readonly random: () => number;
  /** How often control is asked, for those who cannot wait: who lives, and what is wanted. */
  readonly pace?: { readonly heartbeatMs: number; readonly compareMs: number };
}

/** Passes under way at once: enough to keep the API server busy, few enough to be fair to it. */
const concurrency = 24;
/** How long what is only shown waits for a pass: half a dozen such changes come with each pod that starts. */
const shownAfterMs = 200;

/**
 * One replica for one target. Whatever comes in (sources, watch events, a change of owners, the timer) only puts a cluster's
 * uid into the queue; a pass then looks at all that is wanted and all that is there.
 */
export class Reconciler implements Part {
  readonly name = "reconciler";
  readonly #deps: ReconcilerDeps;
  readonly #desired = new DesiredSet();
  readonly #loop: QueueLoop;
  readonly #later = new Later(shownAfterMs, (uid) => this.#loop.add(uid, "event"));
  readonly #cache: KubeCache;
  readonly #warnings: Warnings;
  readonly #ownership: Ownership;
  readonly #reporter: Reporter;
  readonly #definitions: Definitions;
  readonly #control;
  readonly #stopping = new AbortController();
  readonly #leaving = new AbortController();
  #running: Promise<unknown>[] = [];
  #owning: Promise<void> = Promise.resolve();

  constructor(deps: ReconcilerDeps) {
    this.#deps = deps;
    const { target, bus, log, nowMs, random, pace } = deps;
    const control = callerOf(ReconcilerServiceService, deps.control);
    this.#control = control;
    this.#loop = new QueueLoop({ queue: new Queue(), work: (uid) => this.#pass(uid), onFailure: (uid, error, inMs) => this.#failed(uid, error, inMs), concurrency, nowMs, random });
    this.#cache = new KubeCache((uid, isShownOnly) => (isShownOnly ? this.#later.want(uid) : this.#loop.add(uid, "event")), () => this.#lookAtAll());
    this.#warnings = new Warnings((about) => this.#warned(about));
    const instance = randomUUID();
    this.#ownership = new Ownership({ target, instance, beat: (request, options) => control.heartbeat(request, options), nowMs, onChange: () => this.#ownersChanged(), log, ...(pace && { everyMs: pace.heartbeatMs }) });
    this.#reporter = new Reporter({ target, bus, call: (request) => control.reportStatus(request), owner: this.#ownership, nowMs, random, log });
    this.#definitions = new Definitions(async (digest) => parseApp(documentOfValue(JSON.parse((await control.getDefinition({ digest })).definition))));
  }

  async start(): Promise<void> {
    const { kube, bus, target, log, nowMs, random, pace } = this.#deps;
    const { signal } = this.#stopping;
    this.#loop.start();
    this.#owning = this.#ownership.run(this.#leaving.signal);
    this.#running = [
      ...watchedKinds.map((kind) => reflect({ kube, kind, sink: this.#cache, random, nowMs, signal })),
      reflect({ kube, kind: "Event", sink: this.#warnings, random, nowMs, signal }),
      follow({
        target,
        bus,
        listDesired: (request, options) => this.#control.listDesired(request, options),
        desired: this.#desired,
        onOffer: (uid) => this.#loop.add(uid, "user"),
        onForget: (uid) => this.#forget(uid),
        random,
        log,
        signal,
        ...(pace && { everyMs: pace.compareMs }),
      }),
    ];
  }

  /** Ends what is under way, then says that it leaves, so that others take over at once. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Failure("unavailable", "the reconciler is stopping"));
    this.#later.stop();
    await this.#loop.stop();
    this.#reporter.stop();
    this.#leaving.abort();
    await Promise.all([...this.#running, this.#owning]);
  }

  checks(): readonly Check[] {
    const blind = this.#cache.whyBlind;
    return [
      { name: "control", ok: this.#ownership.isKnown, ...(this.#ownership.isKnown ? {} : { detail: "has not answered a heartbeat yet" }) },
      { name: "kubernetes", ok: this.#cache.synced, ...(this.#cache.synced ? {} : { detail: blind?.message ?? "is being listed" }) },
    ];
  }

  async #pass(uid: string): Promise<number | undefined> {
    this.#later.passed(uid);
    const sources = this.#desired.get(uid);
    if (sources === undefined || !this.#cache.synced || !this.#ownership.owns(uid)) return undefined;
    const app = await this.#definitions.definitionOf(sources.app.digest);
    const { kube, domain, wallClockMs } = this.#deps;
    return reconcile({ kube, cache: this.#cache, warnings: this.#warnings, reporter: this.#reporter, owner: this.#ownership, domain, nowMs: wallClockMs }, sources, app);
  }

  #failed(uid: string, error: unknown, inMs: number): void {
    const sources = this.#desired.get(uid);
    const failure = error instanceof Failure ? error : new Failure("internal", error instanceof Error ? error.message : String(error), { cause: error });
    // Somebody else was first: the next pass begins from what is there then.
    if (failure.kind === "conflict") return;
    this.#deps.log.warn({ error, uid, cluster: sources?.name, inMs }, "a pass failed");
    const message = failure.kind === "internal" ? "an error of Troupe's own: see the reconciler's log" : failure.message;
    if (sources) this.#reporter.reportFailure(uid, sources, { reason: reasonOf(failure), message, atMs: this.#deps.wallClockMs() });
  }

  #warned({ kind, namespace, name }: About): void {
    const uid = isKindName(kind) ? this.#cache.clusterOf({ kind, namespace, name }) : undefined;
    if (uid !== undefined) this.#later.want(uid);
  }

  #forget(uid: string): void {
    this.#loop.forget(uid);
    this.#reporter.forget(uid);
  }

  #lookAtAll(): void {
    for (const uid of this.#desired.uids()) this.#loop.add(uid, "resync");
  }

  #ownersChanged(): void {
    this.#lookAtAll();
    this.#reporter.ownersChanged();
  }
}

function reasonOf({ kind, problems }: Failure): Reason {
  if (kind === "unavailable" || kind === "unauthenticated") return "TargetUnreachable";
  return kind === "invalid" && problems.length > 0 ? "SpecRefused" : "WriteRefused";
}
