import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Neighbours, type Replica, startNeighbours, startReplica } from "./control.ts";
import { aCluster, aMutation, anApp, aStatus, clusterWrite, creating, deleting, publishing, reporting } from "../src/testing/mutations.ts";
import { makePostgresStore } from "../src/db/postgres-store.ts";
import { all, apply, clusterYaml, eventually, finish, manifest, publish, queueApp, remove, report, reportOf } from "./steps.ts";

let neighbours: Neighbours;
let replica: Replica & { readonly url: string };
beforeAll(async () => {
  neighbours = await startNeighbours();
  replica = await startReplica(neighbours);
  await publish(replica);
});
afterAll(async () => {
  await replica?.stop();
  await neighbours?.stop();
});

const eventsOf = async (project: string) => (await replica.events.list({ parent: `projects/${project}`, afterRevision: 0n, pageSize: 1000, subject: "", types: [], newestFirst: false })).events;

describe("replicas", () => {
  test("may make the tables at once", async () => {
    const url = await neighbours.databases.makeUrl();
    const databases = await Promise.all(Array.from({ length: 4 }, () => neighbours.databases.open(url)));
    const stores = databases.map((database) => makePostgresStore({ database, onCommitted: () => undefined }));
    await stores[0]?.commit(aMutation("troupe-system", [publishing("troupe-system", anApp())]));
    expect(await Promise.all(stores.map((store) => store.projectState("troupe-system")))).toEqual(stores.map(() => ({ revision: 1, purged: 0 })));
  });

  test("that write side by side make revisions without a hole, each visible after those before it", async () => {
    const { url, database } = await neighbours.databases.make();
    const stores = [database, await neighbours.databases.open(url)].map((one) => makePostgresStore({ database: one, onCommitted: () => undefined }));
    const app = anApp();
    await stores[0]!.commit(aMutation("troupe-system", [publishing("troupe-system", app)]));
    let writing = true;
    const gaps: number[] = [];
    const reading = (async () => {
      let cursor = 0;
      while (writing || cursor < 320) {
        const { events } = await stores[1]!.eventsAfter("p", cursor, 100);
        for (const { revision } of events) {
          if (revision !== cursor + 1) gaps.push(revision);
          cursor = revision;
        }
      }
    })();
    const writers = Array.from({ length: 16 }, async (_, writer) => {
      for (let index = 0; index < 20; index += 1) await stores[writer % 2]!.commit(aMutation("p", [creating("p", aCluster(`w${writer}-${index}`, app))]));
    });
    await Promise.all(writers);
    writing = false;
    await reading;
    expect(gaps).toEqual([]);
    expect((await stores[0]!.projectState("p")).revision).toBe(320);
  });
});

describe("a mutation that has to wait for its turn", () => {
  /** Lets it begin while another transaction has the project, which then does something and ends. */
  async function after<T>(meanwhile: string, values: readonly unknown[], begin: () => Promise<T>): Promise<PromiseSettledResult<T>> {
    const client = new Client({ connectionString: replica.url });
    await client.connect();
    await client.query("BEGIN");
    await client.query("SELECT FROM project WHERE name = 'turns' FOR UPDATE");
    const waiting = Promise.allSettled([begin()]);
    await eventually("it waits", async () => (await replica.database.rows("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()", [])).length > 0);
    await client.query(meanwhile, [...values]);
    await client.query("COMMIT");
    await client.end();
    const [result] = await waiting;
    return result;
  }
  const stored = async (name: string) => (await replica.store.findCluster("turns", name))!;

  test("has the status of that moment in its event, though its statement began before it", async () => {
    await apply(replica, clusterYaml("turns", "a"));
    const cluster = await stored("a");
    const ready = JSON.stringify(aStatus({ state: "ready" }));
    expect(await after("UPDATE cluster_status SET status = $2, epoch = 1, seq = 1 WHERE uid = $1", [cluster.uid, ready], () => replica.store.commit(aMutation("turns", [deleting(cluster)])))).toMatchObject({ status: "fulfilled" });
    expect((await replica.store.eventsAfter("turns", 0, 10)).events.at(-1)?.data).toMatchObject({ cluster: { status: { state: "ready" } } });
  });

  test("and tells of a spec that has changed by then is decided again", async () => {
    await apply(replica, clusterYaml("turns", "b"));
    const cluster = await stored("b");
    const change = "UPDATE cluster SET edition = edition + 1 WHERE uid = $1";
    const raced = { status: "rejected", reason: { reason: "CHANGED_MEANWHILE" } };
    expect(await after(change, [cluster.uid], () => replica.store.commit(aMutation("turns", [reporting(cluster, { epoch: 1, seq: 1 }, {})])))).toMatchObject(raced);
    const now = await stored("b");
    expect(await after(change, [cluster.uid], () => replica.store.commit(aMutation("turns", [clusterWrite(now, "cluster.needs_changed", { kind: "needs", uid: now.uid, expect: { edition: now.edition } })])))).toMatchObject(raced);
  });
});

