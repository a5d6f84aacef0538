import { Sources } from "@troupe/proto/troupe/internal/v1/reconciler";
import { ReconcilerServiceService } from "@troupe/proto/troupe/internal/v1/reconciler";
import { AppServiceService } from "@troupe/proto/troupe/v1/app";
import { ClusterServiceService } from "@troupe/proto/troupe/v1/cluster";
import { EventServiceService } from "@troupe/proto/troupe/v1/event";
import { PipelineServiceService } from "@troupe/proto/troupe/v1/pipeline";
import { SystemServiceService } from "@troupe/proto/troupe/v1/system";
import type { Bus } from "@troupe/runtime/bus";
import { type Service, serviceOf } from "@troupe/runtime/grpc-server";
import type { Check } from "@troupe/runtime/http";
import type { Log } from "@troupe/runtime/log";
import type { Part } from "@troupe/runtime/process";
import { AppBook } from "./apps/app-book.ts";
import { makeDeleteApp } from "./apps/delete-app.ts";
import { makePublishApp } from "./apps/publish-app.ts";
import { makeValidate } from "./apps/validate.ts";
import { background } from "./background.ts";
import { makeApplyCluster } from "./clusters/apply-cluster.ts";
import { makeContinueCluster } from "./clusters/continue-cluster.ts";
import { makeDeleteCluster } from "./clusters/delete-cluster.ts";
import type { Database } from "./db/data-source.ts";
import { makePostgresStore } from "./db/postgres-store.ts";
import { tryRelayLock } from "./db/relay-lock.ts";
import { sourcesOf } from "./desired/desired.ts";
import { committedSubject } from "./events/cloud-event.ts";
import { runPurge } from "./events/purge.ts";
import { runRelay } from "./events/relay.ts";
import { Tails } from "./events/tail.ts";
import { Wakes } from "./events/wakes.ts";
import { appHandlers } from "./grpc/app-handlers.ts";
import { clusterHandlers } from "./grpc/cluster-handlers.ts";
import { eventHandlers } from "./grpc/event-handlers.ts";
import { internalHandlers } from "./grpc/internal-handlers.ts";
import { toWireSources } from "./grpc/internal-words.ts";
import { pipelineHandlers } from "./grpc/pipeline-handlers.ts";
import { systemHandlers } from "./grpc/system-handlers.ts";
import { answerStatuses } from "./nats/status-intake.ts";
import { newUid } from "./new-uid.ts";
import { makeApplyPipeline } from "./pipelines/apply-pipeline.ts";
import { makeDeletePipeline } from "./pipelines/delete-pipeline.ts";
import type { Committed, Store } from "./store.ts";

export interface ControlDeps {
  readonly database: Database;
  readonly bus: Bus;
  readonly log: Log;
  readonly version: string;
  readonly nowMs: () => number;
  readonly random: () => number;
}

export interface Control {
  readonly services: readonly Service[];
  /** In the order of starting. */
  readonly parts: readonly Part[];
  readonly ready: () => Promise<readonly Check[]>;
  readonly store: Store;
}

/** Everything of control but its addresses. It starts without its database and NATS, and works once they are there. */
export function assembleControl(deps: ControlDeps): Control {
  const { database, bus, log, nowMs } = deps;
  const wakes = new Wakes();
  const encoder = new TextEncoder();
  // What was committed here is known at once; other replicas are told, and find it within 5 s where that is lost.
  const onCommitted = (project: string, { last }: Committed) => {
    tails.wake(project, last);
    wakes.add(project, last);
    bus.publish(committedSubject(project), encoder.encode(String(last)));
  };
  const store = makePostgresStore({ database, onCommitted });
  const tails = new Tails({ store, log });
  const apps = new AppBook(store);
  const services = servicesOf(deps, store, apps, tails);
  const statuses = { store, nowMs, log };

  const parts: Part[] = [
    background("database", (signal) => database.connect(signal), () => database.close()),
    { name: "nats", start: async () => {}, stop: () => bus.close() },
    subscribed("committed", () => bus.subscribe(committedSubject("*"), (body, subject) => {
      const [project, revision] = [subject.slice(committedSubject("").length), Number(new TextDecoder().decode(body))];
      tails.wake(project, revision);
      wakes.add(project, revision);
    })),
    subscribed("status intake", () => answerStatuses(bus, statuses)),
    background("relay", (signal) =>
      runRelay({ ...deps, store, wakes, tryLock: () => tryRelayLock(database), encodeDesired: async (row) => Sources.encode(toWireSources(await sourcesOf({ apps, log }, row))).finish() }, signal)),
    background("purge", (signal) => runPurge({ store, log, nowMs }, signal)),
  ];
  return { services, parts, store, ready: () => readiness(database, bus) };
}

function servicesOf({ log, version, nowMs }: ControlDeps, store: Store, apps: AppBook, tails: Tails): readonly Service[] {
  const makeUid = () => newUid(nowMs());
  const watching = { store, tails, nowMs };
  const useCases = { store, apps, nowMs, newUid: makeUid };
  const validate = makeValidate(useCases);
  return [
    serviceOf(AppServiceService, appHandlers({ store, publishApp: makePublishApp(useCases), deleteApp: makeDeleteApp(useCases), validate })),
    serviceOf(ClusterServiceService, clusterHandlers({ store, watching, validate, applyCluster: makeApplyCluster(useCases), continueCluster: makeContinueCluster(useCases), deleteCluster: makeDeleteCluster(useCases) })),
    serviceOf(PipelineServiceService, pipelineHandlers({ store, apps, watching, validate, applyPipeline: makeApplyPipeline(useCases), deletePipeline: makeDeletePipeline(useCases) })),
    serviceOf(EventServiceService, eventHandlers({ store, watching })),
    serviceOf(SystemServiceService, systemHandlers({ store, version })),
    serviceOf(ReconcilerServiceService, internalHandlers({ store, desired: { store, apps, log }, statuses: { store, nowMs, log } })),
  ];
}

function subscribed(name: string, subscribe: () => { stop(): void }): Part {
  let subscription: { stop(): void } | undefined;
  return {
    name,
    start: async () => {
      subscription = subscribe();
    },
    stop: async () => subscription?.stop(),
  };
}

/** Without the database nothing can be answered. Without NATS all is right and some of it slower: that is said, and no reason to send callers elsewhere. */
async function readiness(database: Database, bus: Bus): Promise<readonly Check[]> {
  const failure = await database.rows("SELECT 1", []).then(
    () => undefined,
    () => "cannot be reached, or its tables are not made yet",
  );
  return [
    { name: "database", ok: failure === undefined, ...(failure !== undefined && { detail: failure }) },
    { name: "nats", ok: true, detail: bus.connected() ? "connected" : "away: events are published later, reconcilers ask every minute" },
  ];
}
