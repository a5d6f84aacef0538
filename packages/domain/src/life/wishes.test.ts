import { describe, expect, test } from "vitest";
import { SimulatedTarget } from "./testing/world.ts";
import { reasonsOf, written as cluster } from "./testing/written.ts";

describe("a cluster that is stopped", () => {
  const app = "  roles: {first: {members: 2}, second: {members: 1, after: [first]}}\n";

  test("goes down in reverse of its start, keeps its volumes, and comes up again in order", () => {
    const target = new SimulatedTarget();
    const volumes = app.replace("members: 2", "members: 2, volumes: {data: {path: /data, size: 1Gi}}");
    expect(target.converge(cluster(volumes)).state).toBe("ready");
    const before = target.log.length;
    expect(target.converge(cluster(volumes, "stopped: true", 2))).toMatchObject({ state: "stopped", conditions: [{ type: "Ready", status: "False", reason: "Stopped" }, {}] });
    const deleted = target.log.slice(before).filter((entry) => entry.startsWith("delete Pod/"));
    expect(deleted).toEqual(["delete Pod/c-second-0", "delete Pod/c-first-0", "delete Pod/c-first-1"]);
    expect(target.names("PersistentVolumeClaim")).toHaveLength(2);
    const stopped = target.log.length;
    expect(target.converge(cluster(volumes, "", 3)).state).toBe("ready");
    expect(target.log.slice(stopped).filter((entry) => entry.startsWith("create Pod/"))).toEqual(["create Pod/c-first-0", "create Pod/c-first-1", "create Pod/c-second-0"]);
    expect(target.record?.roles["first"]).toMatchObject({ formed: true, allDown: false });
  });

  test("waits where its members have to be told first, and is not said to be stopped", () => {
    const target = new SimulatedTarget();
    const told = "  roles: {server: {members: 1, hooks: {flush: {exec: [flush]}}}}\n";
    target.converge(cluster(told));
    const status = target.converge(cluster(told, "stopped: true", 2));
    expect([status.state, reasonsOf(status)]).toEqual(["stopping", ["HooksPending"]]);
    expect(target.names("Pod")).toEqual(["c-server-0"]);
  });
});

describe("a cluster that is paused", () => {
  test("is left as it is: not even a crashed member is made anew", () => {
    const target = new SimulatedTarget();
    const app = "  roles: {server: {members: {allow: 1+, default: 2}}}\n";
    target.converge(cluster(app));
    target.kill("c-server-0");
    expect(target.converge(cluster(app, "paused: true, roles: {server: {members: 5}}", 2)).state).toBe("paused");
    expect(target.names("Pod")).toEqual(["c-server-1"]);
    expect(target.converge(cluster(app, "", 3)).state).toBe("ready");
    expect(target.names("Pod")).toEqual(["c-server-0", "c-server-1"]);
  });
});

describe("a role with a condition", () => {
  const app = "  params: {solo: {type: boolean, default: false}}\n  roles: {server: {members: 1}, extra: {members: {allow: 1+, default: 2}, when: \"${{ !params.solo }}\"}}\n";

  test("comes and goes with a param, with all that is its own", () => {
    const target = new SimulatedTarget();
    expect(target.converge(cluster(app, "params: {solo: true}")).roles.map(({ role }) => role)).toEqual(["server"]);
    expect(target.names("Pod")).toEqual(["c-server-0"]);
    expect(target.converge(cluster(app, "", 2)).state).toBe("ready");
    expect(target.names("Pod")).toEqual(["c-extra-0", "c-extra-1", "c-server-0"]);
    expect(target.converge(cluster(app, "params: {solo: true}", 3)).state).toBe("ready");
    expect(target.names("Pod")).toEqual(["c-server-0"]);
  });

  test("has no members that could be asked for while it is not there", () => {
    expect(() => cluster(app, "params: {solo: true}, roles: {extra: {members: 3}}")).toThrowError(expect.objectContaining({ problems: [expect.objectContaining({ reason: "ROLE_ABSENT", path: "spec.roles.extra.members" })] }));
  });
});

