import { type DataSource, EntitySchema, type ObjectLiteral, type Repository } from "typeorm";
import type { AppSummary } from "../store.ts";

/** Tables that are read row by row. What joins is SQL, in reads.ts; all that writes is in commit.ts and bookkeeping.ts. */

export interface AppRow {
  readonly uid: string;
  readonly project: string;
  readonly name: string;
  readonly version: string;
  readonly build: number;
  readonly digest: string;
  readonly definition: string;
  readonly yaml: string;
  readonly summary: AppSummary;
  readonly creator: string;
  readonly createTime: Date;
  readonly revision: number;
}

export interface ProjectRow {
  readonly name: string;
  readonly revision: number;
  readonly purged: number;
}

export const appTable = new EntitySchema<AppRow>({
  name: "app",
  columns: {
    uid: { type: "uuid", primary: true },
    project: { type: "text" },
    name: { type: "text" },
    version: { type: "text" },
    build: { type: "int" },
    digest: { type: "text" },
    definition: { type: "text", select: false },
    yaml: { type: "text" },
    summary: { type: "jsonb" },
    creator: { type: "text" },
    createTime: { type: "timestamptz", name: "create_time" },
    revision: { type: "bigint" },
  },
});

export const projectTable = new EntitySchema<ProjectRow>({
  name: "project",
  columns: { name: { type: "text", primary: true }, revision: { type: "bigint" }, purged: { type: "bigint" } },
});

export const schemas = [appTable, projectTable];

/** All that is handed out of an entity: `save` would overwrite a newer row. */
export type Reader<Row extends ObjectLiteral> = Pick<Repository<Row>, "find" | "findOneBy">;

export function readerOf<Row extends ObjectLiteral>(source: DataSource, schema: EntitySchema<Row>): Reader<Row> {
  return source.getRepository(schema);
}
