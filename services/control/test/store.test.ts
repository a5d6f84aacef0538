import { afterAll, beforeAll } from "vitest";
import { makePostgresStore } from "../src/db/postgres-store.ts";
import { type Databases, startDatabases } from "./database.ts";
import { pipelineContract } from "./pipelines.contract.ts";
import { storeContract } from "./store.contract.ts";

let databases: Databases;
beforeAll(async () => {
  databases = await startDatabases();
});
afterAll(() => databases?.stop());

const fresh = async () => makePostgresStore({ database: (await databases.make()).database, onCommitted: () => undefined });
storeContract("the store in PostgreSQL", fresh);
pipelineContract("the store in PostgreSQL", fresh);
