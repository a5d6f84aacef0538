import type { Database } from "./data-source.ts";

/** One relay per installation. The lock lives as long as its session: a relay that dies frees it. */
const relayLock = 7_402_002;

export interface RelayLock extends AsyncDisposable {
  /** Aborts when the session is gone, and the lock with it. */
  readonly lost: AbortSignal;
}

/** Undefined: another replica has it. Rejects while the database is away. */
export async function tryRelayLock(database: Pick<Database, "session">): Promise<RelayLock | undefined> {
  const session = database.session();
  const lost = new AbortController();
  const gone = () => lost.abort(new Error("the session that held the relay's lock is gone"));
  session.on("error", gone);
  session.on("end", gone);
  const end = async () => {
    await session.end().catch(() => undefined);
  };
  try {
    await session.connect();
    const { rows } = await session.query<{ held: boolean }>("SELECT pg_try_advisory_lock($1) AS held", [relayLock]);
    if (rows[0]?.held) return { lost: lost.signal, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
  await end();
  return undefined;
}
