import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Postgres, startPostgres } from "../postgres.ts";

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(() => postgres.stop());

async function query(url: string, sql: string): Promise<readonly unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test.each(["restart", "kill"] as const)("what was committed is there after a %s", async (how) => {
  const url = await postgres.makeDatabase(`kept_over_${how}`);
  await query(url, "CREATE TABLE fact (text text); INSERT INTO fact VALUES ('kept')");
  await postgres[how]();
  if (how === "kill") await postgres.start();
  expect(await query(url, "SELECT text FROM fact")).toEqual([{ text: "kept" }]);
});

test("a database made again is empty, even while somebody uses the old one", async () => {
  const url = await postgres.makeDatabase("twice");
  const user = new Client({ connectionString: url });
  user.on("error", () => {}); // it is thrown out
  await user.connect();
  await user.query("CREATE TABLE fact ()");
  expect(await postgres.makeDatabase("twice")).toBe(url);
  expect(await query(url, "SELECT FROM pg_tables WHERE tablename = 'fact'")).toEqual([]);
});

test("nobody gets in without the password", async () => {
  const url = new URL(postgres.url);
  url.password = "wrong";
  await expect(query(url.href, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
});