describe("hooks, which cannot run yet", () => {
  test("before the start: no pod is made, and the wait says why", () => {
    const target = new SimulatedTarget();
    const status = target.converge(cluster("  roles: {server: {members: 2, hooks: {create: {exec: [create], before: start}}}}\n"));
    expect(target.names("Pod")).toEqual([]);
    expect([status.state, reasonsOf(status)]).toEqual(["deploying", ["HooksPending"]]);
    expect(status.conditions).toContainEqual(expect.objectContaining({ type: "HooksPending", status: "True" }));
  });

  test("of a first set: all run, and none is said to be ready before it was told", () => {
    const target = new SimulatedTarget();
    const status = target.converge(cluster("  roles: {server: {members: 2, hooks: {create: {exec: [create]}}}}\n"));
    expect(target.names("Pod")).toEqual(["c-server-0", "c-server-1"]);
    expect([status.state, status.formed, reasonsOf(status)]).toEqual(["deploying", false, ["HooksPending"]]);
  });

  test("of whoever joins: it runs, and does not count", () => {
    const target = new SimulatedTarget();
    const app = "  roles: {server: {members: 1+, hooks: {join: {exec: [join]}}}}\n";
    expect(target.converge(cluster(app)).state).toBe("ready");
    const status = target.converge(cluster(app, "roles: {server: {members: 2}}", 2));
    expect([status.state, reasonsOf(status)]).toEqual(["deploying", ["HooksPending"]]);
    expect(target.record?.members["server"]?.["1"]?.state).toBe("planned");
  });

  test("of whoever leaves: it stays until it was told", () => {
    const target = new SimulatedTarget();
    const app = "  roles: {server: {members: 1+, hooks: {leave: {exec: [leave]}}}}\n";
    expect(target.converge(cluster(app, "roles: {server: {members: 3}}")).state).toBe("ready");
    const status = target.converge(cluster(app, "roles: {server: {members: 2}}", 2));
    expect([status.state, reasonsOf(status)]).toEqual(["deploying", ["HooksPending"]]);
    expect(target.names("Pod")).toHaveLength(3);
    expect(target.converge(cluster(app, "roles: {server: {members: 3}}", 3)).state).toBe("ready");
  });

  test("before a restart: members that are ready wait, a broken one is mended", () => {
    const target = new SimulatedTarget();
    const app = (env: string) => `  roles: {server: {members: 2, env: {A: ${env}}, hooks: {flush: {exec: [flush]}}}}\n`;
    target.converge(cluster(app("one")));
    target.unready("c-server-0");
    const status = target.converge(cluster(app("two")));
    expect(reasonsOf(status)).toEqual(["HooksPending"]);
    expect(JSON.stringify(target.get("Pod", "c-server-0"))).toContain('"two"');
    expect(JSON.stringify(target.get("Pod", "c-server-1"))).toContain('"one"');
  });

  test("that are not due keep nothing from being ready, and are said to be pending", () => {
    const status = new SimulatedTarget().converge(cluster("  roles: {server: {members: 2, standing: {probe: {exec: [s]}, order: [a, b]}, probes: {healthy: {exec: [h]}}, hooks: {leave: {exec: [leave]}}}}\n"));
    expect(status.state).toBe("ready");
    expect(status.conditions.map(({ type, status: holds }) => [type, holds])).toEqual([["Ready", "True"], ["Progressing", "False"], ["Healthy", "Unknown"], ["HooksPending", "True"]]);
  });
});

describe("files that change in place", () => {
  test("restart nobody, and are said to be waiting", () => {
    const target = new SimulatedTarget();
    const app = "  params: {level: {type: string, default: info, apply: live}}\n  roles: {server: {members: 1, files: {/etc/a: {text: \"${{ params.level }}\", apply: live}}}}\n";
    expect(target.converge(cluster(app)).state).toBe("ready");
    const before = target.log.length;
    const status = target.converge(cluster(app, "params: {level: debug}", 2));
    expect([status.state, reasonsOf(status)]).toEqual(["deploying", ["HooksPending"]]);
    expect(target.log.slice(before).filter((entry) => entry.includes("Pod/"))).toEqual([]);
  });
});

