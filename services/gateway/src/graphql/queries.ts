import type { ListAppsResponse } from "@troupe/proto/troupe/v1/app";
import { argument, type ConnectionArgs, connectionOf, countAll, type PageRequest, parseRevision } from "./connections.ts";
import type { Context } from "./context.ts";
import { orNull } from "./failures.ts";
import { limits } from "./limits.ts";
import { pipelineNamed, pipelineQueries, pipelines } from "./pipelines.ts";
import { appWords, clusterWords, eventWords, parseGlobalId } from "./words.ts";

interface ClustersArgs extends ConnectionArgs {
  readonly project?: string | null;
  readonly filter?: string | null;
  readonly orderBy?: string | null;
}

interface EventsArgs {
  readonly project: string;
  readonly cluster?: string | null;
  readonly types?: readonly string[] | null;
  readonly first?: number | null;
  readonly after?: string | null;
  readonly newestFirst?: boolean | null;
}

interface AppArgs {
  readonly name: string;
  readonly project?: string | null;
}

export const queries = {
  node: (_: unknown, { id }: { readonly id: string }, context: Context) => node(context, id),
  nodes: (_: unknown, { ids }: { readonly ids: readonly string[] }, context: Context) => nodes(context, ids),
  viewer: async (_: unknown, _args: unknown, { control, options }: Context) => control.system.getInfo({}, options),
  project: (_: unknown, { name }: { readonly name: string }) => ({ name }),
  cluster: (_: unknown, { name }: { readonly name: string }, context: Context) => orNull(context.clusterOf(name)),
  clusters: (_: unknown, args: ClustersArgs, context: Context) => clusters(context, args),
  ...pipelineQueries,
  app: (_: unknown, { name, project }: AppArgs, { appNamed }: Context) => orNull(appNamed(appName(name, project))),
  appVersions: (_: unknown, { name, project, ...page }: AppArgs & ConnectionArgs, { control, options }: Context) =>
    connectionOf(page, async (request) => pageOf(await control.apps.listVersions({ name: appName(name, project), ...request }, options)), appWords),
  apps: (_: unknown, { project, ...page }: ConnectionArgs & { readonly project?: string | null }, { control, options }: Context) =>
    connectionOf(page, async (request) => pageOf(await control.apps.list({ parent: `projects/${project ?? "-"}`, ...request }, options)), appWords),
  events: (_: unknown, args: EventsArgs, context: Context) => events(context, args),
  targets: async (_: unknown, _args: unknown, { control, options }: Context) => (await control.system.getInfo({}, options)).targets,
};

export const project = {
  clusters: ({ name }: { readonly name: string }, args: ClustersArgs, context: Context) => clusters(context, { ...args, project: name }),
  pipelines: ({ name }: { readonly name: string }, args: ConnectionArgs, context: Context) => pipelines(context, { ...args, project: name }),
  events: ({ name }: { readonly name: string }, args: Omit<EventsArgs, "project">, context: Context) => events(context, { ...args, project: name }),
};

export const cluster = {
  definition: ({ app, project: home }: { readonly app: string; readonly project: string }, _args: unknown, context: Context) => orNull(context.appOf(app, home)),
};

function appName(name: string, project: string | null | undefined): string {
  return name.startsWith("projects/") ? name : `projects/${project ?? "troupe-system"}/apps/${name}`;
}

/** In the order of the ids; what fails is the answer for its own id only. */
function nodes(context: Context, ids: readonly string[]) {
  if (ids.length > limits.ids) throw argument("ids", `are ${ids.length}: at most ${limits.ids} at once`);
  return ids.map((id) => node(context, id));
}

async function node(context: Context, id: string) {
  const { type, name } = parseGlobalId(id);
  if (type === "Cluster") return orNull(context.clusterOf(name));
  if (type === "Pipeline") return pipelineNamed(context, name);
  return type === "App" ? orNull(context.appNamed(name)) : null;
}

async function clusters({ control, options }: Context, { project: name, filter, orderBy, ...page }: ClustersArgs) {
  const parent = `projects/${name ?? "-"}`;
  let revision = 0n;
  const list = async (request: PageRequest) => {
    const answer = await control.clusters.list({ parent, filter: filter ?? "", orderBy: orderBy ?? "", ...request }, options);
    revision = answer.revision;
    return { items: answer.clusters, nextPageToken: answer.nextPageToken };
  };
  const connection = await connectionOf(page, list, clusterWords);
  return { ...connection, revision: revision === 0n ? null : String(revision), totalCount: () => countAll(list) };
}

function pageOf({ apps, nextPageToken }: ListAppsResponse) {
  return { items: apps, nextPageToken };
}

async function events({ control, options }: Context, { project: name, cluster: subject, types, first, after, newestFirst }: EventsArgs) {
  const pageSize = Math.min(1000, Math.max(1, first ?? 50));
  const request = { parent: `projects/${name}`, afterRevision: parseRevision(after), pageSize, subject: subject ?? "", types: types ?? [], newestFirst: newestFirst ?? false };
  const { events: found, more, lastRevision } = await control.events.list(request, options);
  const edges = found.map((event) => ({ cursor: String(event.revision), node: eventWords(event) }));
  return {
    edges,
    nodes: edges.map(({ node: event }) => event),
    pageInfo: { hasNextPage: more, hasPreviousPage: request.afterRevision > 0n, startCursor: edges[0]?.cursor ?? null, endCursor: String(lastRevision) },
  };
}
