import { describe, expect, test } from "vitest";
import { SimulatedTarget } from "./testing/world.ts";
import { readyOf, written } from "./testing/written.ts";

const deletesOf = (entries: readonly string[]) => entries.filter((entry) => entry.startsWith("delete"));
const members = (count: number) => `roles: {server: {members: ${count}}}`;

describe("update.allAtOnce", () => {
  const app = (env: string) => `  env: {A: ${env}}\n  update: {allAtOnce: true}\n  roles: {server: {members: 1+}, after: {members: 2, after: [server]}}\n`;

  test("stops all members of a role before any starts, one role after the other", () => {
    const target = new SimulatedTarget();
    target.converge(written(app("one"), members(3)));
    const place = target.log.length;
    expect(target.converge(written(app("two"), members(3))).state).toBe("ready");
    const each = (verb: string, ...names: readonly string[]) => names.map((name) => `${verb} c-${name}`);
    expect(target.podsSince(place)).toEqual([
      ...each("delete", "server-0", "server-1", "server-2"),
      ...each("create", "server-0", "server-1", "server-2"),
      ...each("delete", "after-0", "after-1"),
      ...each("create", "after-0", "after-1"),
    ]);
  });

  test("starts nobody while one of the past still runs, and says why", () => {
    const target = new SimulatedTarget();
    target.converge(written(app("one"), members(2)));
    target.pass(written(app("two"), members(2)));
    target.objects.delete("Pod/c-server-0");
    const { status } = target.pass(written(app("two"), members(2)));
    expect(target.names("Pod")).not.toContain("c-server-0");
    expect(status.waiting).toContainEqual(expect.objectContaining({ what: "role server", reason: "MembersUpdating" }));
  });

  test("goes before new members join", () => {
    const target = new SimulatedTarget();
    target.converge(written(app("one"), members(2)));
    const place = target.log.length;
    target.converge(written(app("two"), members(3), 2));
    expect(target.podsSince(place).filter((entry) => entry.includes("server")).at(-1)).toBe("create c-server-2");
    expect(deletesOf(target.podsSince(place)).filter((entry) => entry.includes("server"))).toEqual(["delete c-server-0", "delete c-server-1"]);
  });
});

describe("the order of an update", () => {
  const app = (env: string, order: string) => `  env: {A: ${env}}\n  ${order}\n  roles: {a: {members: 2}, b: {members: 1, after: [a]}, c: {members: 1, after: [b]}}\n`;

  test.each([
    ["that of starts, where nothing is said", "rollback: true", ["a-1", "a-0", "b-0", "c-0"]],
    ["the reverse", "updateOrder: [c, b, a]", ["c-0", "b-0", "a-1", "a-0"]],
    ["of those that are named; the others do not wait", "updateOrder: [c, b]", ["a-1", "c-0", "a-0", "b-0"]],
  ])("is %s", (_, order, pods) => {
    const target = new SimulatedTarget();
    target.converge(written(app("one", order)));
    const place = target.log.length;
    expect(target.converge(written(app("two", order))).state).toBe("ready");
    expect(deletesOf(target.podsSince(place))).toEqual(pods.map((pod) => `delete c-${pod}`));
  });

  test("does not go on to the next role while one before it is not ready", () => {
    const target = new SimulatedTarget();
    const order = "updateOrder: [b, a]";
    target.converge(written(app("one", order)));
    const place = target.log.length;
    for (let pass = 0; pass < 3; pass += 1) {
      target.pass(written(app("two", order)));
      target.settle();
      target.unready("c-b-0");
    }
    expect(deletesOf(target.podsSince(place)).filter((entry) => !entry.includes("c-b-0"))).toEqual(["delete c-c-0"]);
  });

  test("does not wait for a role that has yet to start, which may be waiting for this one", () => {
    const grown = (env: string) => `  env: {A: ${env}}\n  updateOrder: [b, a]\n  roles: {a: {members: 1+, join: serial}, b: {members: 1, after: [a]}}\n`;
    const target = new SimulatedTarget();
    target.pass(written(grown("one"), "roles: {a: {members: 1}}"));
    target.settle();
    target.pass(written(grown("two"), "roles: {a: {members: 3}}", 2));
    expect(target.converge(written(grown("two"), "roles: {a: {members: 3}}", 2)).state).toBe("ready");
  });

  test("takes away as many as may be away, whoever is away already", () => {
    const target = new SimulatedTarget();
    const many = (env: string) => `  env: {A: ${env}}\n  update: {maxUnavailable: 2}\n  roles: {server: {members: 5}}\n`;
    target.converge(written(many("one")));
    target.unready("c-server-0");
    const { changes } = target.pass(written(many("two")));
    expect(changes.map(({ object }) => ("metadata" in object ? object.metadata.name : object.name))).toEqual(["c-server-0", "c-server-4"]);
  });
});

