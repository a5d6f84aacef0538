import type { App } from "@troupe/proto/troupe/v1/app";
import { type Cluster, type Condition, ConditionStatus, type MemberStatus } from "@troupe/proto/troupe/v1/cluster";
import type { Event } from "@troupe/proto/troupe/v1/event";
import type { Pipeline } from "@troupe/proto/troupe/v1/pipeline";
import { read } from "../calls.ts";
import { parseReferences } from "../kinds.ts";
import { ageOf } from "../print/age.ts";
import { lookOf, memberWord, needsSomebody, readyText, waitsByUrgency, waitText } from "../print/cluster.ts";
import { appDocument, clusterDocument, eventDocument } from "../print/document.ts";
import { eventText } from "../print/event.ts";
import { changedClusters, graphLines, lookOfPipeline, readyClusters } from "../print/pipeline.ts";
import { graphDocument, pipelineDocument } from "../print/pipeline-document.ts";
import { renderTable } from "../print/table.ts";
import { visible } from "../print/visible.ts";
import { appName, clusterName, pipelineName, projectName, projectOf, sharedProject, shortName } from "../resource-names.ts";
import { isMachineReadable, printValue, type Session } from "../session.ts";
import { usage } from "../usage.ts";

const eventsShown = 10;

/** Everything about one cluster, pipeline or app, for a person. */
export async function describe(session: Session, words: readonly string[]): Promise<void> {
  const { kind, names } = parseReferences(words, ["cluster", "pipeline", "app"]);
  const [name] = names;
  if (name === undefined || names.length > 1) throw usage("describe takes one name: troupe describe cluster NAME");
  switch (kind) {
    case "app":
      return describeApp(session, name);
    case "pipeline":
      return describePipeline(session, name);
    case "cluster":
      return describeCluster(session, name);
  }
}

async function describePipeline(session: Session, name: string): Promise<void> {
  const full = pipelineName(session.project, name);
  const pipeline = await read(session, (api, call) => api.pipelines.get({ name: full }, call));
  const graph = await read(session, (api, call) => api.pipelines.getGraph({ name: full }, call));
  const request = { parent: projectName(session.project), afterRevision: 0n, pageSize: eventsShown, subject: full, types: [], newestFirst: true };
  const { events } = await read(session, (api, call) => api.events.list(request, call));
  if (isMachineReadable(session)) return printValue(session, { ...pipelineDocument(pipeline), graph: graphDocument(graph), events: events.map(eventDocument) });
  const drawn = graphLines(graph, session.paint).map((line) => `  ${line}\n`).join("");
  session.terminal.out.write([pipelineHead(session, pipeline), `Graph:\n${drawn}`, recent(session, events)].filter((part) => part !== "").join("\n"));
}

function pipelineHead({ paint, terminal }: Session, pipeline: Pipeline): string {
  const { deleteTime, labels, status } = pipeline;
  const { word, colour } = lookOfPipeline(pipeline);
  const changed = changedClusters(pipeline);
  return headText([
    ["Name", shortName(pipeline.name), paint.bold],
    ["Project", projectOf(pipeline.name)],
    ["State", `${word} ${readyClusters(pipeline)}`, paint[colour]],
    ...(status?.message ? [["Waits for", status.message] as const] : []),
    ...(changed === "" ? [] : [["Changed", `${changed}: not as the pipeline says; apply it again to bring it back`, paint.yellow] as const]),
    ["Generation", String(pipeline.generation)],
    ["Created", `${ageOf(pipeline.createTime, terminal.nowMs())} ago by ${pipeline.creator}`],
    ...(deleteTime === undefined ? [] : [["Deleting since", ageOf(deleteTime, terminal.nowMs())] as const]),
    ...Object.entries(labels).map(([key, value]) => ["Label", `${key}=${value}`] as const),
    ["Uid", pipeline.uid],
  ]);
}

async function describeCluster(session: Session, name: string): Promise<void> {
  const full = clusterName(session.project, name);
  const cluster = await read(session, (api, call) => api.clusters.get({ name: full }, call));
  const request = { parent: projectName(session.project), afterRevision: 0n, pageSize: eventsShown, subject: full, types: [], newestFirst: true };
  const { events } = await read(session, (api, call) => api.events.list(request, call));
  if (isMachineReadable(session)) return printValue(session, { ...clusterDocument(cluster), events: events.map(eventDocument) });
  session.terminal.out.write([head(session, cluster), waits(session, cluster), conditions(session, cluster), members(session, cluster), exportsOf(cluster), recent(session, events)].filter((part) => part !== "").join("\n"));
}

/** A line of the head: what it is, the value as the server has it, and its colour. */
type HeadLine = readonly [title: string, value: string, paint?: (text: string) => string];

function headText(lines: readonly HeadLine[]): string {
  return lines.map(([title, value, paint = (text) => text]) => `${`${title}:`.padEnd(16)}${paint(visible(value))}\n`).join("");
}

function head({ paint, terminal }: Session, cluster: Cluster): string {
  const { deleteTime, labels, status } = cluster;
  const { word, colour } = lookOf(cluster);
  return headText([
    ["Name", shortName(cluster.name), paint.bold],
    ["Project", projectOf(cluster.name)],
    ["App", cluster.app],
    ...(cluster.pipeline === "" ? [] : [["Pipeline", shortName(cluster.pipeline)] as const]),
    ["State", `${word} ${readyText(cluster)}`.trimEnd(), paint[colour]],
    ["Generation", `${cluster.generation}${status && status.observedGeneration < cluster.generation ? ` (members follow ${status.observedGeneration})` : ""}`],
    ["Created", `${ageOf(cluster.createTime, terminal.nowMs())} ago by ${cluster.creator}`],
    ...(deleteTime === undefined ? [] : [["Deleting since", ageOf(deleteTime, terminal.nowMs())] as const]),
    ...Object.entries(labels).map(([key, value]) => ["Label", `${key}=${value}`] as const),
    ["Uid", cluster.uid],
    ...(cluster.spec?.protect ? [["Protected", "cannot be deleted until protect is unset"] as const] : []),
    ...(status?.kept.length ? [["Kept", status.kept.join(", ")] as const] : []),
  ]);
}

