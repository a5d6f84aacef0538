import { WatchKind } from "@troupe/proto/troupe/v1/cluster";
import type { WatchPipelinesResponse } from "@troupe/proto/troupe/v1/pipeline";
import { cancellable } from "./cancellable.ts";
import { type ConnectionArgs, connectionOf, countAll, type PageRequest, parseRevision } from "./connections.ts";
import type { Context } from "./context.ts";
import { orNull, payload } from "./failures.ts";
import { type ManifestInput, toManifest } from "./inputs.ts";
import { graphWords, pipelineChangeWords, pipelineWords } from "./pipeline-words.ts";

/** Everything of GraphQL that is about pipelines. */

export const pipelineQueries = {
  pipeline: (_: unknown, { name }: { readonly name: string }, context: Context) => pipelineNamed(context, name),
  pipelines: (_: unknown, args: PipelinesArgs, context: Context) => pipelines(context, args),
};

/** Of a pipeline: asked for only where it is wanted. */
export const pipeline = {
  graph: async ({ name }: { readonly name: string }, _args: unknown, { control, options }: Context) => graphWords(await control.pipelines.getGraph({ name }, options)),
};

/** Of what names a cluster of a pipeline; null where it does not exist. */
export const partOfPipeline = {
  cluster: ({ clusterName }: { readonly clusterName: string | null }, _args: unknown, { clusterOf }: Context) => (clusterName === null ? null : orNull(clusterOf(clusterName))),
};

export interface PipelinesArgs extends ConnectionArgs {
  readonly project?: string | null;
}

export function pipelineNamed({ control, options }: Context, name: string) {
  return orNull(control.pipelines.get({ name }, options).then(pipelineWords));
}

export async function pipelines({ control, options }: Context, { project, ...page }: PipelinesArgs) {
  let revision = 0n;
  const list = async (request: PageRequest) => {
    const answer = await control.pipelines.list({ parent: `projects/${project ?? "-"}`, ...request }, options);
    revision = answer.revision;
    return { items: answer.pipelines, nextPageToken: answer.nextPageToken };
  };
  const connection = await connectionOf(page, list, pipelineWords);
  return { ...connection, revision: revision === 0n ? null : String(revision), totalCount: () => countAll(list) };
}

interface Common {
  readonly etag?: string | null;
  readonly requestId?: string | null;
  readonly validateOnly?: boolean | null;
}

interface ApplyInput extends Common {
  readonly manifest: ManifestInput;
  readonly name?: string | null;
}

interface DeleteInput extends Common {
  readonly name: string;
  readonly deleteVolumes?: boolean | null;
  readonly confirm?: string | null;
  readonly allowMissing?: boolean | null;
}

export const pipelineMutations = {
  applyPipeline: (_: unknown, { input }: { readonly input: ApplyInput }, { control, options, newId }: Context) =>
    payload(input.requestId ?? newId(), async (requestId) => {
      const { name, manifest, etag, validateOnly } = input;
      const source = { $case: "manifest", value: toManifest(manifest) } as const;
      return pipelineChangeWords(await control.pipelines.update({ name: name ?? "", source, allowMissing: true, etag: etag ?? "", requestId, validateOnly: validateOnly ?? false }, options));
    }),

  deletePipeline: (_: unknown, { input }: { readonly input: DeleteInput }, { control, options, newId }: Context) =>
    payload(input.requestId ?? newId(), async (requestId) => {
      const { name, deleteVolumes, confirm, etag, validateOnly, allowMissing } = input;
      const request = { name, volumes: deleteVolumes ? 2 : 1, confirm: confirm ?? "", etag: etag ?? "", requestId, validateOnly: validateOnly ?? false, allowMissing: allowMissing ?? false } as const;
      return pipelineChangeWords(await control.pipelines.delete(request, options));
    }),
};

interface WatchArgs {
  readonly scope: string;
  readonly after?: string | null;
}

export const pipelineSubscriptions = {
  pipelineChanged: { subscribe: (_: unknown, args: WatchArgs, context: Context) => cancellable((signal) => pipelineNews(context, args, signal)) },
};

async function* pipelineNews({ control, options }: Context, { scope, after }: WatchArgs, signal: AbortSignal) {
  const start = after == null ? ({ $case: "sendInitial", value: true } as const) : ({ $case: "fromRevision", value: parseRevision(after) } as const);
  for await (const message of control.pipelines.watch({ scope, start }, { ...options, signal })) yield { pipelineChanged: newsWords(message) };
}

function newsWords({ kind, revision, pipeline: changed }: WatchPipelinesResponse) {
  if (changed === undefined || kind === WatchKind.WATCH_KIND_BOOKMARK) return { __typename: "Bookmark", revision: String(revision) };
  return { __typename: kind === WatchKind.WATCH_KIND_DELETE ? "PipelineGone" : "PipelineUpsert", revision: String(revision), pipeline: pipelineWords(changed) };
}
