import { type Postgres, startPostgres } from "@troupe/deploy/local/postgres";
import { silentLog } from "@troupe/runtime/log";
import { type Database, openDatabase } from "../src/db/data-source.ts";

/** One server for a test file, one database for each test. */
export interface Databases {
  readonly postgres: Postgres;
  /** Open, with its tables made. */
  makeUrl(): Promise<string>;
  make(): Promise<{ readonly url: string; readonly database: Database }>;
  open(url: string): Promise<Database>;
  stop(): Promise<void>;
}

export async function startDatabases(): Promise<Databases> {
  const postgres = await startPostgres();
  const opened: Database[] = [];
  let count = 0;
  const open = async (url: string) => {
    const database = openDatabase({ url, log: silentLog, poolSize: 20 });
    opened.push(database);
    await database.connect(AbortSignal.timeout(30_000));
    return database;
  };
  const makeUrl = async () => {
    count += 1;
    return postgres.makeDatabase(`test_${count}`);
  };
  return {
    postgres,
    open,
    makeUrl,
    make: async () => {
      const url = await makeUrl();
      return { url, database: await open(url) };
    },
    stop: async () => {
      await Promise.all(opened.map((database) => database.close()));
      await postgres.stop();
    },
  };
}
