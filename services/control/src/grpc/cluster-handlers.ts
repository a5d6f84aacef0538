import { documentOfValue } from "@troupe/domain/language/document";
import {
  type ClusterChange,
  type ClusterInput,
  type ClusterServiceService,
  ContinueClusterRequest,
  CreateClusterRequest,
  DeleteClusterRequest,
  ScaleClusterRequest,
  UpdateClusterRequest,
  type WatchClustersRequest,
  type WatchClustersResponse,
  WatchKind,
} from "@troupe/proto/troupe/v1/cluster";
import type { Manifest } from "@troupe/proto/troupe/v1/resource";
import type { Handlers } from "@troupe/runtime/grpc-server";
import type { Applied } from "../clusters/applied.ts";
import type { ApplyCluster, makeApplyCluster } from "../clusters/apply-cluster.ts";
import { parseFilter } from "../clusters/cluster-filter.ts";
import type { makeValidate } from "../apps/validate.ts";
import type { makeContinueCluster } from "../clusters/continue-cluster.ts";
import type { makeDeleteCluster } from "../clusters/delete-cluster.ts";
import { type ClusterKey, getCluster, getClusters, listClusters } from "../clusters/read-clusters.ts";
import { parseMask } from "../clusters/update-mask.ts";
import { waitFor } from "../clusters/wait.ts";
import { maskedWish, scaledWish, type Wish, wholeWish } from "../clusters/wish.ts";
import { documentOf, filledIn, metadataOf } from "../documents.ts";
import { type ClusterNews, type Start, watchClusters, type WatchDeps } from "../events/watch.ts";
import type { Store } from "../store.ts";
import { withEveryProblem } from "./every-problem.ts";
import { callerOf, countOf, deletesVolumes, manifestOf, missing, onceOf, timeoutMsOf, untilOf } from "./requests.ts";
import { manifestToCreate, typedToCreate } from "./to-create.ts";
import { parseClusterKey, parseParents, parseClusterScope } from "./resource-names.ts";
import { toDocument, toWire, toWirePlan } from "./words.ts";

export interface ClusterHandlersDeps {
  readonly store: Pick<Store, "findCluster" | "clustersByName" | "listClusters">;
  readonly watching: WatchDeps;
  readonly applyCluster: ReturnType<typeof makeApplyCluster>;
  readonly continueCluster: ReturnType<typeof makeContinueCluster>;
  readonly deleteCluster: ReturnType<typeof makeDeleteCluster>;
  readonly validate: ReturnType<typeof makeValidate>;
}

export function clusterHandlers(deps: ClusterHandlersDeps): Handlers<typeof ClusterServiceService> {
  return { ...reads(deps), ...writes(deps) };
}

type Reads = "get" | "batchGet" | "list" | "watch" | "wait";

function reads({ store, watching }: ClusterHandlersDeps): Pick<Handlers<typeof ClusterServiceService>, Reads> {
  return {
    get: async ({ name }) => {
      const cluster = await getCluster(store, parseClusterKey(name));
      return toWire(cluster, cluster.revision);
    },
    batchGet: async ({ names }) => {
      const clusters = await getClusters(store, names.map((name, index) => parseClusterKey(name, `names[${index}]`)));
      return { clusters: clusters.map((cluster) => toWire(cluster, cluster.revision)) };
    },
    list: async ({ parent, pageSize, pageToken, filter, orderBy }) => {
      const { clusters, nextPageToken, revision } = await listClusters(store, { project: parseParents(parent), pageSize, pageToken, filter, orderBy });
      return { clusters: clusters.map((cluster) => toWire(cluster, cluster.revision)), nextPageToken, revision: BigInt(revision) };
    },
    watch: async function* (request, { signal }) {
      for await (const news of watchClusters(watching, parseClusterScope(request.scope), parseFilter(request.filter), startOf(request), signal)) yield toNews(news);
    },
    wait: async ({ name, until, timeout, generation }, { signal }) => {
      const wanted = { ...parseClusterKey(name), until: untilOf(until), timeoutMs: timeoutMsOf(timeout), generation: countOf(generation, "generation") };
      const { done, cluster } = await waitFor(watching, wanted, signal);
      return { done, cluster: cluster && toWire(cluster, cluster.revision) };
    },
  };
}

type Writes = "create" | "update" | "scale" | "continue" | "delete";

