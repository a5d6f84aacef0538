import { documentOfValue } from "@troupe/domain/language/document";
import { parsePipelineDocument } from "@troupe/domain/language/pipeline";
import { CreatePipelineRequest, DeletePipelineRequest, type PipelineServiceService, UpdatePipelineRequest, type WatchPipelinesRequest } from "@troupe/proto/troupe/v1/pipeline";
import type { Handlers } from "@troupe/runtime/grpc-server";
import type { makeValidate } from "../apps/validate.ts";
import { documentOf, filledIn } from "../documents.ts";
import type { Start } from "../events/watch.ts";
import { watchPipelines, type WatchPipelinesDeps } from "../events/watch-pipelines.ts";
import type { makeApplyPipeline } from "../pipelines/apply-pipeline.ts";
import type { PipelineWish } from "../pipelines/decide-pipeline.ts";
import type { makeDeletePipeline } from "../pipelines/delete-pipeline.ts";
import { type GraphDeps, graphOf } from "../pipelines/graph.ts";
import { getPipeline, listPipelines } from "../pipelines/read-pipelines.ts";
import { waitForPipeline } from "../pipelines/wait-for-pipeline.ts";
import type { Store } from "../store.ts";
import { withEveryProblem } from "./every-problem.ts";
import { toPipelineChange, toPipelineDocument, toPipelineNews, toWireGraph, toWirePipeline } from "./pipeline-words.ts";
import { callerOf, countOf, deletesVolumes, manifestOf, missing, onceOf, timeoutMsOf, untilOf } from "./requests.ts";
import { manifestToCreate, typedToCreate } from "./to-create.ts";
import { parseParents, parsePipelineKey, parsePipelineScope } from "./resource-names.ts";

export interface PipelineHandlersDeps extends GraphDeps {
  readonly store: GraphDeps["store"] & Pick<Store, "listPipelines">;
  readonly watching: WatchPipelinesDeps;
  readonly applyPipeline: ReturnType<typeof makeApplyPipeline>;
  readonly deletePipeline: ReturnType<typeof makeDeletePipeline>;
  readonly validate: ReturnType<typeof makeValidate>;
}

export function pipelineHandlers(deps: PipelineHandlersDeps): Handlers<typeof PipelineServiceService> {
  return { ...reads(deps), ...writes(deps) };
}

function reads({ store, apps, watching }: PipelineHandlersDeps): Pick<Handlers<typeof PipelineServiceService>, "get" | "list" | "watch" | "wait" | "getGraph"> {
  return {
    get: async ({ name }) => {
      const pipeline = await getPipeline(store, parsePipelineKey(name));
      return toWirePipeline(pipeline, pipeline.revision);
    },
    list: async ({ parent, pageSize, pageToken }) => {
      const { pipelines, nextPageToken, revision } = await listPipelines(store, { project: parseParents(parent), pageSize, pageToken });
      return { pipelines: pipelines.map((pipeline) => toWirePipeline(pipeline, pipeline.revision)), nextPageToken, revision: BigInt(revision) };
    },
    watch: async function* (request, { signal }) {
      for await (const news of watchPipelines(watching, parsePipelineScope(request.scope), startOf(request), signal)) yield toPipelineNews(news);
    },
    wait: async ({ name, until, timeout, generation }, { signal }) => {
      const wanted = { ...parsePipelineKey(name), until: untilOf(until), timeoutMs: timeoutMsOf(timeout), generation: countOf(generation, "generation") };
      const { done, pipeline } = await waitForPipeline(watching, wanted, signal);
      return { done, pipeline: pipeline && toWirePipeline(pipeline, pipeline.revision) };
    },
    getGraph: async ({ name }) => toWireGraph(await graphOf({ store, apps }, parsePipelineKey(name))),
  };
}

function writes({ applyPipeline, deletePipeline, validate }: PipelineHandlersDeps): Pick<Handlers<typeof PipelineServiceService>, "create" | "update" | "delete"> {
  return {
    create: async (request, call) =>
      withEveryProblem(request, validate, async () => {
        const { validateOnly } = request;
        const command = { wish: toCreate(request), mode: "create", etag: "", request: onceOf("CreatePipeline", CreatePipelineRequest, request), validateOnly, method: "CreatePipeline" } as const;
        return toPipelineChange(await applyPipeline(command, callerOf(call)));
      }),
    update: async (request, call) =>
      withEveryProblem(request, validate, async () => {
        const { etag, validateOnly, allowMissing } = request;
        const command = { wish: toUpdate(request), mode: allowMissing ? "apply" : "update", etag, request: onceOf("UpdatePipeline", UpdatePipelineRequest, request), validateOnly, method: "UpdatePipeline" } as const;
        return toPipelineChange(await applyPipeline(command, callerOf(call)));
      }),
    delete: async (request, call) => {
      const { confirm, etag, allowMissing, validateOnly } = request;
      const command = { ...parsePipelineKey(request.name), deleteVolumes: deletesVolumes(request.volumes), confirm, etag, allowMissing, validateOnly, request: onceOf("DeletePipeline", DeletePipelineRequest, request) };
      return toPipelineChange(await deletePipeline(command, callerOf(call)));
    },
  };
}

function toCreate({ parent, pipelineId, source }: CreatePipelineRequest): PipelineWish {
  const named = { kind: "Pipeline", parent, id: pipelineId, idField: "pipeline_id" } as const;
  switch (source?.$case) {
    case "pipeline":
      return wishOf(typedToCreate(named, (project, name) => toPipelineDocument(project, name, source.value)));
    case "manifest":
      return wishOf(manifestToCreate(named, source.value));
    case undefined:
      throw missing("source");
  }
}

function toUpdate({ name, source }: UpdatePipelineRequest): PipelineWish {
  const key = name === "" ? undefined : parsePipelineKey(name);
  switch (source?.$case) {
    case "pipeline":
      if (!key) throw missing("name");
      return wishOf(documentOfValue(toPipelineDocument(key.project, key.name, source.value)));
    case "manifest":
      return wishOf(filledIn(documentOf(manifestOf(source.value), "Pipeline"), { name: key?.name, namespace: key?.project }, { name: "name", namespace: "name" }));
    case undefined:
      throw missing("source");
  }
}

function wishOf(document: PipelineWish["document"]): PipelineWish {
  return { pipeline: parsePipelineDocument(document), document };
}

/** Who says nothing gets what a newcomer wants: everything, and then what changes. */
function startOf({ start }: WatchPipelinesRequest): Start {
  switch (start?.$case) {
    case "fromRevision":
      return { kind: "after", revision: countOf(start.value, "from_revision") };
    case "sendInitial":
      return { kind: start.value ? "initial" : "now" };
    case undefined:
      return { kind: "initial" };
  }
}
