import type { MigrationInterface, QueryRunner } from "typeorm";

export class Continued1700000000003 implements MigrationInterface {
  readonly name = "Continued1700000000003";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE cluster ADD COLUMN continued bigint");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE cluster DROP COLUMN continued");
  }
}
