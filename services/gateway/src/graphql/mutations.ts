import { Failure } from "@troupe/domain/failure";
import type { ClusterChange } from "@troupe/proto/troupe/v1/cluster";
import { argument } from "./connections.ts";
import type { Context } from "./context.ts";
import { payload } from "./failures.ts";
import { type ClusterSpecInput, type ManifestInput, stringMap, toManifest, toSpec } from "./inputs.ts";
import { pipelineMutations } from "./pipelines.ts";
import { appWords, clusterWords, planWords } from "./words.ts";

interface Common {
  readonly etag?: string | null;
  readonly requestId?: string | null;
  readonly validateOnly?: boolean | null;
}

interface Source {
  readonly manifest?: ManifestInput | null;
  readonly labels?: unknown;
  readonly annotations?: unknown;
  readonly spec?: ClusterSpecInput | null;
}

type Args<I> = { readonly input: I & Common };

export const mutations = {
  publishApp: (_: unknown, { input }: Args<{ readonly project?: string | null; readonly manifest: ManifestInput }>, { control, options, newId }: Context) =>
    payload(input.requestId ?? newId(), async (requestId) => {
      const parent = input.project ? `projects/${input.project}` : "";
      return { app: appWords(await control.apps.publish({ parent, manifest: toManifest(input.manifest), requestId, validateOnly: input.validateOnly ?? false }, options)) };
    }),

  deleteApp: (_: unknown, { input }: Args<{ readonly name: string; readonly allowMissing?: boolean | null }>, { control, options, newId }: Context) =>
    payload(input.requestId ?? newId(), async (requestId) => {
      const { name, validateOnly, allowMissing } = input;
      const deleted = control.apps.delete({ name, requestId, validateOnly: validateOnly ?? false }, options);
      return { deleted: await deleted.then(() => true, (error: unknown) => allowed(error, allowMissing ?? false)) };
    }),

  createCluster: (_: unknown, { input }: Args<Source & { readonly project?: string | null; readonly name?: string | null }>, { control, options, newId }: Context) =>
    payload(input.requestId ?? newId(), async (requestId) =>
      changeWords(await control.clusters.create({ parent: input.project ? `projects/${input.project}` : "", clusterId: input.name ?? "", source: sourceOf(input), requestId, validateOnly: input.validateOnly ?? false }, options)),
    ),

  applyCluster: (_: unknown, { input }: Args<Source & { readonly name?: string | null }>, context: Context) => update(context, input, { allowMissing: true, paths: [] }),

  updateCluster: (_: unknown, { input }: Args<Source & { readonly name: string; readonly updateMask?: readonly string[] | null }>, context: Context) => update(context, input, { allowMissing: false, paths: maskOf(input) }),

  scaleCluster: (_: unknown, { input }: Args<{ readonly name: string; readonly role: string; readonly members: number }>, { control, options, newId }: Context) =>
    payload(input.requestId ?? newId(), async (requestId) => {
      const { name, role, members, etag, validateOnly } = input;
      return changeWords(await control.clusters.scale({ name, role, members, etag: etag ?? "", requestId, validateOnly: validateOnly ?? false }, options));
    }),

  continueCluster: (_: unknown, { input }: Args<{ readonly name: string; readonly generation?: string | number | null }>, { control, options, newId }: Context) =>
    payload(input.requestId ?? newId(), async (requestId) => {
      const { name, generation, validateOnly } = input;
      return changeWords(await control.clusters.continue({ name, generation: BigInt(generation ?? 0), requestId, validateOnly: validateOnly ?? false }, options));
    }),

  deleteCluster: (_: unknown, { input }: Args<{ readonly name: string; readonly deleteVolumes?: boolean | null; readonly confirm?: string | null; readonly allowMissing?: boolean | null }>, { control, options, newId }: Context) =>
    payload(input.requestId ?? newId(), async (requestId) => {
      const { name, deleteVolumes, confirm, etag, validateOnly, allowMissing } = input;
      const request = { name, volumes: deleteVolumes ? 2 : 1, confirm: confirm ?? "", etag: etag ?? "", requestId, validateOnly: validateOnly ?? false, allowMissing: allowMissing ?? false } as const;
      return changeWords(await control.clusters.delete(request, options));
    }),

  ...pipelineMutations,

  validate: async (_: unknown, { input }: { readonly input: { readonly manifest: ManifestInput } }, { control, options }: Context) => {
    const { problems } = await control.apps.validate({ manifest: toManifest(input.manifest) }, options);
    return { userErrors: problems.map(({ line, column, suggestion, ...problem }) => ({ ...problem, line: line || null, column: column || null, suggestion: suggestion || null })) };
  },
};

function update({ control, options, newId }: Context, input: Source & Common & { readonly name?: string | null }, { allowMissing, paths }: { readonly allowMissing: boolean; readonly paths: readonly string[] }) {
  return payload(input.requestId ?? newId(), async (requestId) => {
    const request = { name: input.name ?? "", source: sourceOf(input), updateMask: paths.length > 0 ? [...paths] : undefined, allowMissing, etag: input.etag ?? "", requestId, validateOnly: input.validateOnly ?? false };
    return changeWords(await control.clusters.update(request, options));
  });
}

/** What is not given is not touched. */
function maskOf({ updateMask, labels, annotations }: Source & { readonly updateMask?: readonly string[] | null }): readonly string[] {
  if (updateMask != null && updateMask.length > 0) return updateMask;
  return ["spec", ...(labels == null ? [] : ["labels"]), ...(annotations == null ? [] : ["annotations"])];
}

function sourceOf({ manifest, spec, labels, annotations }: Source) {
  if (manifest && spec) throw argument("input", "takes a manifest or a spec, not both");
  if (manifest) return { $case: "manifest", value: toManifest(manifest) } as const;
  if (spec) return { $case: "cluster", value: { labels: stringMap(labels, "labels"), annotations: stringMap(annotations, "annotations"), spec: toSpec(spec) } } as const;
  throw argument("input", "needs a manifest or a spec");
}

function changeWords({ cluster, plan, created }: ClusterChange) {
  return { cluster: cluster ? clusterWords(cluster) : null, plan: planWords(plan), created };
}

/** False: nothing was deleted, and that is well. */
function allowed(error: unknown, allowMissing: boolean): false {
  if (allowMissing && error instanceof Failure && error.kind === "not_found") return false;
  throw error;
}
