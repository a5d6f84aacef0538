import { describe, expect, test } from "vitest";
import { SimulatedTarget } from "../life/testing/world.ts";
import { written } from "../life/testing/written.ts";

const app = (role = "") => `  ports: {client: {port: 4000, expose: cluster}}\n  roles: {server: {members: 1+, idBase: 100, ${role}}, other: {members: 1}}\n`;
const members = (count: number) => `roles: {server: {members: ${count}}}`;

function contextIn(target: SimulatedTarget) {
  const { data = {} } = (target.get("ConfigMap", "c-context") ?? {}) as { readonly data?: Readonly<Record<string, string>> };
  return { ...(JSON.parse(data["context.json"] ?? "{}") as { readonly members?: Readonly<Record<string, object>> }), keys: Object.keys(data), data };
}

function running(count: number, definition = app()) {
  const target = new SimulatedTarget();
  target.converge(written(definition, members(count)));
  return target;
}

const writesSince = (target: SimulatedTarget, place: number) => target.log.slice(place).filter((entry) => entry.endsWith("ConfigMap/c-context")).length;

describe("what members can read of their cluster", () => {
  test("is who they are, who the others are, and what was chosen", () => {
    const cluster = written(`  params: {size: {type: integer, default: 3}, none: {type: string}}\n${app()}`, `params: {size: 7}, ${members(2)}`);
    const target = new SimulatedTarget();
    target.converge(cluster);
    const { data, keys: _, ...context } = contextIn(target);
    expect(context).toEqual({
      app: "sample@1.0.0+1",
      cluster: { name: "c", id: cluster.uid, project: "shop", namespace: "shop", domain: "cluster.local", upgrade: null },
      members: {
        "c-other-0": { name: "c-other-0", role: "other", index: 0, id: 0, host: "c-other-0.c-all.shop.svc.cluster.local", counts: true, leaving: false },
        "c-server-0": { name: "c-server-0", role: "server", index: 0, id: 100, host: "c-server-0.c-all.shop.svc.cluster.local", counts: true, leaving: false },
        "c-server-1": { name: "c-server-1", role: "server", index: 1, id: 101, host: "c-server-1.c-all.shop.svc.cluster.local", counts: true, leaving: false },
      },
      roles: {
        other: { count: 1, members: ["c-other-0"], ports: { client: 4000 }, services: { client: "c-other.shop.svc.cluster.local:4000" } },
        server: { count: 2, members: ["c-server-0", "c-server-1"], ports: { client: 4000 }, services: { client: "c-server.shop.svc.cluster.local:4000" } },
      },
      params: { size: 7 },
      needs: {},
    });
    expect(JSON.parse(data["self.server.1"] ?? "")).toEqual({ name: "c-server-1", role: "server", index: 1, id: 101, host: "c-server-1.c-all.shop.svc.cluster.local" });
  });

  test("is where each member finds it, with the package, in one volume", () => {
    const target = running(1, `  package: {run.sh: "exec run"}\n${app()}`);
    const { spec } = target.get("Pod", "c-server-0") as unknown as { readonly spec: { readonly volumes: readonly object[]; readonly containers: readonly [{ readonly volumeMounts: readonly object[] }] } };
    expect(spec.volumes).toContainEqual({
      name: "troupe",
      projected: {
        sources: [
          { configMap: { name: "c-context", items: [{ key: "context.json", path: "context.json" }, { key: "self.server.0", path: "self.json" }] } },
          { configMap: { name: "c-files", items: [{ key: "app.run.sh", path: "app/run.sh", mode: 0o555 }] } },
        ],
      },
    });
    expect(spec.containers[0].volumeMounts).toContainEqual({ name: "troupe", mountPath: "/troupe", readOnly: true });
  });

  test("names secrets of other clusters by their place, and holds none", () => {
    const needs = `  needs: {db: {}}\n  secrets: {own: {generate: hex}}\n  env: {P: "\${{ needs.db.password }}", O: "\${{ secrets.own }}"}\n${app()}`;
    const target = new SimulatedTarget();
    target.converge(written(needs, `needs: {db: x}, ${members(1)}`, 1, { needs: { db: { kind: "bound", provider: "x", exports: { host: "x:1", password: { namespace: "shop", secret: "x-secrets", key: "password" } } } } }));
    expect(contextIn(target)).toMatchObject({ needs: { db: { host: "x:1", password: { namespace: "shop", secret: "x-secrets", key: "password" } } } });
    expect(contextIn(target).data["context.json"]).not.toContain("own");
  });
});

describe("a change of membership", () => {
  test("is one write for all when it is planned, and one when it counts, however many members there are", () => {
    const target = running(3);
    const place = target.log.length;
    target.pass(written(app(), members(7), 2));
    expect([writesSince(target, place), contextIn(target).members?.["c-server-6"]]).toEqual([1, expect.objectContaining({ counts: false })]);
    target.converge(written(app(), members(7), 2));
    expect([writesSince(target, place), contextIn(target).members?.["c-server-6"]]).toEqual([2, expect.objectContaining({ counts: true })]);
  });

  test("is one write when members leave", () => {
    const target = running(5);
    const place = target.log.length;
    target.converge(written(app(), members(2), 2));
    expect([writesSince(target, place), Object.keys(contextIn(target).members ?? {})]).toEqual([1, ["c-other-0", "c-server-0", "c-server-1"]]);
  });

  test("is the first start, and no write at all is a crash, a restart or that all are ready", () => {
    const target = running(3);
    expect(writesSince(target, 0)).toBe(1);
    target.kill("c-server-1");
    target.converge(written(app(), members(3)));
    target.converge(written(`  env: {A: new}\n${app()}`, members(3)));
    expect(writesSince(target, 0)).toBe(1);
  });

  test("says who is leaving as long as they have not left, and goes on telling them who they are", () => {
    const told = app("hooks: {leave: {exec: [leave]}}");
    const target = running(3, told);
    target.converge(written(told, members(1), 2));
    expect(contextIn(target).members).toMatchObject({ "c-server-0": { leaving: false }, "c-server-1": { counts: true, leaving: true }, "c-server-2": { counts: true, leaving: true } });
    expect(contextIn(target).keys).toEqual(expect.arrayContaining(["self.server.1", "self.server.2"]));
    target.kill("c-server-2");
    target.converge(written(told, members(1), 2));
    expect(keysMissing(target)).toEqual([]);
  });

  /** Keys that some pod mounts and the ConfigMap does not have: such a pod would never start. */
  function keysMissing(target: SimulatedTarget): readonly string[] {
    const pods = target.names("Pod").map((name) => JSON.stringify(target.get("Pod", name)));
    const keys = pods.flatMap((pod) => Array.from(pod.matchAll(/"key":"(self\.[^"]+)"/g), ([, key = ""]) => key));
    return keys.filter((key) => !contextIn(target).keys.includes(key));
  }
});
