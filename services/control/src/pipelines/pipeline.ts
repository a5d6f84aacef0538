import type { PipelineSpec } from "@troupe/domain/language/pipeline";
import type { ClusterState } from "@troupe/domain/life/status";
import type { Uid } from "@troupe/domain/name";
import type { Intent } from "@troupe/domain/plan/sources";

/** Which pipeline a cluster is part of, and as what. */
export interface PipelinePart {
  readonly uid: Uid;
  readonly key: string;
}

/** What every resource that people change has, as it is kept in an event: without the revision, which is the event's. */
export interface Snapshot {
  readonly uid: Uid;
  readonly project: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly generation: number;
  /** Counts the changes that users made: the etag. */
  readonly edition: number;
  readonly createTime: string;
  readonly updateTime: string;
  readonly deleteTime: string | undefined;
  readonly creator: string;
  readonly intent: Intent;
}

export interface PipelineSnapshot extends Snapshot {
  readonly spec: PipelineSpec;
  readonly status: PipelineStatus;
}

export interface StoredPipeline extends PipelineSnapshot {
  /** The last change of any kind: every write of the row is made on the one before. */
  readonly revision: number;
}

/** How a pipeline is: nothing but what its clusters are, so that whoever changes one of them changes this in the same transaction. */
export interface PipelineStatus {
  readonly state: ClusterState;
  /** Which cluster keeps it from being ready, and why. */
  readonly message: string;
  /** By key: those of the spec, and those that are no longer in it and not gone yet. */
  readonly clusters: Readonly<Record<string, ClusterNote>>;
}

/** As much of a cluster as matters to its pipeline. */
export interface ClusterNote {
  /** missing: it was deleted on its own. */
  readonly state: ClusterState | "missing";
  /** Its state is about its present spec. */
  readonly current: boolean;
  /** Its spec is another than the pipeline says: it was changed on its own. */
  readonly changed: boolean;
  /** Why it is not ready. */
  readonly message: string;
}

export interface PipelineQuery {
  /** Undefined: of all projects. */
  readonly project: string | undefined;
  /** Project and name after which the page begins. */
  readonly after: readonly string[] | undefined;
  readonly limit: number;
}

export interface PipelinePage {
  /** In order of project and name. */
  readonly pipelines: readonly StoredPipeline[];
  /** Where the next page begins; undefined: there is none. */
  readonly next: readonly string[] | undefined;
  /** 0 where the list spans projects. */
  readonly revision: number;
}
