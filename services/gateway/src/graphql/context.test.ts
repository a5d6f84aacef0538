import { Failure } from "@troupe/domain/failure";
import { App } from "@troupe/proto/troupe/v1/app";
import { Cluster } from "@troupe/proto/troupe/v1/cluster";
import { describe, expect, it } from "vitest";
import type { Control } from "../control.ts";
import { contextOf } from "./context.ts";
import { queries } from "./queries.ts";
import { globalId } from "./words.ts";

const notFound = (name: string) => new Failure("not_found", `${name} does not exist`);

/** Control as far as it gives clusters and apps, with what it was asked for. */
function fakeControl({ has, away = false }: { readonly has: (name: string) => boolean; readonly away?: boolean }) {
  const asked: string[] = [];
  const ask = async (method: string, names: readonly string[]) => {
    asked.push(`${method} ${names.length}`);
    if (away) throw new Failure("unavailable", "control cannot be reached");
    const missing = names.find((name) => !has(name));
    if (missing !== undefined) throw notFound(missing);
  };
  const control = {
    clusters: {
      batchGet: async ({ names }: { readonly names: readonly string[] }) => ask("batchGet", names).then(() => ({ clusters: names.map((name) => Cluster.fromPartial({ name })) })),
      get: async ({ name }: { readonly name: string }) => ask("get", [name]).then(() => Cluster.fromPartial({ name })),
    },
    apps: { get: async ({ name }: { readonly name: string }) => ask("app", [name]).then(() => App.fromPartial({ name })) },
  };
  return { context: contextOf(control as unknown as Control, () => "id"), asked };
}

const ids = (type: "Cluster" | "App", count: number) => Array.from({ length: count }, (_, index) => globalId(type, `projects/p/${type.toLowerCase()}s/x${index}`));

/** What the query `nodes` answers: a name, null, or the kind of the failure, for each id. */
async function nodes(context: ReturnType<typeof contextOf>, wanted: readonly string[]): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled(queries.nodes({}, { ids: wanted }, context));
  return settled.map((one) => (one.status === "fulfilled" ? (one.value?.name ?? null) : (one.reason as Failure).kind));
}

describe("nodes by their ids", () => {
  it("are asked for at once", async () => {
    const { context, asked } = fakeControl({ has: () => true });
    expect(await nodes(context, ids("Cluster", 100))).toHaveLength(100);
    expect(asked).toEqual(["batchGet 100"]);
  });

  it("are asked for one by one where one is missing, which is null", async () => {
    const { context, asked } = fakeControl({ has: (name) => !name.endsWith("x1") });
    expect(await nodes(context, ids("Cluster", 3))).toEqual(["projects/p/clusters/x0", null, "projects/p/clusters/x2"]);
    expect(asked).toEqual(["batchGet 3", "get 1", "get 1", "get 1"]);
  });

  it("are asked for once while control is away, clusters and apps alike", async () => {
    const { context, asked } = fakeControl({ has: () => true, away: true });
    expect(new Set(await nodes(context, [...ids("Cluster", 50), ...ids("App", 50)]))).toEqual(new Set(["unavailable"]));
    expect(asked).toEqual(["batchGet 50", "app 1"]);
  });

  it("are at most 100", async () => {
    const { context, asked } = fakeControl({ has: () => true });
    expect(() => queries.nodes({}, { ids: ids("Cluster", 101) }, context)).toThrow(expect.objectContaining({ kind: "invalid", reason: "BAD_ARGUMENT" }));
    expect(asked).toEqual([]);
  });
});

describe("an app by reference", () => {
  it("is looked for in the shared catalogue only where the project has none", async () => {
    const shared = fakeControl({ has: (name) => name.startsWith("projects/troupe-system/") });
    expect((await shared.context.appOf("queue@1+1", "p")).name).toBe("projects/troupe-system/apps/queue@1+1");
    const away = fakeControl({ has: () => true, away: true });
    await expect(away.context.appOf("queue@1+1", "p")).rejects.toMatchObject({ kind: "unavailable" });
    expect(away.asked).toEqual(["app 1"]);
  });
});
