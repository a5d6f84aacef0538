import type { ProviderApp } from "@troupe/domain/language/check-providers";
import type { ExportValue } from "@troupe/domain/expression/value";
import type { Json, JsonObject } from "@troupe/domain/json";
import type { ClusterSpec } from "@troupe/domain/language/cluster";
import type { EventType } from "@troupe/domain/life/events";
import type { ClusterRecord } from "@troupe/domain/life/record";
import type { ClusterStatus, MemberStatus } from "@troupe/domain/life/status";
import type { Digest, Uid } from "@troupe/domain/name";
import type { AppRef } from "@troupe/domain/plan/sources";
import type { ClusterQuery } from "./clusters/cluster-query.ts";
import type { PlanAnswer } from "./clusters/plan-answer.ts";
import type { PipelinePage, PipelinePart, PipelineQuery, PipelineSnapshot, PipelineStatus, StoredPipeline, Snapshot } from "./pipelines/pipeline.ts";
import type { PipelinePlanAnswer } from "./pipelines/plan-answer.ts";

/**
 * The seam between what control decides and what PostgreSQL keeps. Revisions, generations and sequence numbers are safe
 * integers; times are ISO 8601 in UTC. While the database is away every method rejects with a Failure `unavailable`.
 */
export interface Store {
  /**
   * Carries out a mutation as one transaction, or not at all. Rejects with `conflict` and the reason CHANGED_MEANWHILE when
   * what it was decided on is no longer so: decide again from what is stored now (see `decideAgain`). Names that are taken:
   * `already_exists`.
   */
  commit(mutation: Mutation): Promise<Committed>;

  findRequest(key: RequestKey): Promise<StoredRequest | undefined>;
  /** Keeps what a request was answered that changed nothing: no revision, no event. Rejects as `commit` does where its id is taken. */
  keepRequest(project: string, request: NewRequest, time: string): Promise<void>;

  /** All builds of an app in these projects, in no order. */
  appBuilds(projects: readonly string[], name: string): Promise<readonly AppBuild[]>;
  findApp(uid: Uid): Promise<StoredApp | undefined>;
  /** Resource names of some of the clusters that use a build. */
  usersOf(app: Uid, limit: number): Promise<readonly string[]>;
  findDefinition(digest: Digest): Promise<string | undefined>;
  /** The newest build of the newest version of each app, in order of project and name; `project` undefined: of all. */
  listApps(page: AppPage): Promise<readonly StoredApp[]>;

  /** One that lives, with its members. */
  findCluster(project: string, name: string): Promise<StoredCluster | undefined>;
  /** Of those that live, with members, in no order. */
  clustersByName(project: string, names: readonly string[]): Promise<readonly StoredCluster[]>;
  /** Of those that exist or existed, with members, in no order. */
  clustersByUid(uids: readonly Uid[]): Promise<readonly StoredCluster[]>;
  /** Who takes over what a deleted cluster left: one that lives, or one that is gone and kept what it took. */
  adopterOf(uid: Uid): Promise<Adopter | undefined>;
  /** Who has one of these names already. */
  holderOf(names: WantedNames): Promise<NameHolder | undefined>;
  /** Without members. */
  listClusters(query: ClusterQuery): Promise<ClusterPage>;

  /** One that is not gone. */
  findPipeline(project: string, name: string): Promise<StoredPipeline | undefined>;
  /** Of those that are not gone, in no order. */
  pipelinesByUid(uids: readonly Uid[]): Promise<readonly StoredPipeline[]>;
  /** Those of a pipeline that live, without members, in no order. */
  clustersOfPipeline(pipeline: Uid): Promise<readonly StoredCluster[]>;
  listPipelines(query: PipelineQuery): Promise<PipelinePage>;

  /** Who needs whom among the living clusters of a project, and the count that guards a decision made on it. */
  topologyOf(project: string): Promise<Topology>;
  /** The part of it that leads to these providers, which need not exist. */
  consumersOf(project: string, providers: readonly string[]): Promise<Topology>;
  /** What living clusters of a project offer, by name; one that does not exist is left out. */
  exportsOf(project: string, names: readonly string[]): Promise<ReadonlyMap<string, Provider>>;

  /** What a target must run, in order of uid, after a uid; or of some clusters. Those that are gone are left out. */
  desiredOf(scope: DesiredScope): Promise<readonly DesiredRow[]>;
  /** hex SHA-256 over a line `<uid> <version>` of each, in order of uid. */
  desiredDigest(target: string): Promise<Digest>;