describe("connections", () => {
  test("are let go of by the server within half a minute when their host is lost, and transactions that nobody goes on with in ten seconds", async () => {
    const wanted = { tcp_keepalives_idle: "10", tcp_keepalives_interval: "5", tcp_keepalives_count: "3", idle_in_transaction_session_timeout: "10s" };
    const shown = async (query: (text: string) => Promise<readonly unknown[]>) => Object.assign({}, ...(await Promise.all(Object.keys(wanted).map(async (name) => (await query(`SHOW ${name}`))[0]))));
    expect(await shown((text) => replica.database.rows(text, []))).toEqual(wanted);
    const session = replica.database.session();
    await session.connect();
    expect(await shown(async (text) => (await session.query(text)).rows)).toEqual(wanted);
    await session.end();
  });
});

describe("one transaction a mutation", () => {
  /** Transactions that wrote something, by everybody, while this runs. */
  async function transactions(work: () => Promise<unknown>): Promise<number> {
    const client = new Client({ connectionString: replica.url });
    await client.connect();
    const next = async () => Number((await client.query<{ xid: string }>("SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xid")).rows[0]?.xid);
    // What goes on in the background (a relay's cursor) has come to rest.
    let before = await next();
    await eventually("nobody writes", async () => {
      await new Promise((resolve) => setTimeout(resolve, 600));
      const now = await next();
      const quiet = now === before;
      before = now;
      return quiet;
    });
    await work();
    const after = await next();
    await client.end();
    return after - before;
  }

  test("to create, change, delete and report; none for what changes nothing", async () => {
    const name = "projects/count/clusters/a";
    const requestId = randomUUID();
    expect(await transactions(() => apply(replica, clusterYaml("count", "a"), { requestId }))).toBe(1);
    expect(await transactions(() => apply(replica, clusterYaml("count", "a"), { requestId }))).toBe(0);
    expect(await transactions(() => apply(replica, clusterYaml("count", "a")))).toBe(0);
    expect(await transactions(() => apply(replica, clusterYaml("count", "a", "{app: queue, params: {size: 8}}")))).toBe(1);
    expect(await transactions(() => apply(replica, clusterYaml("count", "c", "{app: queue, needs: {source: a}}")))).toBe(1);
    const cluster = await replica.clusters.get({ name });
    const [first, second] = [reportOf(cluster, { state: "ready", exports: { address: "x" } }), reportOf(await replica.clusters.get({ name: "projects/count/clusters/c" }), { state: "ready" })];
    expect(await transactions(() => report(replica, first, second))).toBe(1);
    expect(await transactions(() => report(replica, first, second))).toBe(0);
    expect(await transactions(() => remove(replica, "projects/count/clusters/c"))).toBe(1);
    expect(await transactions(() => publish(replica))).toBe(0);
    // With an id that is new, the answer is kept, and nothing else.
    const another = randomUUID();
    const before = await replica.clusters.get({ name });
    expect(await transactions(() => apply(replica, clusterYaml("count", "a", "{app: queue, params: {size: 8}}"), { requestId: another }))).toBe(1);
    expect(await transactions(() => apply(replica, clusterYaml("count", "a", "{app: queue, params: {size: 8}}"), { requestId: another }))).toBe(0);
    expect(await replica.clusters.get({ name })).toEqual(before);
  });

  test("leaves traces for a time: an audit for 90 days, generations of what is gone for as long", async () => {
    await apply(replica, clusterYaml("traces", "a"));
    await apply(replica, clusterYaml("traces", "a", "{app: queue, params: {size: 8}}"));
    const { uid } = await finish(replica, "projects/traces/clusters/a");
    await apply(replica, clusterYaml("traces", "b"));
    const counts = async () => (await replica.database.rows<object>("SELECT (SELECT count(*) FROM audit WHERE project = 'traces') AS audits, (SELECT count(*) FROM cluster_history WHERE uid = $1) AS generations", [uid]))[0];
    const purge = async () => replica.store.purge(Object.fromEntries(["events", "requests", "instances", "audit", "history"].map((what) => [what, new Date(Date.now() - 90 * 86_400_000).toISOString()])) as never);
    await purge();
    expect(await counts()).toEqual({ audits: 4, generations: 2 });
    await replica.database.rows("UPDATE audit SET time = time - interval '91 days' WHERE project = 'traces' AND subject LIKE '%/a'", []);
    await replica.database.rows("UPDATE cluster SET gone_time = gone_time - interval '91 days' WHERE uid = $1", [uid]);
    await purge();
    expect(await counts()).toEqual({ audits: 1, generations: 1 });
    expect((await replica.store.clustersByUid([uid]))[0]).toMatchObject({ name: "a", spec: { params: { size: 8 } } });
    expect(await replica.database.rows("SELECT record, members FROM cluster_status WHERE uid = $1", [uid])).toEqual([{ record: null, members: {} }]);
  });

  test("leaves an event, an audit row and a request row for each", async () => {
    const requestId = randomUUID();
    const { cluster } = await replica.clusters.create({ parent: "", clusterId: "", source: { $case: "manifest", value: manifest(clusterYaml("rows", "a")) }, requestId, validateOnly: false }, { metadata: { "troupe-caller": "ann" } });
    const rows = await replica.database.rows<object>("SELECT a.revision, a.caller, a.method, a.subject, a.request_id, r.caller AS requester, e.type FROM audit a JOIN request r USING (project, revision) JOIN event e USING (project, revision) WHERE a.project = 'rows'", []);
    expect(rows).toEqual([{ revision: Number(cluster?.revision), caller: "ann", method: "CreateCluster", subject: cluster?.name, request_id: requestId, requester: "ann", type: "cluster.created" }]);
  });
});

