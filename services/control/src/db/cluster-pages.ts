import type { Filter, Term } from "../clusters/cluster-filter.ts";
import type { ClusterOrder, ClusterQuery } from "../clusters/cluster-query.ts";
import { orderKey } from "../clusters/cluster-query.ts";
import type { ClusterPage, StoredCluster } from "../store.ts";
import type { Database } from "./data-source.ts";
import { clusterColumns, clusterJoins, type ClusterRow, toCluster } from "./reads.ts";

/**
 * A page looks at no more clusters than this, however few match: it costs the same with 100,000 stored as with 1,000, and may be
 * shorter than asked for.
 */
const mostScanned = 5_000;

export async function listClusters(database: Database, query: ClusterQuery): Promise<ClusterPage> {
  const window = new Window(query);
  const end = window.residual.length === 0 ? undefined : await endOfScan(database, query);
  const rows = await database.rowsOnce<ClusterRow & { readonly head: number }>(...window.page(end));
  const found = rows.map(toCluster);
  const clusters = found.slice(0, query.limit);
  const revision = query.project === undefined ? 0 : (rows[0]?.head ?? (await headOf(database, query.project)));
  return { clusters, next: nextOf(query.order, clusters, found.length > query.limit, end), revision };
}

function nextOf(order: ClusterOrder, clusters: readonly StoredCluster[], more: boolean, end: readonly string[] | undefined): readonly string[] | undefined {
  const last = clusters.at(-1);
  return more && last ? orderKey(order, last) : end;
}

/** The key of the last cluster that this page may look at; undefined: there are fewer. */
async function endOfScan(database: Database, query: ClusterQuery): Promise<readonly string[] | undefined> {
  const [row] = await database.rowsOnce<{ project: string; name: string; uid: string }>(...new Window(query).boundary());
  return row && (query.order.by === "name" ? [row.project, row.name] : [row.uid]);
}

async function headOf(database: Database, project: string): Promise<number> {
  const [row] = await database.rows<{ revision: number }>("SELECT revision FROM project WHERE name = $1", [project]);
  return row?.revision ?? 0;
}

type Sql = [text: string, values: readonly unknown[]];

/** What of the order's index a page is about. */
class Window {
  readonly residual: Filter;
  readonly #query: ClusterQuery;
  readonly #values: unknown[] = [];
  readonly #where: string[] = ["c.gone_time IS NULL"];

  constructor(query: ClusterQuery) {
    this.#query = query;
    const { project, filter, after } = query;
    // The index by age has a collation of its own: see the migration.
    const collation = query.order.by === "create_time" ? ' COLLATE "POSIX"' : "";
    if (project !== undefined) this.#where.push(`c.project${collation} = ${this.#value(project)}`);
    // An index has these in its order; whatever else is asked for is looked at row by row.
    const app = project !== undefined && query.order.by === "name" ? filter.find(({ field, equal }) => field.kind === "app" && equal) : undefined;
    if (app) this.#where.push(`c.app_name = ${this.#value(app.value)}`);
    if (after) this.#where.push(this.#beyond(query.order.descending ? "<" : ">", after));
    this.residual = filter.filter((term) => term !== app);
  }

  boundary(): Sql {
    return [`SELECT c.project, c.name, c.uid FROM cluster c WHERE ${this.#where.join(" AND ")} ORDER BY ${this.#order()} OFFSET ${mostScanned - 1} LIMIT 1`, this.#values];
  }

  /** One more than asked for, to know whether there is more; of one moment with the project's revision. */
  page(end: readonly string[] | undefined): Sql {
    const { project, limit, order } = this.#query;
    const inside = end ? [this.#beyond(order.descending ? ">=" : "<=", end)] : [];
    const where = [...this.#where, ...inside, ...this.residual.map((term) => this.#term(term))].join(" AND ");
    const head = project === undefined ? "0" : `(SELECT revision FROM project WHERE name = ${this.#value(project)})`;
    return [`SELECT ${clusterColumns}, ${head} AS head FROM cluster c ${clusterJoins} WHERE ${where} ORDER BY ${this.#order()} LIMIT ${limit + 1}`, this.#values];
  }

  #value(value: string): string {
    this.#values.push(value);
    return `$${this.#values.length}`;
  }

  #order(): string {
    const direction = this.#query.order.descending ? " DESC" : "";
    if (this.#query.order.by === "create_time") return `c.uid${direction}`;
    return this.#query.project === undefined ? `c.project${direction}, c.name${direction}` : `c.name${direction}`;
  }

  #beyond(comparison: string, [first = "", second = ""]: readonly string[]): string {
    if (this.#query.order.by === "create_time") return `c.uid ${comparison} ${this.#value(first)}::uuid`;
    if (this.#query.project !== undefined) return `c.name ${comparison} ${this.#value(second)}`;
    return `(c.project, c.name) ${comparison} (${this.#value(first)}, ${this.#value(second)})`;
  }

  #term({ field, equal, value }: Term): string {
    const is = equal ? "=" : "IS DISTINCT FROM";
    switch (field.kind) {
      case "name":
        return `c.name ${is} ${this.#value(value)}`;
      case "app":
        return `c.app_name ${is} ${this.#value(value)}`;
      case "state":
        return `(CASE WHEN c.delete_time IS NOT NULL AND s.state <> 'failed' THEN 'deleting' ELSE s.state END) ${is} ${this.#value(value)}`;
      case "label":
        return `c.labels ->> ${this.#value(field.key)} ${is} ${this.#value(value)}`;
    }
  }
}