  projectState(name: string): Promise<ProjectState>;
  /** A page of the log: revisions without a hole. Rejects with `too_old` when the one after `after` is no longer kept. */
  eventsAfter(project: string, after: number, limit: number): Promise<EventPage>;
  /** What matches, oldest or newest first. */
  listEvents(query: EventQuery): Promise<EventPage>;

  /** All that were ever heard of, with the instances that live. */
  targets(expiryMs: number): Promise<readonly TargetState[]>;
  /** Notes that an instance lives, or leaves. Instances not heard of for `expiryMs` are left out; a change of the set raises the epoch. */
  beat(beat: Beat): Promise<TargetState>;

  /** How far the logs of all projects were published; only of those that this stream lacks something of. */
  unpublished(stream: StreamBounds): Promise<readonly RelayCursor[]>;
  relayCursor(project: string): Promise<RelayCursor>;
  /** Only from where the caller knows it to be. False: somebody else has moved it. */
  moveCursor(project: string, from: Published, to: Published): Promise<boolean>;
  /** Records and guards that changed while nothing did that anyone sees: no revision, no event. */
  noteReports(notes: readonly ReportNote[]): Promise<void>;
  /** Forgets what is older than given. */
  purge(before: PurgeBefore): Promise<void>;
}

// ---- what is written ----

/**
 * A decision: rows, and exactly one event for each. The snapshot in an event is of what is committed with it: reports and needs
 * are carried out only on the edition that they were decided on; all others, of which nobody may be starved by reports, get the
 * status that is stored by then.
 */
export interface Mutation {
  readonly project: string;
  readonly time: string;
  readonly actor: Actor;
  readonly request?: NewRequest;
  readonly audit?: Audit;
  /** Given where the decision rests on who needs whom: it must be as counted then. A change of it raises the count. */
  readonly topology?: { readonly count: number; readonly changes: boolean };
  /** Given where the decision rests on what a pipeline says that it does not write: it must be as it was. */
  readonly pipeline?: { readonly uid: Uid } & PipelineExpected;
  readonly writes: readonly Write[];
}

export interface Actor {
  readonly name: string;
  readonly traceparent?: string;
}

export interface RequestKey {
  readonly project: string;
  readonly caller: string;
  readonly id: string;
}

export interface NewRequest {
  readonly caller: string;
  readonly id: string;
  readonly digest: Digest;
  readonly answer: RequestAnswer;
}

/** What an answer holds besides the resource as it is in the event. */
export interface RequestAnswer {
  readonly plan?: PlanAnswer;
  readonly pipelinePlan?: PipelinePlanAnswer;
  readonly created?: boolean;
  /** Of a request that changed nothing, and so has no event. */
  readonly unchanged?: Unchanged;
}

/** What was there already, and its revision; neither: nothing was, and that was allowed. */
export interface Unchanged {
  readonly cluster?: ClusterSnapshot;
  readonly app?: StoredAppSummary;
  readonly pipeline?: PipelineSnapshot;
  readonly revision: number;
}

/** Who did what from where; what changed, with before and after. */
export interface Audit {
  readonly method: string;
  readonly subject: string;
  readonly peer: string;
  readonly change: Json;
}

export type Write = { readonly event: NewEvent } & (
  | { readonly kind: "publish"; readonly app: NewApp }
  | { readonly kind: "unpublish"; readonly uid: Uid }
  | { readonly kind: "create"; readonly cluster: NewCluster }
  | { readonly kind: "spec"; readonly uid: Uid; readonly expect: Expected; readonly change: SpecChange }
  | { readonly kind: "delete"; readonly uid: Uid; readonly expect: Expected; readonly deleteVolumes: boolean }
  /** What a cluster is bound to has come, gone, or offers something else. */
  | { readonly kind: "needs"; readonly uid: Uid; readonly expect: Expected }
  | { readonly kind: "status"; readonly report: NewStatus }
  /** Nothing is left of a deleted cluster but what was kept: its names are free. */
  | { readonly kind: "gone"; readonly report: NewStatus }
  /** What a user made of a pipeline, whole; without `expect` a new one. */
  | { readonly kind: "pipeline"; readonly pipeline: PipelineSnapshot; readonly expect: PipelineExpected | undefined }
  | { readonly kind: "pipeline-status"; readonly uid: Uid; readonly expect: PipelineExpected; readonly status: PipelineStatus }
  /** The last of its clusters is gone. */
  | { readonly kind: "pipeline-gone"; readonly uid: Uid; readonly expect: PipelineExpected }
);

/** The row is as it was when the decision was made. */
export interface Expected {
  readonly edition: number;
}

/** Nothing was written of the row since. */
export interface PipelineExpected {
  readonly revision: number;
}

export type ResourceKind = "app" | "cluster" | "pipeline";

