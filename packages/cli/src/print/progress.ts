import type { Cluster, RoleStatus } from "@troupe/proto/troupe/v1/cluster";
import { spokenName } from "../resource-names.ts";
import type { Sink } from "../terminal.ts";
import { elapsedOf } from "./age.ts";
import { isReady, lookOf, memberWord, needsSomebody, readyText, stateText, waitsByUrgency, waitText } from "./cluster.ts";
import type { Paint } from "./paint.ts";
import { visible } from "./visible.ts";
import { padEnd, padStart, truncate, widthOf } from "./width.ts";

/** Clusters on their way, as `--wait` and `watch` show them. */
export interface Board {
  readonly clusters: readonly Cluster[];
  readonly elapsedMs: number;
  /** Why nothing new comes in; undefined while the server answers. */
  readonly away: string | undefined;
}

/** Shows boards one after another; `end` leaves the last one standing. */
export interface ProgressView {
  show(board: Board): void;
  end(): void;
}

/** On a terminal that can: the same lines drawn anew. Elsewhere: a line for each change. */
export function progressView(sink: Sink, paint: Paint): ProgressView {
  return sink.redraws ? redrawnView(sink, paint) : lineView(sink);
}

function redrawnView(sink: Sink, paint: Paint): ProgressView {
  let drawn = 0;
  return {
    show(board) {
      const lines = boardLines(board, paint, { columns: sink.columns() - 1, rows: sink.rows() - 2 });
      const up = drawn > 0 ? `\u001b[${drawn}A\r` : "";
      sink.write(`${up}${lines.map((line) => `${line}\u001b[K\n`).join("")}\u001b[J`);
      drawn = lines.length;
    },
    end: () => {
      drawn = 0;
    },
  };
}

function lineView(sink: Sink): ProgressView {
  let before: Board | undefined;
  return {
    show(board) {
      for (const line of changeLines(before, board)) sink.write(`${visible(line)}\n`);
      before = board;
    },
    end: () => undefined,
  };
}

interface Frame {
  readonly columns: number;
  readonly rows: number;
}

/** Every cluster with its roles; where that is too much for the terminal, ready ones in one line, then only the names. */
export function boardLines({ clusters, elapsedMs, away }: Board, paint: Paint, { columns, rows }: Frame): readonly string[] {
  const footer = away === undefined ? [] : [paint.yellow(visible(`! ${away}; trying again`))];
  const full = clusters.flatMap((cluster) => clusterLines(cluster, elapsedMs, paint));
  const room = rows - footer.length;
  return [...(full.length <= room ? full : shortLines(clusters, elapsedMs, paint, room)), ...footer].map((line) => truncate(line, columns));
}

function clusterLines(cluster: Cluster, elapsedMs: number, paint: Paint): readonly string[] {
  const roles = cluster.status?.roles ?? [];
  const width = Math.max(0, ...roles.map(({ role }) => widthOf(visible(role))));
  return [
    headLine(cluster, elapsedMs, paint),
    ...roles.map((role) => roleLine(cluster, role, width, paint)),
    ...waitsByUrgency(cluster)
      .slice(0, 3)
      .map((wait) => `  ${needsSomebody(wait) ? paint.red("!") : paint.dim("…")} ${waitText(wait)}${needsSomebody(wait) && wait.advice !== "" ? paint.dim(visible(` (${wait.who}: ${wait.advice})`)) : ""}`),
  ];
}

function headLine(cluster: Cluster, elapsedMs: number, paint: Paint): string {
  const mark = { green: "✓", yellow: "◐", red: "✗", dim: "◌" }[lookOf(cluster).colour];
  return [paint[lookOf(cluster).colour](mark), paint.bold(visible(spokenName(cluster.name))), stateText(cluster, paint), readyText(cluster), paint.dim(elapsedOf(elapsedMs))].filter((part) => part !== "").join(" ");
}

function roleLine(cluster: Cluster, { role, ready, wanted }: RoleStatus, width: number, paint: Paint): string {
  const members = (cluster.status?.members ?? []).filter((member) => member.role === role);
  const dots = members.length > 0 && members.length <= 40 ? members.map((member) => (member.ready ? paint.green("●") : paint.yellow(member.state === "planned" ? "○" : "◐"))).join("") : "";
  const busy = members.filter((member) => !member.ready).slice(0, 4).map((member) => `${memberWord(member)} ${member.state}`);
  return `  ${padEnd(visible(role), width)} ${padStart(`${ready}/${wanted}`, 5)} ${dots}${busy.length > 0 ? paint.dim(visible(`  ${busy.join(", ")}`)) : ""}`.trimEnd();
}

function shortLines(clusters: readonly Cluster[], elapsedMs: number, paint: Paint, room: number): readonly string[] {
  const ready = clusters.filter((cluster) => isReady(cluster));
  const others = clusters.filter((cluster) => !isReady(cluster));
  const shown = others.slice(0, Math.max(1, room - 2));
  return [
    ...(ready.length > 0 ? [`${paint.green("✓")} ${ready.length} of ${clusters.length} clusters Ready ${paint.dim(elapsedOf(elapsedMs))}`] : []),
    ...shown.map((cluster) => headLine(cluster, elapsedMs, paint)),
    ...(others.length > shown.length ? [paint.dim(`  and ${others.length - shown.length} more`)] : []),
  ];
}

/** What is different, for logs: states, roles, and what needs somebody. */
export function changeLines(before: Board | undefined, after: Board): readonly string[] {
  const known = new Map(before?.clusters.map((cluster) => [cluster.name, cluster]));
  const left = new Set(after.clusters.map(({ name }) => name));
  return [
    ...after.clusters.flatMap((cluster) => clusterChanges(known.get(cluster.name), cluster)),
    ...[...known.keys()].filter((name) => !left.has(name)).map((name) => `${spokenName(name)} gone`),
    ...(after.away !== undefined && before?.away === undefined ? [`${after.away}; trying again`] : []),
    ...(after.away === undefined && before?.away !== undefined ? ["connected again"] : []),
  ];
}

function clusterChanges(before: Cluster | undefined, after: Cluster): readonly string[] {
  const name = spokenName(after.name);
  const state = lookOf(after).word;
  const told = new Set(waitsByUrgency(before ?? after).map(waitText));
  return [
    ...(after.status?.roles ?? []).filter((role) => before !== undefined && isNews(before, role)).map(({ role, ready, wanted }) => `${name} ${role} ${ready}/${wanted} ready`),
    ...(before === undefined || lookOf(before).word !== state ? [`${name} ${state} ${readyText(after)}`.trimEnd()] : []),
    ...waitsByUrgency(after)
      .filter((wait) => needsSomebody(wait) && (before === undefined || !told.has(waitText(wait))))
      .map((wait) => `${name} waits for ${waitText(wait)} (${wait.who}: ${wait.advice})`),
  ];
}

function isNews(before: Cluster, { role, ready, wanted }: RoleStatus): boolean {
  const old = before.status?.roles.find((other) => other.role === role);
  return old?.ready !== ready || old.wanted !== wanted;
}