describe("who counts", () => {
  test("restarts the others where the definition says so: all stop before any starts, and nobody restarts twice", () => {
    const target = new SimulatedTarget();
    const app = "  hooks: {peers: restart}\n  update: {allAtOnce: true}\n  roles: {a: {members: 1}, b: {members: 1+}}\n";
    expect(target.converge(cluster(app, "roles: {b: {members: 2}}")).state).toBe("ready");
    const before = target.log.length;
    expect(target.converge(cluster(app, "roles: {b: {members: 3}}", 2)).state).toBe("ready");
    const pods = target.log.slice(before).filter((entry) => entry.includes("Pod/"));
    expect(pods.filter((entry) => entry.startsWith("delete"))).toHaveLength(3);
    expect(pods.filter((entry) => entry.startsWith("create"))).toHaveLength(4);
  });

  test("is written for all members in one write a change", () => {
    const target = new SimulatedTarget();
    const app = "  roles: {server: {members: 1+}}\n";
    target.converge(cluster(app, "roles: {server: {members: 2}}"));
    expect(target.log.filter((entry) => entry.endsWith("ConfigMap/c-context"))).toEqual(["create ConfigMap/c-context"]);
    target.converge(cluster(app, "roles: {server: {members: 3}}", 2));
    const data = (target.get("ConfigMap", "c-context") as { readonly data?: Readonly<Record<string, string>> } | undefined)?.data;
    expect(JSON.parse(data?.["context.json"] ?? "")).toMatchObject({ members: { "c-server-2": { role: "server", index: 2, counts: true, leaving: false } } });
    expect(JSON.parse(data?.["self.server.2"] ?? "")).toMatchObject({ name: "c-server-2", role: "server" });
  });
});

describe("roles", () => {
  test("are updated in the order that the definition gives, and start in that of after", () => {
    const target = new SimulatedTarget();
    const app = (env: string) => `  env: {A: ${env}}\n  updateOrder: [second, first]\n  roles: {first: {members: 1}, second: {members: 1, after: [first]}}\n`;
    target.converge(cluster(app("one")));
    const before = target.log.length;
    target.converge(cluster(app("two")));
    expect(target.log.slice(before).filter((entry) => entry.startsWith("delete Pod/"))).toEqual(["delete Pod/c-second-0", "delete Pod/c-first-0"]);
  });
});

describe("a cluster that runs to its end", () => {
  const app = "  run: job\n  done: [chief]\n  retries: 2\n  roles: {chief: {members: 1}, helper: {members: 2}}\n";

  test("is completed when the roles that end it have succeeded: the others stop, and pods that ended stay for their logs", () => {
    const target = new SimulatedTarget();
    expect(target.converge(cluster(app)).state).toBe("ready");
    target.end("c-chief-0", "Succeeded");
    expect(target.converge(cluster(app)).state).toBe("completed");
    expect(target.names("Pod")).toEqual(["c-chief-0"]);
    expect(target.record?.members["chief"]?.["0"]?.state).toBe("done");
    expect(target.converge(cluster(app, "labels: {a: b}", 2)).state).toBe("completed");
  });

  test("starts a failed member again after a pause, so often for all together, and is failed then", () => {
    const target = new SimulatedTarget();
    target.converge(cluster(app));
    for (const retries of [1, 2]) {
      target.end("c-helper-0", "Failed");
      const waiting = target.converge(cluster(app));
      expect([reasonsOf(waiting), target.record?.job]).toEqual([["RetryPending"], { generation: 1, retries }]);
      target.nowMs += 40_000;
      expect(target.converge(cluster(app)).state).toBe("ready");
    }
    target.end("c-helper-0", "Failed");
    expect(target.converge(cluster(app))).toMatchObject({ state: "failed", conditions: [{ reason: "RetriesSpent" }, {}] });
    expect(target.names("Pod")).toEqual(["c-helper-0"]);
    target.nowMs += 400_000;
    expect(target.converge(cluster(app, "", 2)).state).toBe("ready");
  });

  test("goes on without whoever has done its part", () => {
    const target = new SimulatedTarget();
    target.converge(cluster(app));
    target.end("c-helper-1", "Succeeded");
    expect(target.converge(cluster(app)).state).toBe("ready");
    expect(target.names("Pod")).toEqual(["c-chief-0", "c-helper-0", "c-helper-1"]);
  });
});