export interface NewEvent {
  readonly type: EventType;
  readonly kind: ResourceKind;
  readonly uid: Uid;
  readonly subject: string;
  readonly generation: number;
  readonly data: EventData;
}

/** What an event tells, as it is kept; `grpc/words.ts` gives it its public form. */
export type EventData =
  | { readonly app: StoredAppSummary; readonly change: JsonObject }
  | { readonly cluster: ClusterSnapshot; readonly change: JsonObject }
  | { readonly pipeline: PipelineSnapshot; readonly change: JsonObject };

export interface NewApp {
  readonly uid: Uid;
  readonly name: string;
  readonly version: string;
  readonly build: number;
  readonly digest: Digest;
  /** Canonical JSON. */
  readonly definition: string;
  readonly yaml: string;
  readonly summary: AppSummary;
  /** Orders versions as text, code unit by code unit. */
  readonly versionKey: string;
}

export interface NewCluster {
  readonly uid: Uid;
  readonly name: string;
  readonly target: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly app: AppRef & { readonly uid: Uid };
  readonly spec: ClusterSpec;
  readonly objectNames: readonly string[];
  readonly bindings: readonly Binding[];
  readonly pipeline: PipelinePart | undefined;
}

export interface SpecChange {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Present when the spec or the build changed: a new generation. */
  readonly next?: {
    readonly generation: number;
    readonly app: AppRef & { readonly uid: Uid };
    readonly spec: ClusterSpec;
    readonly objectNames: readonly string[];
    readonly bindings: readonly Binding[];
  };
  /** A person lets the update of this generation go on. */
  readonly continued?: number;
  /** Something that the reconciler must know changed. */
  readonly raisesVersion: boolean;
}

/** A slot is bound to another cluster of the project by name, which may not exist yet. */
export interface Binding {
  readonly slot: string;
  readonly provider: string;
}

export interface NewStatus {
  readonly uid: Uid;
  /** What the decision was made on. */
  readonly expect: Guard & Expected;
  readonly guard: Guard;
  /** Without members. */
  readonly status: StoredStatus;
  readonly members: MemberChanges;
  /** Undefined: unchanged. */
  readonly record: ClusterRecord | undefined;
}

/** Whoever reports a greater pair, compared in order, knows better. */
export interface Guard {
  readonly epoch: number;
  readonly seq: number;
}

/** By `role/index`. `whole`: whoever is not in `set` is dropped. */
export interface MemberChanges {
  readonly whole: boolean;
  readonly set: Readonly<Record<string, MemberStatus>>;
  readonly drop: readonly string[];
}

export interface ReportNote {
  readonly uid: Uid;
  readonly guard: Guard;
  readonly record: ClusterRecord | undefined;
}

export interface Committed {
  /** Of the mutation's first event; the others follow without a hole. */
  readonly first: number;
  readonly last: number;
}

// ---- what is read ----

export interface StoredRequest {
  readonly digest: Digest;
  readonly answer: RequestAnswer;
  /** The first event of the request. */
  readonly event: StoredEvent | undefined;
}

export interface AppBuild extends AppRef {
  readonly uid: Uid;
}

/** What lists show without reading the definition. */
export interface AppSummary {
  readonly description: string;
  readonly label: string;
  readonly logo: string;
  readonly docs: string;
  readonly category: string;
  readonly roles: readonly { readonly name: string; readonly members: string; readonly defaultMembers: number; readonly image: string; readonly after: readonly string[] }[];
  readonly params: readonly { readonly name: string; readonly type: string; readonly required: boolean; readonly default?: Json; readonly description: string }[];
  readonly exports: readonly string[];
  readonly needs: readonly { readonly slot: string; readonly app: string; readonly version?: string; readonly optional: boolean }[];
}

export interface StoredAppSummary extends AppBuild {
  readonly creator: string;
  readonly createTime: string;
  readonly summary: AppSummary;
}

export interface StoredApp extends StoredAppSummary {
  readonly revision: number;
  readonly yaml: string;
}

export interface AppPage {
  readonly project: string | undefined;
  /** Only the one of this name, and all of its builds, newest first. */
  readonly name?: string;
  /** Project and name of the last one; of builds, key of the version and build. */
  readonly after?: readonly string[];
  readonly limit: number;
}

/** Without members. */
export interface ClusterSnapshot extends Snapshot {
  readonly target: string;
  readonly namespace: string;
  readonly pipeline: PipelinePart | undefined;
  readonly app: AppRef;
  readonly spec: ClusterSpec;
  /** The generation whose update was let go on past its first members. Undefined: none, or kept by a version that did not know of it. */
  readonly continued: number | undefined;
  /** Undefined until a reconciler reported. */
  readonly status: StoredStatus | undefined;
}

