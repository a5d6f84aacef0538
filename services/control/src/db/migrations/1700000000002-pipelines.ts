import type { MigrationInterface, QueryRunner } from "typeorm";

const statements: readonly string[] = [
  // Its status changes with those of its clusters, as often as theirs do. A pipeline that is gone leaves no row: nothing of it is kept.
  `CREATE TABLE pipeline (
    uid uuid PRIMARY KEY,
    project text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    labels jsonb NOT NULL,
    annotations jsonb NOT NULL,
    generation bigint NOT NULL,
    edition bigint NOT NULL,
    revision bigint NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    delete_time timestamptz,
    delete_volumes boolean NOT NULL DEFAULT false,
    creator text NOT NULL,
    spec jsonb NOT NULL,
    status jsonb NOT NULL,
    CONSTRAINT pipeline_name UNIQUE (project, name)
  ) WITH (fillfactor = 70)`,
  // Clusters outlive their pipeline as rows, as they outlive themselves: so nothing refers to it by a foreign key.
  `ALTER TABLE cluster ADD COLUMN pipeline uuid, ADD COLUMN pipeline_key text`,
  `CREATE INDEX cluster_of_pipeline ON cluster (pipeline) WHERE pipeline IS NOT NULL AND gone_time IS NULL`,
];

export class Pipelines1700000000002 implements MigrationInterface {
  readonly name = "Pipelines1700000000002";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE cluster DROP COLUMN pipeline, DROP COLUMN pipeline_key");
    await runner.query("DROP TABLE pipeline");
  }
}