describe("status", () => {
  test("of a higher epoch wins, whenever it comes; an equal one is no event, and still shuts out what is late", async () => {
    const { cluster } = await apply(replica, clusterYaml("guard", "a"));
    const at = (epoch: bigint, seq: bigint, state: "ready" | "degraded") => reportOf(cluster!, { state }, { epoch, seq });
    const [stored, old] = [1, 2];
    expect(await report(replica, at(1n, 1n, "ready"))).toEqual([stored]);
    expect(await report(replica, at(2n, 1n, "ready"))).toEqual([stored]);
    expect(await report(replica, at(1n, 9n, "degraded"))).toEqual([old]);
    expect(await report(replica, at(2n, 2n, "degraded"), at(2n, 3n, "ready"))).toEqual([stored, stored]);
    expect((await eventsOf("guard")).map(({ type }) => type.split(".").at(-2))).toEqual(["created", "ready", "degraded", "ready"]);
    expect(await report(replica, reportOf({ uid: randomUUID(), generation: 1n }, {}))).toEqual([3]);
    expect((await replica.reconciler.reportStatus({ target: "mars", reports: [at(3n, 1n, "ready")] })).acks[0]?.outcome).toBe(3);
  });

  test("of one that cannot be read does not keep others from being stored", async () => {
    const { cluster: a } = await apply(replica, clusterYaml("poison", "a"));
    const { cluster: b } = await apply(replica, clusterYaml("poison", "b"));
    expect(await report(replica, reportOf(a!, {}, { status: "{}" }))).toEqual([0]);
    expect(await report(replica, reportOf(a!, { state: "tired" as never, waiting: [{ what: "x", reason: "NewReason" as never, message: "", since: 0 }] }))).toEqual([1]);
    expect((await replica.clusters.get({ name: "projects/poison/clusters/a" })).status).toMatchObject({ state: 0, waiting: [{ reason: "NewReason", who: "" }] });
    expect(await report(replica, reportOf(a!, {}, { status: "{" }), reportOf(b!, { state: "ready", kept: ["\u0000\ud800"] }))).toEqual([0, 1]);
    expect((await replica.clusters.get({ name: "projects/poison/clusters/b" })).status?.kept).toEqual(["\ufffd"]);
  });

  test("that is not of its kind somewhere fails alone, before it reaches the database or a reader", async () => {
    const { cluster: a } = await apply(replica, clusterYaml("kinds", "a"));
    const { cluster: b } = await apply(replica, clusterYaml("kinds", "b"));
    const condition = { type: "Ready", status: "True", reason: "AllMembersReady", message: "", observedGeneration: 1.5 } as const;
    const member = (index: number, restarts: number) => ({ role: "server\0", index, status: JSON.stringify({ role: "server", index, name: "x", host: "h", id: 0, life: 1, state: "in", ready: true, restarts }) });
    const wrong = [
      reportOf(a!, { waiting: [{ what: "x", reason: "VolumePending", message: "", since: 1e300 }] }),
      reportOf(a!, { conditions: [condition] }),
      reportOf(a!, { observedGeneration: 0.5 }),
      reportOf(a!, { roles: [{ role: "server", wanted: 1e12, ready: 0, updated: 0 }] }),
      reportOf(a!, { exports: { address: 7 as never } }),
      reportOf(a!, {}, { members: [member(0, 0.5)] }),
      reportOf({ uid: "nobody", generation: 1n }, {}),
    ];
    expect(await report(replica, ...wrong, reportOf(b!, { state: "ready", exports: { "k\0": "v" } }, { members: [member(0, 1)] }))).toEqual([...wrong.map(() => 0), 1]);
    expect((await replica.clusters.get({ name: "projects/kinds/clusters/b" })).status).toMatchObject({ exports: { k: "v" }, members: [{ restarts: 1 }] });
  });

  test("says gone only for what was to be deleted", async () => {
    const { cluster } = await apply(replica, clusterYaml("stray", "a"));
    await report(replica, reportOf(cluster!, { state: "ready", gone: true }));
    expect((await replica.clusters.get({ name: "projects/stray/clusters/a" })).uid).toBe(cluster?.uid);
    await finish(replica, "projects/stray/clusters/a");
    await expect(replica.clusters.get({ name: "projects/stray/clusters/a" })).rejects.toMatchObject({ kind: "not_found" });
  });

  test("has members, by parts, and when a condition last changed", async () => {
    const { cluster } = await apply(replica, clusterYaml("members", "a", "{app: queue, roles: {server: {members: 2}}}"));
    const member = (index: number, ready: boolean) => ({ role: "server", index, status: JSON.stringify({ role: "server", index, name: `a-server-${index}`, host: "h", id: index, life: 1, state: "in", ready, restarts: 0 }) });
    const condition = (status: "True" | "False") => ({ type: "Ready" as const, status, reason: "AllMembersReady" as const, message: "", observedGeneration: 1 });
    await report(replica, reportOf(cluster!, { conditions: [condition("False")] }, { allMembers: true, members: [member(1, false), member(0, false)] }));
    const before = await replica.clusters.get({ name: "projects/members/clusters/a" });
    expect(before.status?.members.map(({ name, ready }) => [name, ready])).toEqual([["a-server-0", false], ["a-server-1", false]]);
    await report(replica, reportOf(cluster!, { conditions: [condition("False")] }, { members: [member(1, true)] }));
    const between = await replica.clusters.get({ name: "projects/members/clusters/a" });
    expect(between.status?.members.map(({ ready }) => ready)).toEqual([false, true]);
    expect(between.status?.conditions[0]?.lastTransitionTime).toBe(before.status?.conditions[0]?.lastTransitionTime);
    await report(replica, reportOf(cluster!, { conditions: [condition("True")] }, { members: [{ role: "server", index: 1, status: "" }] }));
    const after = await replica.clusters.get({ name: "projects/members/clusters/a" });
    expect(after.status?.members).toHaveLength(1);
    expect(after.status?.conditions[0]?.lastTransitionTime).not.toBe(between.status?.conditions[0]?.lastTransitionTime);
    const page = await replica.clusters.list({ parent: "projects/members", pageSize: 0, pageToken: "", filter: "", orderBy: "" });
    expect(page.clusters[0]?.status?.members).toEqual([]);
  });
});