function waits({ paint, terminal }: Session, cluster: Cluster): string {
  const list = waitsByUrgency(cluster);
  if (list.length === 0) return "";
  const lines = list.map((wait) => `  ${needsSomebody(wait) ? paint.red("!") : paint.dim("…")} ${waitText(wait)} ${paint.dim(`(for ${ageOf(wait.since, terminal.nowMs())}; ${visible(`${wait.who}: ${wait.advice}`)})`)}\n`);
  return `Waits for:\n${lines.join("")}`;
}

function conditions({ paint }: Session, { status }: Cluster): string {
  if (!status?.conditions.length) return "";
  const words: Readonly<Record<ConditionStatus, string>> = { [ConditionStatus.CONDITION_STATUS_TRUE]: "True", [ConditionStatus.CONDITION_STATUS_FALSE]: "False", [ConditionStatus.CONDITION_STATUS_UNKNOWN]: "Unknown", [ConditionStatus.CONDITION_STATUS_UNSPECIFIED]: "Unknown" };
  const colours: Readonly<Record<string, (text: string) => string>> = { True: paint.green, False: paint.yellow };
  return `Conditions:\n${indented(renderTable<Condition>([
    { title: "TYPE", cell: ({ type }) => type },
    { title: "STATUS", cell: ({ status: truth }) => words[truth], paint: ({ status: truth }) => colours[words[truth]] ?? String },
    { title: "REASON", cell: ({ reason }) => reason },
    { title: "MESSAGE", cell: ({ message }) => message },
  ], status.conditions))}`;
}

function members({ paint }: Session, { status }: Cluster): string {
  if (!status?.members.length) return "";
  return `Members:\n${indented(renderTable<MemberStatus>([
    { title: "MEMBER", cell: memberWord },
    { title: "ID", cell: ({ id }) => String(id), align: "right" },
    { title: "STATE", cell: ({ state }) => state, paint: ({ ready }) => (ready ? paint.green : paint.yellow) },
    { title: "LIFE", cell: ({ life }) => String(life), align: "right" },
    { title: "RESTARTS", cell: ({ restarts }) => String(restarts), align: "right" },
    { title: "NODE", cell: ({ node }) => node },
    { title: "HOST", cell: ({ host }) => host },
    { title: "MESSAGE", cell: ({ message }) => message, optional: true },
  ], status.members))}`;
}

/** Of one that is a secret, where it is. */
function exportsOf({ status }: Cluster): string {
  const values = Object.entries(status?.exports ?? {});
  const secrets = Object.entries(status?.secretExports ?? {}).map(([name, { namespace, secret, key }]) => [name, `secret ${namespace}/${secret} key ${key}`] as const);
  const list = [...values, ...secrets].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return list.length === 0 ? "" : `Exports:\n${list.map(([name, value]) => `  ${visible(`${name}: ${value}`)}\n`).join("")}`;
}

function recent({ terminal }: Session, events: readonly Event[]): string {
  if (events.length === 0) return "";
  const list = events.toReversed();
  return `Events:\n${list.map((event) => `  ${ageOf(event.time, terminal.nowMs()).padStart(4)}  ${eventText(event)}\n`).join("")}`;
}

async function describeApp(session: Session, name: string): Promise<void> {
  const app = await read(session, (api, call) => api.apps.get({ name: appName(session.givenProject ?? sharedProject, name) }, call));
  if (isMachineReadable(session)) return printValue(session, appDocument(app));
  session.terminal.out.write([appHead(session, app), appRoles(app), appParams(app)].filter((part) => part !== "").join("\n"));
}

function appHead({ paint, terminal }: Session, app: App): string {
  return headText([
    ["Name", `${app.app}@${app.version}+${app.build}`, paint.bold],
    ...(app.description === "" ? [] : [["Description", app.description] as const]),
    ["Published", `${ageOf(app.createTime, terminal.nowMs())} ago by ${app.creator}`],
    ["Digest", app.digest],
    ...(app.exports.length === 0 ? [] : [["Exports", app.exports.join(", ")] as const]),
    ...app.needs.map(({ slot, app: needed, optional }) => ["Needs", `${slot}${needed === "" ? "" : ` (${needed})`}${optional ? ", optional" : ""}`] as const),
  ]);
}

function appRoles({ roles }: App): string {
  return `Roles:\n${indented(renderTable([
    { title: "ROLE", cell: ({ name }) => name },
    { title: "MEMBERS", cell: ({ members: rule }) => rule },
    { title: "DEFAULT", cell: ({ defaultMembers }) => String(defaultMembers), align: "right" },
    { title: "AFTER", cell: ({ after }) => after.join(", "), optional: true },
    { title: "IMAGE", cell: ({ image }) => image },
  ], roles))}`;
}

function appParams({ params }: App): string {
  if (params.length === 0) return "";
  return `Params:\n${indented(renderTable([
    { title: "PARAM", cell: ({ name }) => name },
    { title: "TYPE", cell: ({ type }) => type },
    { title: "DEFAULT", cell: ({ default: value, required }) => (required ? "(required)" : value === undefined ? "" : JSON.stringify(value)) },
    { title: "DESCRIPTION", cell: ({ description }) => description, optional: true },
  ], params))}`;
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