describe("peers: restart", () => {
  const ofRole = (update = "") => `  roles: {server: {members: 1+, hooks: {peers: restart}${update}}, other: {members: 2}}\n`;
  const ofAll = "  hooks: {peers: restart}\n  roles: {server: {members: 1+}, other: {members: 2}}\n";
  const together = ", update: {allAtOnce: true}";

  function grown(app: string, from: number, to: number) {
    const target = new SimulatedTarget();
    expect(readyOf(target.converge(written(app, members(from))))).toEqual(["ready", "True", "AllMembersReady"]);
    const place = target.log.length;
    expect(target.converge(written(app, members(to), 2)).state).toBe("ready");
    return { target, pods: target.podsSince(place) };
  }

  test("in a role restarts its own members, each once, one at a time after whoever joined counts", () => {
    const { pods } = grown(ofRole(), 3, 4);
    expect(pods).toEqual(["create c-server-3", ...["2", "1", "0"].flatMap((index) => [`delete c-server-${index}`, `create c-server-${index}`])]);
  });

  test("in the app restarts members of all roles, each once", () => {
    const { pods } = grown(ofAll, 2, 3);
    expect(deletesOf(pods).toSorted()).toEqual(["delete c-other-0", "delete c-other-1", "delete c-server-0", "delete c-server-1"]);
  });

  test("with allAtOnce starts all with the new list, and whoever joins is in it from the beginning", () => {
    const { pods } = grown(ofRole(together), 2, 4);
    expect(pods).toEqual(["delete c-server-0", "delete c-server-1", "create c-server-0", "create c-server-1", "create c-server-2", "create c-server-3"]);
  });

  test.each([["one at a time", ofRole()], ["all at once", ofRole(together)]])("%s: restarts those that stay, once, when others leave", (_, app) => {
    const { pods } = grown(app, 4, 2);
    expect(deletesOf(pods).toSorted()).toEqual(["0", "1", "2", "3"].map((index) => `delete c-server-${index}`));
    expect(pods.filter((entry) => entry.startsWith("create")).toSorted()).toEqual(["create c-server-0", "create c-server-1"]);
  });

  test.each([["one at a time", ofRole()], ["all at once", ofRole(together)], ["of all roles", ofAll]])("%s: restarts nobody at the first start, after a crash, or for anything but who counts", (_, app) => {
    const target = new SimulatedTarget();
    target.converge(written(app, members(3)));
    target.kill("c-server-1");
    expect(target.converge(written(app, members(3))).state).toBe("ready");
    target.converge(written(app, `${members(3)}, labels: {a: b}`, 2));
    expect(deletesOf(target.log)).toEqual([]);
  });

  test("restarts those that were there first where the others join them", () => {
    const target = new SimulatedTarget();
    target.converge(written("  roles: {server: {members: 2, bootstrap: first, hooks: {peers: restart}}}\n"));
    expect(target.podsSince(0)).toEqual(["create c-server-0", "create c-server-1", "delete c-server-0", "create c-server-0"]);
  });
});

