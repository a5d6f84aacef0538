import { createHash } from "node:crypto";
import { delayMs } from "@troupe/runtime/backoff";
import type { Log } from "@troupe/runtime/log";
import { wait } from "@troupe/runtime/wait";
import { Client, type Pool, types } from "pg";
import { DataSource } from "typeorm";
import { away, toFailure } from "./failures.ts";
import { First1700000000001 } from "./migrations/1700000000001-first.ts";
import { Pipelines1700000000002 } from "./migrations/1700000000002-pipelines.ts";
import { Continued1700000000003 } from "./migrations/1700000000003-continued.ts";
import { schemas } from "./tables.ts";

/** The way to PostgreSQL: it is there or it is not, and comes back by itself. */
export interface Database {
  /** Runs one statement, which is one transaction. Its plan is kept by the connection. Rejects with Failures. */
  rows<Row>(text: string, values: readonly unknown[]): Promise<readonly Row[]>;
  /** As `rows`, for texts that come in many variants: planned anew each time. */
  rowsOnce<Row>(text: string, values: readonly unknown[]): Promise<readonly Row[]>;
  /** Several statements in one transaction. */
  transaction<T>(work: (rows: Database["rows"]) => Promise<T>): Promise<T>;
  /** For reads through entities. */
  readonly source: DataSource;
  /** Connects and migrates, however long that takes. */
  connect(signal: AbortSignal): Promise<void>;
  isReady(): boolean;
  /** A connection outside of the pool, for locks that live as long as it does. */
  session(): Client;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly log: Log;
  readonly poolSize?: number;
}

/** Two replicas may start at once: the second finds the tables made. Any number does; this one is ours. */
const migrationLock = 7_402_001;
const backoff = { firstMs: 100, mostMs: 2_000 };

/**
 * An acknowledged write is on disk, whatever the server's default; and plans of single-row statements gain nothing from JIT. A host
 * that is lost says no goodbye: within half a minute the server lets go of what it held, locks above all.
 */
const settings = [
  "synchronous_commit=on",
  "jit=off",
  "TimeZone=UTC",
  "tcp_keepalives_idle=10",
  "tcp_keepalives_interval=5",
  "tcp_keepalives_count=3",
  "idle_in_transaction_session_timeout=10000",
].map((setting) => `-c ${setting}`).join(" ");

const int8 = 20;
const timestamptz = 1184;

export function openDatabase({ url, log, poolSize = 16 }: DatabaseOptions): Database {
  const connection = { connectionTimeoutMillis: 5_000, keepAlive: true, keepAliveInitialDelayMillis: 10_000, application_name: "troupe-control", options: settings };
  const source = new DataSource({
    type: "postgres",
    url,
    entities: schemas,
    migrations: [First1700000000001, Pipelines1700000000002, Continued1700000000003],
    poolSize,
    poolErrorHandler: (error: unknown) => log.warn({ error }, "a connection to the database was lost"),
    extra: { ...connection, statement_timeout: 30_000, query_timeout: 35_000, types: { getTypeParser: parserOf } },
    logging: false,
  });
  const session = () => new Client({ connectionString: url, ...connection });
  let migrated = false;
  const pool = () => {
    if (!migrated) throw away();
    return poolOf(source);
  };

  return {
    source,
    isReady: () => migrated,
    rows: async (text, values) => run(pool(), { name: nameOf(text), text, values: [...values] }),
    rowsOnce: async (text, values) => run(pool(), { text, values: [...values] }),
    transaction: async (work) => transact(pool(), work),
    session,
    connect: async (signal) => {
      for (let failures = 0; !migrated; failures += 1) {
        try {
          if (!source.isInitialized) await source.initialize();
          await migrate(source, session());
          migrated = true;
        } catch (error) {
          const failure = toFailure(error);
          if (failure.kind === "internal") log.error({ error }, "the database cannot be prepared");
          else if (failures === 0) log.warn({ error }, "the database cannot be reached yet");
          await wait(delayMs(failures, Math.random, backoff), signal);
        }
      }
      log.info({}, "the database is ready");
    },
    close: async () => {
      if (source.isInitialized) await source.destroy();
    },
  };
}

/** The first replica makes the tables, others wait for it. The lock lives as long as its session: nothing can leave it behind. */
async function migrate(source: DataSource, session: Client): Promise<void> {
  session.on("error", () => undefined);
  try {
    await session.connect();
    await session.query("SELECT pg_advisory_lock($1)", [migrationLock]);
    await source.runMigrations({ transaction: "all" });
  } finally {
    await session.end();
  }
}

const names = new Map<string, string>();

/** One name a text: the connection then parses and plans it once. */
function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = createHash("sha256").update(text).digest("base64url").slice(0, 20);
  names.set(text, name);
  return name;
}

interface Query {
  readonly name?: string;
  readonly text: string;
  readonly values: unknown[];
}

interface Queryable {
  query(query: Query): Promise<{ rows: unknown[] }>;
}

async function run<Row>(queryable: Queryable, query: Query): Promise<readonly Row[]> {
  try {
    const { rows } = await queryable.query(query);
    return rows as readonly Row[];
  } catch (error) {
    throw toFailure(error);
  }
}

async function transact<T>(pool: Pool, work: (rows: Database["rows"]) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw toFailure(error);
  });
  let broken: boolean = false;
  // While it is lent nobody else listens, and an error that nobody hears ends the process. The statement under way rejects by itself.
  const lost = () => {
    broken = true;
  };
  client.on("error", lost);
  try {
    await client.query("BEGIN");
    const result = await work((text, values) => run(client, { text, values: [...values] }));
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(lost);
    throw toFailure(error);
  } finally {
    client.off("error", lost);
    client.release(broken);
  }
}

/** TypeORM's pool, so that reads and writes share one. It has no typed way to it. */
function poolOf(source: DataSource): Pool {
  return (source.driver as unknown as { readonly master: Pool }).master;
}

/** Revisions and times as the store promises them: safe integers, ISO 8601. */
function parserOf(oid: number, format?: "text" | "binary"): (text: string) => unknown {
  if (oid === int8) return Number;
  if (oid === timestamptz) return (text) => new Date(text).toISOString();
  return types.getTypeParser(oid, format ?? "text") as (text: string) => unknown;
}
