import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { isErrno } from "./errno.ts";
import { isRoot, scratchFolder } from "./folders.ts";
import { isAlive } from "./lock-file.ts";
import { type Exit, hostEnvironment, startPart } from "./part.ts";
import { freePort } from "./ports.ts";
import { type PostgresPrograms, postgresPrograms } from "./postgres-programs.ts";
import { type Server, startServer } from "./server.ts";
import { until } from "./until.ts";

export interface PostgresOptions {
  /** Kept between starts. As root it must be reachable for the user `nobody`. Without it: a scratch folder that `stop` removes. */
  readonly dataDir?: string;
  readonly port?: number;
  /** Whether what is committed survives a crash of the machine. By default only where the data is kept. */
  readonly durable?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onDeath?: (exit: Exit) => void;
}

export interface Postgres extends Server {
  /** Of the database `troupe`, as its superuser. */
  readonly url: string;
  readonly version: string;
  /** A new, empty database and its url; one of that name is dropped first, whoever uses it. */
  makeDatabase(name: string): Promise<string>;
}

interface Place {
  readonly folder: string;
  /** The database cluster itself, of whose access rights the server is particular. */
  readonly cluster: string;
  readonly password: string;
  readonly owner: Owner | undefined;
  readonly programs: PostgresPrograms;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** A PostgreSQL of our own on 127.0.0.1, from the npm package; a new cluster takes a second, an old one 0.1 s. */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const { signal, dataDir, durable = dataDir !== undefined } = options;
  const port = options.port ?? (await freePort());
  const folder = dataDir ?? (await scratchFolder("postgres"));
  const place = await preparePlace(folder);
  const logFile = join(folder, "postgres.log");
  const server = await startServer({
    launch: async () => {
      await lastServerGone(place.cluster, signal);
      return startPart({
        name: "postgres",
        command: place.programs.postgres,
        args: ["-D", place.cluster, ...settings(port, durable)],
        cwd: place.cluster,
        logFile,
        ...place.owner,
        stopSignal: "SIGINT", // "fast": does not wait for clients to leave
      });
    },
    ready: (part, died) => acceptsConnections(place.cluster, part.pid, died),
    onDeath: options.onDeath,
    signal,
    logFile,
  });
  const urlOf = (database: string) => `postgres://troupe:${place.password}@127.0.0.1:${port}/${database}`;
  await run(urlOf("postgres"), async (client) => {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = 'troupe'");
    if (rowCount === 0) await client.query("CREATE DATABASE troupe");
  });
  return {
    ...server,
    url: urlOf("troupe"),
    version: place.programs.version,
    makeDatabase: async (name) => {
      await run(urlOf("postgres"), async (client) => {
        const quoted = client.escapeIdentifier(name);
        await client.query(`DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`);
        await client.query(`CREATE DATABASE ${quoted}`);
      });
      return urlOf(name);
    },
    stop: async () => {
      await server.stop();
      if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

function settings(port: number, durable: boolean): readonly string[] {
  const all = {
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: "", // their paths may be at most 107 bytes long; nobody needs them
    max_connections: 300,
    log_timezone: "UTC",
    timezone: "UTC",
    ...(!durable && { fsync: "off", full_page_writes: "off" }),
  };
  return Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

async function preparePlace(folder: string): Promise<Place> {
  const programs = await postgresPrograms();
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const owner = isRoot() ? await nobody() : undefined;
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
  const cluster = join(folder, `cluster-${programs.version.split(".")[0]}`);
  const password = await passwordIn(folder, owner);
  if (!(await isThere(cluster))) await initialise(cluster, join(folder, "password"), programs, owner);
  return { folder, cluster, password, owner, programs };
}

/** To another name first, so that a cluster that is there is whole. */
async function initialise(cluster: string, passwordFile: string, programs: PostgresPrograms, owner: Owner | undefined): Promise<void> {
  const unfinished = `${cluster}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const flags = ["--username=troupe", "--auth=scram-sha-256", `--pwfile=${passwordFile}`, "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"];
  try {
    await promisify(execFile)(programs.initdb, ["-D", unfinished, ...flags], { cwd: "/", env: hostEnvironment(), ...owner });
  } catch (error) {
    const reach = owner === undefined ? "" : ` (we are root, so PostgreSQL runs as uid ${owner.uid}, which must be able to reach that folder)`;
    throw new Error(`PostgreSQL could not set up its data in ${unfinished}${reach}: ${error instanceof Error ? error.message : String(error)}`);
  }
  await rename(unfinished, cluster);
}

async function passwordIn(folder: string, owner: Owner | undefined): Promise<string> {
  const file = join(folder, "password");
  if (!(await isThere(file))) {
    await writeFile(file, randomBytes(18).toString("base64url"), { mode: 0o600 });
    if (owner !== undefined) await chown(file, owner.uid, owner.gid);
  }
  return (await readFile(file, "utf8")).trim();
}

/** The server writes into this file who it is, and "ready" once it lets clients in. A dead one may have left its own behind. */
async function acceptsConnections(cluster: string, pid: number, signal: AbortSignal): Promise<void> {
  const isReady = async () => {
    const lines = await linesOfPidFile(cluster);
    return lines[0] === String(pid) && lines[7]?.trim() === "ready" ? true : undefined;
  };
  await until(isReady, { what: "PostgreSQL to accept connections", timeoutMs: 60_000, signal });
}

/** After a crash of ours the one before may still be stopping; PostgreSQL would refuse a second one. */
async function lastServerGone(cluster: string, signal: AbortSignal | undefined): Promise<void> {
  const isGone = async () => {
    const pid = Number.parseInt((await linesOfPidFile(cluster))[0] ?? "", 10);
    return Number.isNaN(pid) || !isAlive(pid) ? true : undefined;
  };
  await until(isGone, { what: `the last PostgreSQL in ${cluster} to end`, timeoutMs: 8_000, signal }).catch(() => {
    signal?.throwIfAborted(); // else a number that is used again: PostgreSQL can tell
  });
}

async function linesOfPidFile(cluster: string): Promise<readonly string[]> {
  try {
    return (await readFile(join(cluster, "postmaster.pid"), "utf8")).split("\n");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [];
    throw error;
  }
}

async function nobody(): Promise<Owner> {
  const entry = (await readFile("/etc/passwd", "utf8")).split("\n").find((line) => line.startsWith("nobody:"));
  const [, , uid, gid] = entry?.split(":") ?? [];
  if (uid === undefined || gid === undefined) throw new Error("PostgreSQL does not run as root, and there is no user nobody to run it as; run this as another user, or name a server in TROUPE_DATABASE_URL");
  return { uid: Number(uid), gid: Number(gid) };
}

async function run(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
