import { Failure } from "@troupe/domain/failure";
import type { Store, StoredCluster } from "../store.ts";
import { clusterResource } from "./cluster-event.ts";
import { parseFilter } from "./cluster-filter.ts";
import { bytesOf, fitting, pageBytes } from "../page-bytes.ts";
import { decodePageToken, encodePageToken, orderKey, orderParts, parseOrder, parsePageSize } from "./cluster-query.ts";

type Reads = Pick<Store, "findCluster" | "clustersByName" | "listClusters">;

export interface ClusterKey {
  readonly project: string;
  readonly name: string;
}

export async function getCluster(store: Reads, key: ClusterKey): Promise<StoredCluster> {
  const cluster = await store.findCluster(key.project, key.name);
  if (!cluster) throw notFound(clusterResource(key));
  return cluster;
}

const mostAtOnce = 1000;

/** In the order of the keys. One that does not exist is not_found for all; more than an answer holds are exhausted. */
export async function getClusters(store: Reads, keys: readonly ClusterKey[]): Promise<readonly StoredCluster[]> {
  if (keys.length > mostAtOnce) throw new Failure("invalid", `at most ${mostAtOnce} clusters can be read at once, and these are ${keys.length}`, { reason: "TOO_MANY_NAMES" });
  const byProject = Map.groupBy(keys, ({ project }) => project);
  const found = await Promise.all([...byProject].map(([project, ofProject]) => store.clustersByName(project, [...new Set(ofProject.map(({ name }) => name))])));
  const known = new Map(found.flat().map((cluster) => [clusterResource(cluster), cluster]));
  const clusters = keys.map((key) => {
    const cluster = known.get(clusterResource(key));
    if (!cluster) throw notFound(clusterResource(key));
    return cluster;
  });
  const bytes = clusters.reduce((sum, cluster) => sum + bytesOf(cluster), 0);
  if (bytes > pageBytes && clusters.length > 1) throw new Failure("exhausted", `these ${clusters.length} clusters have ${bytes} bytes, and an answer at most ${pageBytes}: ask for fewer at once`, { reason: "TOO_MANY_NAMES" });
  return clusters;
}

export interface ListClusters {
  /** Undefined: of all projects. */
  readonly project: string | undefined;
  readonly pageSize: number;
  readonly pageToken: string;
  readonly filter: string;
  readonly orderBy: string;
}

export interface ListedClusters {
  readonly clusters: readonly StoredCluster[];
  readonly nextPageToken: string;
  readonly revision: number;
}

/** A page of no more than an answer holds, and the revision from which a watch misses nothing: that of the first page. */
export async function listClusters(store: Reads, { project, pageSize, pageToken, filter, orderBy }: ListClusters): Promise<ListedClusters> {
  const question = ["clusters", project ?? "-", filter, orderBy];
  const [order, terms, limit] = [parseOrder(orderBy), parseFilter(filter), parsePageSize(pageSize)];
  const token = decodePageToken(pageToken, question, orderParts(order));
  const page = await store.listClusters({ project, filter: terms, order, after: token?.after, limit });
  const revision = token?.revision ?? page.revision;
  const clusters = fitting(page.clusters);
  const last = clusters.at(-1);
  const next = last && clusters.length < page.clusters.length ? orderKey(order, last) : page.next;
  return { clusters, nextPageToken: next ? encodePageToken({ after: next, revision }, question) : "", revision };
}

function notFound(resource: string): Failure {
  return new Failure("not_found", `${resource} does not exist`, { reason: "CLUSTER_NOT_FOUND", facts: { resource } });
}