describe("reconcilers", () => {
  test("are told that nothing differs when their digest is the present one", async () => {
    await apply(replica, clusterYaml("digest", "a"));
    const list = async (digest: string) => {
      const parts = [];
      for await (const { part } of replica.reconciler.listDesired({ target: "default", digest })) parts.push(part);
      return parts;
    };
    const last = (await list("")).at(-1);
    const digest = last?.$case === "digest" ? last.value : "";
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(await list(digest)).toEqual([{ $case: "unchanged", value: true }]);
    await apply(replica, clusterYaml("digest", "a", "{app: queue, params: {size: 8}}"));
    expect((await list(digest)).length).toBeGreaterThan(1);
    expect(await list("")).toHaveLength((await list("none")).length);
  });

  test("are told of a cluster whose definition cannot be read here, and of all others, by either road", async () => {
    await publish(replica, queueApp.replace("{name: queue}", "{name: broken}"));
    const { cluster: broken } = await apply(replica, clusterYaml("broken", "a", "{app: broken, needs: {source: b}}"));
    await apply(replica, clusterYaml("broken", "b"));
    // As an older control would have stored it, which knew another language.
    await replica.database.rows("UPDATE app SET definition = '{}' WHERE name = 'broken'", []);
    const second = await startReplica(neighbours, replica.url);
    const sources = (await all(second.reconciler.listDesired({ target: "default", digest: "" }))).flatMap(({ part }) => (part?.$case === "sources" ? [part.value] : []));
    expect(sources.filter(({ project }) => project === "broken").map(({ name }) => name).toSorted()).toEqual(["a", "b"]);
    expect(JSON.parse(sources.find(({ uid }) => uid === broken?.uid)?.needs ?? "")).toMatchObject({ source: { kind: "waiting", provider: "b" } });
    await second.stop();
    await finish(replica, "projects/broken/clusters/a");
  });

  test("get a definition by its digest, with roles in the order of the file", async () => {
    const app = await replica.apps.get({ name: "projects/troupe-system/apps/queue" });
    const { definition } = await replica.reconciler.getDefinition({ digest: app.digest });
    expect(Object.keys((JSON.parse(definition) as { spec: { roles: object } }).spec.roles)).toEqual(["server", "agent"]);
    await expect(replica.reconciler.getDefinition({ digest: "none" })).rejects.toMatchObject({ kind: "not_found" });
  });
});

