import { Client } from "pg";

/**
 * Copies the one cluster called `sample` in the database, from number `from` up to `to`, into a project of its own and for a
 * target that no reconciler serves: what a list has to find its way through.
 */
export async function seedClusters(databaseUrl: string, project: string, from: number, to: number): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("BEGIN");
    await client.query("INSERT INTO project (name) VALUES ($1) ON CONFLICT DO NOTHING", [project]);
    await client.query("CREATE TEMP TABLE seed ON COMMIT DROP AS SELECT gen_random_uuid() AS uid, 'c' || i AS name FROM generate_series($1::int, $2::int - 1) AS i", [from, to]);
    await client.query(
      `INSERT INTO cluster SELECT (jsonb_populate_record(sample, jsonb_build_object('uid', seed.uid, 'name', seed.name, 'project', $1::text, 'namespace', $1::text, 'target', 'nowhere'))).*
       FROM cluster AS sample, seed WHERE sample.name = 'sample'`,
      [project],
    );
    for (const table of ["cluster_history", "cluster_status"]) {
      await client.query(
        `INSERT INTO ${table} SELECT (jsonb_populate_record(copied, jsonb_build_object('uid', seed.uid))).*
         FROM ${table} AS copied JOIN cluster AS sample ON sample.uid = copied.uid AND sample.name = 'sample', seed`,
      );
    }
    await client.query("COMMIT");
    await client.query("ANALYZE");
  } finally {
    await client.end();
  }
}
