import { digestOf } from "@troupe/domain/canonical";
import { parseApp } from "@troupe/domain/language/app";
import { documentOfValue } from "@troupe/domain/language/document";
import { versionKey } from "@troupe/domain/version-order";
import { Client } from "pg";
import { summaryOf } from "../src/apps/app-summary.ts";

export interface Seed {
  readonly url: string;
  readonly project: string;
  readonly count: number;
}

/** An app of one role, for clusters that nobody runs. */
const definition = { apiVersion: "troupe.dev/v1", kind: "App", metadata: { name: "seeded" }, spec: { version: "1.0", image: "registry.example/seeded:1.0", user: 1000, roles: { server: { members: "1+" } } } };

/**
 * Puts clusters `seed-0000000` and so on into the tables of an installation, as if each had been created and reported ready, with
 * an event for both. By SQL: 100,000 take some seconds. Their target has no reconciler, so nobody makes them.
 */
export async function seedClusters({ url, project, count }: Seed): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("BEGIN");
    const app = await seedApp(client);
    await client.query("INSERT INTO target (name) VALUES ('seeded') ON CONFLICT DO NOTHING");
    await client.query("INSERT INTO project (name) VALUES ($1) ON CONFLICT DO NOTHING", [project]);
    const { rows } = await client.query<{ base: string }>("UPDATE project SET revision = revision + $2 WHERE name = $1 RETURNING revision - $2 AS base", [project, 2 * count]);
    await seedRows(client, { project, count, base: Number(rows[0]?.base), app });
    await client.query("COMMIT");
    await client.query("ANALYZE");
  } finally {
    await client.end();
  }
}

interface SeededApp {
  readonly uid: string;
  readonly ref: string;
}

async function seedApp(client: Client): Promise<SeededApp> {
  const app = parseApp(documentOfValue(definition));
  const digest = digestOf(definition);
  const { rows } = await client.query<{ uid: string }>(
    `INSERT INTO app (uid, project, name, version, build, version_key, digest, definition, yaml, summary, creator, create_time, revision)
     VALUES (gen_random_uuid(), 'troupe-system', $1, $2, 1, $3, $4, $5, $5, $6, 'seed', now(), 0)
     ON CONFLICT ON CONSTRAINT app_build DO UPDATE SET creator = excluded.creator RETURNING uid`,
    [app.name, app.version, versionKey(app.version), digest, JSON.stringify(definition), JSON.stringify(summaryOf(app))],
  );
  return { uid: rows[0]?.uid ?? "", ref: JSON.stringify({ project: "troupe-system", name: app.name, version: app.version, build: 1, digest }) };
}

/** Uids in order of their number, as those of real clusters are in order of time. */
const numbered = `SELECT i, ('01900000-0000-7' || lpad(to_hex(i / 65536 % 4096), 3, '0') || '-8000-' || lpad(to_hex(i % 65536), 4, '0') || substr(md5($1), 1, 8))::uuid AS uid,
  'seed-' || lpad(i::text, 7, '0') AS name FROM generate_series(0, $2::int - 1) AS i`;

const spec = `'{"app":"seeded","placement":{"target":"seeded"},"params":{},"needs":{},"roles":{},"protect":false}'::jsonb`;
const status = `'{"state":"ready","observedGeneration":1,"conditions":[{"type":"Ready","status":"True","reason":"AllMembersReady","message":"","observedGeneration":1}],"roles":[{"role":"server","wanted":1,"ready":1,"updated":1}],"members":[],"waiting":[],"exports":{},"formed":true,"gone":false,"kept":[],"transitions":{}}'::jsonb`;

async function seedRows(client: Client, { project, count, base, app }: { readonly project: string; readonly count: number; readonly base: number; readonly app: SeededApp }): Promise<void> {
  await client.query(`CREATE TEMPORARY TABLE seed ON COMMIT DROP AS ${numbered}`, [project, count]);
  await client.query(
    `INSERT INTO cluster (uid, project, name, target, namespace, labels, annotations, generation, edition, revision, version, create_time, update_time, creator, app_uid, app_name)
     SELECT uid, $1, name, 'seeded', $1, jsonb_build_object('team', 'team-' || i % 100), '{}', 1, 1, $2::bigint + i + 1, $2::bigint + i + 1, now(), now(), 'seed', $3, 'seeded' FROM seed`,
    [project, base, app.uid],
  );
  await client.query(`INSERT INTO cluster_history (uid, generation, spec, app, actor, time) SELECT uid, 1, ${spec}, $1::jsonb, 'seed', now() FROM seed`, [app.ref]);
  await client.query(
    `INSERT INTO cluster_status (uid, epoch, seq, revision, state, formed, status, members)
     SELECT uid, 1, 1, $1::bigint + i + 1, 'ready', true, ${status}, jsonb_build_object('server/0', jsonb_build_object('role', 'server', 'index', 0, 'name', name || '-server-0', 'host', name, 'id', 0, 'life', 1, 'state', 'in', 'ready', true, 'restarts', 0)) FROM seed`,
    [base + count],
  );
  await client.query(`INSERT INTO object_name (target, namespace, kind, name, uid) SELECT 'seeded', $1, kind, seed.name || suffix, uid FROM seed, (VALUES ('cluster', ''), ('object', '-all'), ('object', '-server')) AS k (kind, suffix)`, [project]);
  await client.query(
    `INSERT INTO event (project, revision, type, kind, uid, subject, time, actor, generation, data)
     SELECT $1, $2::bigint + n * $3::bigint + i + 1, type, 'cluster', uid, 'projects/' || $1 || '/clusters/' || name, now() - interval '8 days', 'seed', 1,
       jsonb_build_object('change', '{}'::jsonb, 'cluster', jsonb_build_object('uid', uid, 'project', $1, 'name', name, 'target', 'seeded', 'namespace', $1, 'labels', '{}'::jsonb, 'annotations', '{}'::jsonb, 'generation', 1,
         'edition', 1, 'createTime', to_char(now(), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'updateTime', to_char(now(), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'creator', 'seed', 'intent', '{"kind":"run"}'::jsonb, 'app', $4::jsonb, 'spec', ${spec}))
     FROM seed, (VALUES (0, 'cluster.created'), (1, 'cluster.ready')) AS k (n, type)`,
    [project, base, count, app.ref],
  );
}