function writes({ applyCluster, continueCluster, deleteCluster, validate }: ClusterHandlersDeps): Pick<Handlers<typeof ClusterServiceService>, Writes> {
  return {
    create: async (request, call) =>
      withEveryProblem(request, validate, async () => {
        const wish = toCreate(request);
        const { project, name } = wish.cluster;
        const command: ApplyCluster = { project, name, mode: "create", wish: () => wish, etag: "", request: onceOf("CreateCluster", CreateClusterRequest, request), validateOnly: request.validateOnly, method: "CreateCluster" };
        return toChange(await applyCluster(command, callerOf(call)));
      }),
    update: async (request, call) =>
      withEveryProblem(request, validate, async () => {
        const { etag, validateOnly, allowMissing } = request;
        const command: ApplyCluster = { ...toUpdate(request), mode: allowMissing ? "apply" : "update", etag, request: onceOf("UpdateCluster", UpdateClusterRequest, request), validateOnly, method: "UpdateCluster" };
        return toChange(await applyCluster(command, callerOf(call)));
      }),
    scale: async (request, call) => {
      const { etag, validateOnly, role, members } = request;
      if (role === "") throw missing("role");
      const command: ApplyCluster = { ...parseClusterKey(request.name), mode: "update", wish: scaledWish(role, members), etag, request: onceOf("ScaleCluster", ScaleClusterRequest, request), validateOnly, method: "ScaleCluster" };
      return toChange(await applyCluster(command, callerOf(call)));
    },
    continue: async (request, call) => {
      const command = { ...parseClusterKey(request.name), generation: countOf(request.generation, "generation"), request: onceOf("ContinueCluster", ContinueClusterRequest, request), validateOnly: request.validateOnly };
      return toChange(await continueCluster(command, callerOf(call)));
    },
    delete: async (request, call) => {
      const { confirm, etag, allowMissing, validateOnly } = request;
      const command = { ...parseClusterKey(request.name), deleteVolumes: deletesVolumes(request.volumes), confirm, etag, allowMissing, validateOnly, request: onceOf("DeleteCluster", DeleteClusterRequest, request) };
      return toChange(await deleteCluster(command, callerOf(call)));
    },
  };
}

function toCreate({ parent, clusterId, source }: CreateClusterRequest): Wish {
  const named = { kind: "Cluster", parent, id: clusterId, idField: "cluster_id" } as const;
  switch (source?.$case) {
    case "cluster":
      return wholeWish(typedToCreate(named, (project, name) => toDocument(project, name, source.value)));
    case "manifest":
      return wholeWish(manifestToCreate(named, source.value));
    case undefined:
      throw missing("source");
  }
}

function toUpdate({ name, source, updateMask }: UpdateClusterRequest): ClusterKey & Pick<ApplyCluster, "wish"> {
  if (!source) throw missing("source");
  const key = name === "" ? undefined : parseClusterKey(name);
  const document = source.$case === "cluster" ? inputDocument(key, source.value) : manifestDocument(key, source.value);
  const mask = parseMask(updateMask ?? []);
  if (mask.length === 0) {
    const wish = wholeWish(document);
    return { project: wish.cluster.project, name: wish.cluster.name, wish: () => wish };
  }
  const named = metadataOf(document);
  return { ...(key ?? parseClusterKey(`projects/${named.namespace ?? "default"}/clusters/${named.name ?? ""}`, "metadata")), wish: maskedWish(document, mask) };
}

function inputDocument(key: ClusterKey | undefined, input: ClusterInput) {
  if (!key) throw missing("name");
  return documentOfValue(toDocument(key.project, key.name, input));
}

function manifestDocument(key: ClusterKey | undefined, manifest: Manifest) {
  return filledIn(documentOf(manifestOf(manifest), "Cluster"), { name: key?.name, namespace: key?.project }, { name: "name", namespace: "name" });
}

function toChange({ cluster, revision, plan, created }: Applied): ClusterChange {
  return { cluster: cluster && toWire(cluster, revision), plan: toWirePlan(plan), created };
}

/** Who says nothing gets what a newcomer wants: everything, and then what changes. */
function startOf({ start }: WatchClustersRequest): Start {
  switch (start?.$case) {
    case "fromRevision":
      return { kind: "after", revision: countOf(start.value, "from_revision") };
    case "sendInitial":
      return { kind: start.value ? "initial" : "now" };
    case undefined:
      return { kind: "initial" };
  }
}

function toNews(news: ClusterNews): WatchClustersResponse {
  switch (news.kind) {
    case "upsert":
      return { kind: WatchKind.WATCH_KIND_UPSERT, revision: BigInt(news.revision), cluster: toWire(news.cluster, news.cluster.revision) };
    case "delete":
      return { kind: WatchKind.WATCH_KIND_DELETE, revision: BigInt(news.revision), cluster: toWire(news.cluster, news.revision) };
    case "bookmark":
      return { kind: WatchKind.WATCH_KIND_BOOKMARK, revision: BigInt(news.revision), cluster: undefined };
  }
}