export interface StoredStatus extends ClusterStatus {
  /** Type of condition → when its status last changed. */
  readonly transitions: Readonly<Record<string, string>>;
}

export interface StoredCluster extends ClusterSnapshot {
  /** The last change of any kind, status included. */
  readonly revision: number;
  /** The last change of what the reconciler must know. */
  readonly version: number;
  readonly guard: Guard;
  readonly formed: boolean;
  /** The build that it follows; undefined once it is gone. */
  readonly appUid: Uid | undefined;
  /** All that a delete left was reported gone; only its uid is still known. */
  readonly goneTime: string | undefined;
}

export interface ClusterPage {
  readonly clusters: readonly StoredCluster[];
  /** Where the next page begins; undefined: there is none. */
  readonly next: readonly string[] | undefined;
  /** 0 where the list spans projects. */
  readonly revision: number;
}

export interface Adopter {
  readonly uid: Uid;
  /** Resource name. */
  readonly cluster: string;
  readonly isGone: boolean;
}

/** Names that a cluster wants for itself and its objects. */
export interface WantedNames {
  /** Whoever asks is no holder. */
  readonly uid: Uid;
  readonly target: string;
  readonly namespace: string;
  /** Undefined: it has its own already. */
  readonly own: string | undefined;
  readonly objectNames: readonly string[];
}

export interface NameHolder {
  /** The name that is taken. */
  readonly name: string;
  /** Resource name of the cluster that has it. */
  readonly cluster: string;
}

export interface Topology {
  readonly count: number;
  readonly edges: readonly { readonly consumer: string; readonly provider: string }[];
}

export interface Offered {
  readonly uid: Uid;
  readonly exports: Readonly<Record<string, ExportValue>>;
}

export interface Provider extends Offered {
  /** What it is a cluster of. */
  readonly app: ProviderApp;
}

export type DesiredScope =
  | { readonly target: string; readonly after: Uid | undefined; readonly limit: number }
  /** Only those that changed after a revision of their project. */
  | { readonly uids: readonly Uid[]; readonly changedAfter: number };

/** Everything that `Sources` are made of. */
export interface DesiredRow {
  readonly cluster: Omit<StoredCluster, "status" | "annotations">;
  readonly lastRecord: ClusterRecord | undefined;
  /** Slot → what its provider offers; undefined: there is no such cluster. */
  readonly offered: Readonly<Record<string, Offered | undefined>>;
}

export interface ProjectState {
  readonly revision: number;
  /** Events up to this revision are no longer kept. */
  readonly purged: number;
}

export interface StoredEvent {
  readonly project: string;
  readonly revision: number;
  readonly type: EventType;
  readonly kind: ResourceKind;
  readonly uid: Uid;
  readonly subject: string;
  readonly time: string;
  readonly actor: string;
  readonly generation: number;
  readonly traceparent: string | undefined;
  readonly data: EventData;
}

/** No more than is asked for, and no more than about 3 MiB, but at least one where there is one. */
export interface EventPage {
  readonly events: readonly StoredEvent[];
  /** There may be others after them. */
  readonly more: boolean;
}

export interface EventQuery {
  readonly project: string;
  readonly after: number;
  /** Looks no further than this. */
  readonly upTo: number;
  readonly subject: string | undefined;
  /** Exact, or a prefix that ends in `*`; without `dev.troupe.` and `.v1`. Empty: all. */
  readonly types: readonly string[];
  readonly newestFirst: boolean;
  readonly limit: number;
}

export interface TargetState {
  readonly name: string;
  readonly epoch: number;
  /** In order. */
  readonly instances: readonly string[];
}

export interface Beat {
  readonly target: string;
  readonly instance: string;
  readonly leaving: boolean;
  readonly expiryMs: number;
}

/** How far a project's log was published, and into which stream: a cursor is worth nothing for another one. */
export interface RelayCursor {
  readonly project: string;
  readonly published: Published;
  readonly head: number;
  readonly purged: number;
}

/** What a stream says of itself. */
export interface StreamBounds {
  readonly createdAt: string;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** What is older than this is missing from it by right. */
  readonly keptSince: string;
}

export interface Published {
  readonly revision: number;
  readonly time: string;
  /** When the stream was created, as it says; empty: none. */
  readonly stream: string;
  /** Of the last message. */
  readonly sequence: number;
}

/** Times; see `kept` in events/purge.ts. */
export interface PurgeBefore {
  readonly events: string;
  readonly requests: string;
  readonly instances: string;
  readonly audit: string;
  /** All but the last generation of clusters that are gone since. */
  readonly history: string;
}