describe("what restarts a member", () => {
  const app = (role: string, rest = "") => `  params: {p: {type: string, default: x}}\n  ports: {a: 1}\n${rest}  roles: {server: {members: 2, ${role}}}\n`;
  const restarted = (before: string, after: string, spec = "") => {
    const target = new SimulatedTarget();
    target.converge(written(before));
    const place = target.log.length;
    target.converge(written(after, spec, 2));
    return deletesOf(target.podsSince(place)).length;
  };

  test.each([
    ["gpu", "gpu: 1", "gpu: 2"],
    ["shm", "shm: 1Gi", "shm: 2Gi"],
    ["a patch of its pod", "pod: {spec: {priorityClassName: a}}", "pod: {spec: {priorityClassName: b}}"],
    ["a seed", "volumes: {d: {path: /d, size: 1Gi}}", "volumes: {d: {path: /d, size: 1Gi, seed: true}}"],
    ["a key of a file", "files: {/etc/a: {format: yaml, set: {a: 1}}}", "files: {/etc/a: {format: yaml, set: {a: 2}}}"],
    ["how it is stopped", "stop: {signal: SIGINT}", "stop: {signal: SIGQUIT}"],
  ])("%s does", (_, before, after) => {
    expect(restarted(app(before), app(after))).toBe(2);
  });

  test("a Secret of another name does", () => {
    const secret = '  secrets: {s: {from: {name: "${{ params.p }}", key: k}}}\n  env: {S: "${{ secrets.s }}"}\n';
    expect(restarted(app("idBase: 0", secret), app("idBase: 0", secret), "params: {p: other}")).toBe(2);
  });

  test.each([
    ["spread", "spread: zone", "spread: none"],
    ["hooks", "idBase: 0", "hooks: {leave: {exec: [x]}}"],
    ["standing and its services", "idBase: 0", "standing: {probe: {exec: [s]}, order: [x]}, services: {rw: {port: a, to: x}}"],
    ["probes", "probes: {ready: {tcp: a}}", "probes: {ready: {tcp: a, period: 20s}}"],
    ["how a port is reached", "idBase: 0", "ports: {a: {expose: node, dashboard: true}}"],
    ["gang, updates and joins", "gang: true", "update: {maxUnavailable: 2}, join: serial"],
    ["a file that changes in place", "files: {/etc/a: {text: a, apply: live}}", "files: {/etc/a: {text: b, apply: live}}"],
  ])("%s does not", (_, before, after) => {
    expect(restarted(app(before), app(after))).toBe(0);
  });

  test("labels of the cluster do not, and are on what is written anew", () => {
    const target = new SimulatedTarget();
    target.converge(written(app("idBase: 0")));
    const place = target.log.length;
    expect(target.converge(written(app("idBase: 0"), "labels: {team: x}", 2)).state).toBe("ready");
    expect(target.podsSince(place)).toEqual([]);
    expect(target.get("Service", "c-all")?.metadata.labels).toMatchObject({ team: "x" });
  });
});

describe("update.pauseAfterFirst", () => {
  const app = (env: string) => `  env: {A: ${env}}\n  update: {pauseAfterFirst: true, maxUnavailable: 2}\n  roles: {server: {members: 1+}, tail: {members: 1}}\n`;
  const wanted = (env: string, generation: number, continued = 0) => ({ ...written(app(env), members(3), generation), continued });

  test("makes one member of each role anew, and waits for a person before the others", () => {
    const target = new SimulatedTarget();
    expect(target.converge(wanted("one", 1)).state).toBe("ready");
    const place = target.log.length;
    const status = target.converge(wanted("two", 2));
    expect([deletesOf(target.podsSince(place)), readyOf(status)]).toEqual([["delete c-server-2", "delete c-tail-0"], ["deploying", "False", "UpdatePaused"]]);
    expect(status.waiting).toEqual([expect.objectContaining({ what: "role server", message: "1 of 3 members is updated, and the others wait until a person has looked at it" })]);
    expect(target.converge(wanted("two", 2, 2)).state).toBe("ready");
    expect(deletesOf(target.podsSince(place))).toEqual(["delete c-server-2", "delete c-tail-0", "delete c-server-0", "delete c-server-1"]);
  });

  test("waits again for another change, which begins with a first member again", () => {
    const target = new SimulatedTarget();
    target.converge(wanted("one", 1));
    target.converge(wanted("two", 2));
    const place = target.log.length;
    expect(readyOf(target.converge(wanted("three", 3, 2)))).toEqual(["deploying", "False", "UpdatePaused"]);
    expect(deletesOf(target.podsSince(place))).toEqual(["delete c-server-2", "delete c-tail-0"]);
  });

  test("does not hold back what mends a member that is not ready, and is not asked while the first is not back", () => {
    const target = new SimulatedTarget();
    target.converge(wanted("one", 1));
    for (const pod of ["c-server-0", "c-server-1"]) target.unready(pod);
    const place = target.log.length;
    const { status } = target.pass(wanted("two", 2));
    expect([deletesOf(target.podsSince(place)), status.waiting.map(({ reason }) => reason)]).toEqual([["delete c-server-0", "delete c-server-1", "delete c-tail-0"], []]);
    expect(readyOf(target.converge(wanted("two", 2)))).toEqual(["deploying", "False", "UpdatePaused"]);
  });
});
