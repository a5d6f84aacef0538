import { decodePageToken, encodePageToken, keyParts, parsePageSize } from "../clusters/cluster-query.ts";
import { fitting } from "../page-bytes.ts";
import type { Store } from "../store.ts";
import { pipelineNotFound, pipelineResource } from "./pipeline-event.ts";
import type { StoredPipeline } from "./pipeline.ts";

export interface PipelineKey {
  readonly project: string;
  readonly name: string;
}

export async function getPipeline(store: Pick<Store, "findPipeline">, { project, name }: PipelineKey): Promise<StoredPipeline> {
  const pipeline = await store.findPipeline(project, name);
  if (!pipeline) throw pipelineNotFound(pipelineResource({ project, name }));
  return pipeline;
}

export interface ListPipelines {
  /** Undefined: of all projects. */
  readonly project: string | undefined;
  readonly pageSize: number;
  readonly pageToken: string;
}

export interface ListedPipelines {
  readonly pipelines: readonly StoredPipeline[];
  readonly nextPageToken: string;
  readonly revision: number;
}

/** A page of no more than an answer holds, and the revision from which a watch misses nothing: that of the first page. */
export async function listPipelines(store: Pick<Store, "listPipelines">, { project, pageSize, pageToken }: ListPipelines): Promise<ListedPipelines> {
  const question = ["pipelines", project ?? "-"];
  const token = decodePageToken(pageToken, question, [keyParts.name, keyParts.name]);
  const page = await store.listPipelines({ project, after: token?.after, limit: parsePageSize(pageSize) });
  const revision = token?.revision ?? page.revision;
  const pipelines = fitting(page.pipelines);
  const last = pipelines.at(-1);
  const next = last && pipelines.length < page.pipelines.length ? [last.project, last.name] : page.next;
  return { pipelines, nextPageToken: next ? encodePageToken({ after: next, revision }, question) : "", revision };
}