describe("when PostgreSQL is away", () => {
  test("a transaction whose connection is cut fails as unavailable, whether a statement is under way or not, and nothing else does", async () => {
    const { database } = replica;
    const cut = (pid: number) => database.rows("SELECT pg_terminate_backend($1, 5000)", [pid]);
    const pidOf = async (rows: typeof database.rows) => (await rows<{ pid: number }>("SELECT pg_backend_pid() AS pid", []))[0]!.pid;
    const between = database.transaction(async (rows) => {
      await cut(await pidOf(rows));
      await rows("SELECT 1", []);
    });
    await expect(between).rejects.toMatchObject({ kind: "unavailable" });
    const within = database.transaction(async (rows) => {
      const pid = await pidOf(rows);
      await Promise.all([rows("SELECT pg_sleep(60)", []), cut(pid)]);
    });
    await expect(within).rejects.toMatchObject({ kind: "unavailable" });
    expect(await database.rows("SELECT 1 AS one", [])).toEqual([{ one: 1 }]);
  });

  test("calls fail as unavailable, watches stay, nothing acknowledged is lost, and all goes on when it is back", async () => {
    await apply(replica, clusterYaml("outage", "before"));
    const stopping = new AbortController();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { event } of replica.events.watch({ scope: "projects/outage", types: [], start: { $case: "afterRevision", value: 0n } }, { signal: stopping.signal })) seen.push(event?.subject.split("/").at(-1) ?? "");
    })().catch((error: unknown) => error);
    const answered: string[] = [];
    let away = false;
    let failedWhileAway = 0;
    const writer = async (index: number) => {
      for (let round = 0; round < 12; round += 1) {
        const name = `w${index}-${round}`;
        const requestId = randomUUID();
        await eventually(`${name} is created`, async () => {
          try {
            await apply(replica, clusterYaml("outage", name), { requestId });
            answered.push(name);
            return true;
          } catch (error) {
            expect(error).toMatchObject({ kind: "unavailable" });
            if (away) failedWhileAway += 1;
            return false;
          }
        }, 40_000);
      }
    };
    const writing = Promise.all(Array.from({ length: 6 }, (_, index) => writer(index)));
    await eventually("some are answered", async () => answered.length > 5);
    await neighbours.databases.postgres.kill();
    away = true;
    await eventually("calls fail", async () => failedWhileAway > 3);
    expect((await replica.ready()).find(({ name }) => name === "database")?.ok).toBe(false);
    await neighbours.databases.postgres.start();
    away = false;
    await writing;
    const names = ["before", ...Array.from({ length: 6 }, (_, index) => Array.from({ length: 12 }, (_unused, round) => `w${index}-${round}`)).flat()].toSorted();
    const events = await eventsOf("outage");
    expect(events.map(({ revision }) => Number(revision))).toEqual(events.map((_, index) => index + 1));
    expect(events.map(({ subject }) => subject.slice("projects/outage/clusters/".length)).toSorted()).toEqual(names);
    await eventually("the watch has seen all", async () => seen.length >= names.length);
    stopping.abort();
    await watching;
    expect(seen.toSorted()).toEqual(names);
  });
});
