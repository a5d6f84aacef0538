import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Rows that change at every commit or report (project, cluster_status) leave room on their pages, so that a change stays there
 * and touches no index. Nothing refers to `project` by a foreign key: the locks on its one row would queue up.
 */
const statements: readonly string[] = [
  `CREATE TABLE project (
    name text PRIMARY KEY,
    revision bigint NOT NULL DEFAULT 0,
    purged bigint NOT NULL DEFAULT 0,
    topology bigint NOT NULL DEFAULT 0,
    create_time timestamptz NOT NULL DEFAULT now()
  ) WITH (fillfactor = 40)`,

  `CREATE TABLE target (
    name text PRIMARY KEY,
    epoch bigint NOT NULL DEFAULT 0,
    live text[] NOT NULL DEFAULT '{}'
  )`,
  `INSERT INTO target (name) VALUES ('default')`,
  `CREATE TABLE instance (
    target text NOT NULL REFERENCES target,
    instance text NOT NULL,
    seen_time timestamptz NOT NULL,
    PRIMARY KEY (target, instance)
  ) WITH (fillfactor = 40)`,

  `CREATE TABLE app (
    uid uuid PRIMARY KEY,
    project text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    version text NOT NULL,
    build int NOT NULL,
    version_key text COLLATE "C" NOT NULL,
    digest text NOT NULL,
    definition text NOT NULL,
    yaml text NOT NULL,
    summary jsonb NOT NULL,
    creator text NOT NULL,
    create_time timestamptz NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT app_build UNIQUE (project, name, version, build)
  )`,
  `CREATE INDEX app_digest ON app (digest)`,
  `CREATE INDEX app_newest ON app (project, name, version_key DESC, build DESC)`,

  `CREATE TABLE cluster (
    uid uuid PRIMARY KEY,
    project text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    target text NOT NULL,
    namespace text NOT NULL,
    labels jsonb NOT NULL,
    annotations jsonb NOT NULL,
    generation bigint NOT NULL,
    edition bigint NOT NULL,
    revision bigint NOT NULL,
    version bigint NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    delete_time timestamptz,
    gone_time timestamptz,
    delete_volumes boolean NOT NULL DEFAULT false,
    creator text NOT NULL,
    app_uid uuid CONSTRAINT cluster_app REFERENCES app,
    app_name text COLLATE "C" NOT NULL,
    adopt uuid
  ) WITH (fillfactor = 80)`,
  // Names of those that are gone are free.
  `CREATE UNIQUE INDEX cluster_name ON cluster (project, name) WHERE gone_time IS NULL`,
  // One that is gone may never have taken over what it was to adopt.
  `CREATE UNIQUE INDEX cluster_adopt ON cluster (adopt) WHERE adopt IS NOT NULL AND gone_time IS NULL`,
  `CREATE INDEX cluster_adopter ON cluster (adopt) WHERE adopt IS NOT NULL`,
  // A table without statistics yet (its first minute) must not be searched for one name through an index that finds the
  // whole project: so this one is for those who ask with its collation, and the next begins with something else.
  `CREATE INDEX cluster_by_age ON cluster (project COLLATE "POSIX", uid) WHERE gone_time IS NULL`,
  `CREATE INDEX cluster_by_app ON cluster (app_name, project, name) WHERE gone_time IS NULL`,
  `CREATE INDEX cluster_of_target ON cluster (target, uid) WHERE gone_time IS NULL`,
  `CREATE INDEX cluster_of_app ON cluster (app_uid)`,
  `CREATE INDEX cluster_gone ON cluster (gone_time) WHERE gone_time IS NOT NULL`,

  `CREATE TABLE cluster_history (
    uid uuid NOT NULL REFERENCES cluster,
    generation bigint NOT NULL,
    spec jsonb NOT NULL,
    app jsonb NOT NULL,
    actor text NOT NULL,
    time timestamptz NOT NULL,
    PRIMARY KEY (uid, generation)
  )`,

  `CREATE TABLE cluster_status (
    uid uuid PRIMARY KEY REFERENCES cluster,
    epoch bigint NOT NULL DEFAULT 0,
    seq bigint NOT NULL DEFAULT 0,
    revision bigint NOT NULL,
    state text NOT NULL DEFAULT 'pending',
    formed boolean NOT NULL DEFAULT false,
    status jsonb,
    members jsonb NOT NULL DEFAULT '{}',
    record text
  ) WITH (fillfactor = 50)`,

  // What objects of a cluster are called in its target's namespace: one that two clusters would make is refused here.
  `CREATE TABLE object_name (
    target text NOT NULL,
    namespace text NOT NULL,
    kind text NOT NULL,
    name text COLLATE "C" NOT NULL,
    uid uuid NOT NULL REFERENCES cluster,
    CONSTRAINT object_name_taken PRIMARY KEY (target, namespace, kind, name)
  )`,
  `CREATE INDEX object_name_of ON object_name (uid)`,

  `CREATE TABLE binding (
    consumer uuid NOT NULL REFERENCES cluster,
    slot text NOT NULL,
    project text NOT NULL,
    provider text NOT NULL,
    PRIMARY KEY (consumer, slot)
  )`,
  `CREATE INDEX binding_provider ON binding (project, provider)`,

  `CREATE TABLE event (
    project text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    type text NOT NULL,
    kind text NOT NULL,
    uid uuid NOT NULL,
    subject text COLLATE "C" NOT NULL,
    time timestamptz NOT NULL,
    actor text NOT NULL,
    generation bigint NOT NULL,
    traceparent text,
    data jsonb NOT NULL,
    PRIMARY KEY (project, revision)
  )`,
  `CREATE INDEX event_of_subject ON event (subject, revision)`,
  `CREATE INDEX event_time ON event USING brin (time) WITH (pages_per_range = 32)`,

  `CREATE TABLE relay (
    project text PRIMARY KEY,
    revision bigint NOT NULL,
    stream text NOT NULL,
    sequence bigint NOT NULL,
    time timestamptz NOT NULL
  ) WITH (fillfactor = 40)`,

  `CREATE TABLE request (
    project text NOT NULL,
    caller text NOT NULL,
    id uuid NOT NULL,
    digest text NOT NULL,
    revision bigint,
    answer jsonb NOT NULL,
    time timestamptz NOT NULL,
    CONSTRAINT request_once PRIMARY KEY (project, caller, id)
  )`,
  `CREATE INDEX request_time ON request USING brin (time) WITH (pages_per_range = 32)`,

  `CREATE TABLE audit (
    project text NOT NULL,
    revision bigint NOT NULL,
    time timestamptz NOT NULL,
    caller text NOT NULL,
    peer text NOT NULL,
    method text NOT NULL,
    subject text NOT NULL,
    request_id uuid,
    change jsonb NOT NULL,
    PRIMARY KEY (project, revision)
  )`,
  `CREATE INDEX audit_time ON audit USING brin (time) WITH (pages_per_range = 32)`,

  // Ends a statement, and with it its transaction, when a guard did not hold.
  `CREATE FUNCTION troupe_refuse(what text) RETURNS boolean LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'refused: %', what USING ERRCODE = 'TR001'; END $$`,
];

const tables = ["audit", "request", "relay", "event", "binding", "object_name", "cluster_status", "cluster_history", "cluster", "app", "instance", "target", "project"];

export class First1700000000001 implements MigrationInterface {
  readonly name = "First1700000000001";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP FUNCTION troupe_refuse(text)");
    for (const table of tables) await runner.query(`DROP TABLE ${table}`);
  }
}
