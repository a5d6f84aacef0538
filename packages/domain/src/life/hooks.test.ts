import { describe, expect, test } from "vitest";
import { SimulatedTarget } from "./testing/world.ts";
import { readyOf, reasonsOf, written } from "./testing/written.ts";

/** Roles of one or more members, with the given hooks and fields. */
const withHooks = (hooks: string, role = "members: 1+") => `  roles: {server: {${role}, volumes: {data: {path: /data, size: 1Gi}}, hooks: {${hooks}}}}\n`;
const members = (count: number) => `roles: {server: {members: ${count}}}`;
const pods = (...indices: readonly number[]) => indices.map((index) => `c-server-${index}`);

/** After a first convergence with `count` members. */
function begun(app: string, count = 3) {
  const target = new SimulatedTarget();
  const status = target.converge(written(app, members(count)));
  return { target, status };
}

const conditionsOf = (app: string) => begun(app, 1).status.conditions.map(({ type, status }) => `${type} ${status}`);

describe("a hook before the start", () => {
  test.each(["configure", "create"])("%s of the first set: no pod of it is made", (hook) => {
    const { target, status } = begun(withHooks(`${hook}: {exec: [x], before: start}`));
    expect([target.names("Pod"), readyOf(status), reasonsOf(status)]).toEqual([[], ["deploying", "False", "HooksPending"], ["HooksPending"]]);
  });

  test("join: the first set runs and is ready, and whoever joins later gets volumes and no pod", () => {
    const app = withHooks("join: {exec: [x], before: start}");
    const { target, status } = begun(app, 2);
    expect(readyOf(status)).toEqual(["ready", "True", "AllMembersReady"]);
    const after = target.converge(written(app, members(3), 2));
    expect([target.names("Pod"), readyOf(after)]).toEqual([pods(0, 1), ["deploying", "False", "HooksPending"]]);
    expect(target.record?.members["server"]?.["2"]).toMatchObject({ state: "planned", start: "join" });
  });

  test("rejoin: a member that crashed is not made anew, and the others run on", () => {
    const app = withHooks("rejoin: {exec: [x], before: start}");
    const { target, status } = begun(app);
    expect(status.state).toBe("ready");
    target.kill("c-server-1");
    const after = target.converge(written(app, members(3)));
    expect([target.names("Pod"), readyOf(after)]).toEqual([pods(0, 2), ["deploying", "False", "HooksPending"]]);
  });

  test("configure: at each start of a member that keeps nothing, and only at the first of one that has volumes", () => {
    const app = (volumes: string, hooks: string) => `  roles: {server: {members: 1+, volumes: {${volumes}}, hooks: {${hooks}}}}\n`;
    const scratch = "work: {path: /work, size: 1Gi, keep: pod}";
    for (const [volumes, isMade] of [["", false], [scratch, false], ["data: {path: /data, size: 1Gi}", true]] as const) {
      const target = new SimulatedTarget();
      target.converge(written(app(volumes, ""), members(2)));
      target.kill("c-server-1");
      const status = target.converge(written(app(volumes, "configure: {exec: [x], before: start}"), members(2)));
      expect([volumes, target.names("Pod"), status.state]).toEqual([volumes, isMade ? pods(0, 1) : pods(0), isMade ? "ready" : "deploying"]);
    }
  });

  test("revive: only after all were down, and not of a role that never ran", () => {
    const app = withHooks("revive: {exec: [x], before: start}");
    const { target, status } = begun(app);
    expect(status.state).toBe("ready");
    target.kill("c-server-1");
    expect(target.converge(written(app, members(3))).state).toBe("ready");
    target.converge(written(app, `stopped: true, ${members(3)}`, 2));
    const after = target.converge(written(app, members(3), 3));
    expect([target.names("Pod"), reasonsOf(after)]).toEqual([[], ["HooksPending"]]);

    const fresh = new SimulatedTarget();
    fresh.converge(written(app, "stopped: true"));
    expect(fresh.converge(written(app, "", 2)).state).toBe("ready");
  });
});

describe("a hook of the start", () => {
  test.each(["configure", "create", "facts"])("%s: the first set runs, has not formed, and is not said to be ready", (hook) => {
    const { target, status } = begun(withHooks(`${hook}: {exec: [x]}`));
    expect([target.names("Pod"), status.formed, readyOf(status)]).toEqual([pods(0, 1, 2), false, ["deploying", "False", "HooksPending"]]);
  });

  test("join with bootstrap: first: one counts, the next runs and does not, and with join: serial nobody comes after it", () => {
    const { target, status } = begun(withHooks("join: {exec: [x]}", "members: 1+, bootstrap: first, join: serial"));
    expect([target.names("Pod"), readyOf(status)]).toEqual([pods(0, 1), ["deploying", "False", "HooksPending"]]);
    expect(Object.values(target.record?.members["server"] ?? {}).map(({ state }) => state)).toEqual(["in", "planned"]);
  });

  test("rejoin: a member that counts is made anew, and the cluster is not said to be ready before it was told", () => {
    const app = withHooks("rejoin: {exec: [x]}");
    const { target, status } = begun(app);
    expect(status.state).toBe("ready");
    target.kill("c-server-1");
    const after = target.converge(written(app, members(3)));
    expect([target.names("Pod"), readyOf(after)]).toEqual([pods(0, 1, 2), ["deploying", "False", "HooksPending"]]);
  });

  test("of the cluster: create is due once all roles have formed, unless it adopts one that was created", () => {
    const app = "  hooks: {create: {exec: [x], at: a/any}}\n  roles: {a: {members: 1}, b: {members: 1, volumes: {data: {path: /data, size: 1Gi}}}}\n";
    const target = new SimulatedTarget();
    const status = target.converge(written(app));
    expect([status.formed, readyOf(status)]).toEqual([true, ["deploying", "False", "HooksPending"]]);
    const before = written(app);
    target.converge({ ...before, intent: { kind: "delete", deleteVolumes: false } });
    const next = "01900000-0000-7000-8000-0000000000ff";
    expect(target.converge(written(app, `adopt: ${before.uid}`, 1, { uid: next })).state).toBe("ready");
  });
});

describe("a hook of the end", () => {
  test.each(["handover", "leave"])("%s: a member that counts stays until it was told, and may change its mind", (hook) => {
    const app = withHooks(`${hook}: {exec: [x]}`, "members: 1+, standing: {probe: {exec: [s]}, order: [a, b]}");
    const { target, status } = begun(app);
    expect(status.state).toBe("ready");
    const after = target.converge(written(app, members(1), 2));
    expect([target.names("Pod"), readyOf(after)]).toEqual([pods(0, 1, 2), ["deploying", "False", "HooksPending"]]);
    expect(Object.values(target.record?.members["server"] ?? {}).map(({ leaving, state }) => [leaving, state])).toEqual([[false, "in"], [true, "in"], [true, "in"]]);
    expect(target.converge(written(app, members(3), 3)).state).toBe("ready");
  });

  test("leave is asked of nobody who never counted", () => {
    const app = withHooks("join: {exec: [x]}, leave: {exec: [x]}");
    const { target } = begun(app, 2);
    target.converge(written(app, members(3), 2));
    expect(target.names("Pod")).toEqual(pods(0, 1, 2));
    expect(target.converge(written(app, members(2), 3)).state).toBe("ready");
    expect(target.names("Pod")).toEqual(pods(0, 1));
  });

  test("forget comes before the removal of one that is lost, who goes first; without it a person is waited for", () => {
    for (const hooks of ["leave: {exec: [x]}, forget: {exec: [x]}", "leave: {exec: [x]}"]) {
      const { target } = begun(withHooks(hooks));
      target.kill("c-server-0");
      target.lose("c-server-0-data-1");
      const after = target.converge(written(withHooks(hooks), members(2), 2));
      expect([after.conditions[0]?.status, target.record?.members["server"]?.["0"]]).toMatchObject(["False", { leaving: true, state: "in" }]);
      expect(target.names("Pod")).toEqual(pods(1, 2));
      expect(JSON.stringify(after.waiting).includes("no forget that others could run")).toBe(!hooks.includes("forget"));
    }
    const { target } = begun(withHooks("flush: {exec: [x]}"));
    target.kill("c-server-0");
    target.lose("c-server-0-data-1");
    expect(target.converge(written(withHooks("flush: {exec: [x]}"), members(2), 2)).state).toBe("ready");
  });

  test("left: the member is gone, its index is not given to another before it was said", () => {
    const app = withHooks("left: {exec: [x]}");
    const { target } = begun(app);
    const gone = target.converge(written(app, members(2), 2));
    expect([target.names("Pod"), readyOf(gone)]).toEqual([pods(0, 1), ["deploying", "False", "HooksPending"]]);
    const again = target.converge(written(app, members(3), 3));
    expect([target.names("Pod"), again.conditions[0]?.status, target.record?.members["server"]?.["2"]?.state]).toEqual([pods(0, 1), "False", "gone"]);
  });

  test("a cluster is deleted all the same, and stops once nobody has to be told", () => {
    const app = withHooks("leave: {exec: [x]}, flush: {exec: [x]}, left: {exec: [x]}");
    const { target } = begun(app);
    expect(target.converge({ ...written(app, members(3)), intent: { kind: "delete", deleteVolumes: false } }).gone).toBe(true);
    expect(begun(app).target.converge(written(app, `stopped: true, ${members(3)}`, 2)).state).toBe("stopping");
    const others = withHooks("leave: {exec: [x]}, handover: {exec: [x]}", "members: 1+, standing: {probe: {exec: [s]}, order: [a, b]}");
    expect(begun(others).target.converge(written(others, `stopped: true, ${members(3)}`, 2)).state).toBe("stopped");
  });
});

describe("a hook of each new pod", () => {
  test("rejoin: an update goes neither to the next member nor to the next role before it has run", () => {
    const app = (env: string) => `  env: {A: ${env}}\n  roles: {server: {members: 1+, volumes: {data: {path: /data, size: 1Gi}}, hooks: {rejoin: {exec: [x]}}}, next: {members: 1, after: [server]}}\n`;
    const { target } = begun(app("one"));
    const place = target.log.length;
    expect(readyOf(target.converge(written(app("two"), members(3))))).toEqual(["deploying", "False", "HooksPending"]);
    expect(target.podsSince(place)).toEqual(["delete c-server-2", "create c-server-2"]);
    const single = begun(app("one"), 1).target;
    const after = single.log.length;
    single.converge(written(app("two"), members(1)));
    expect(single.podsSince(after)).toEqual(["delete c-server-0", "create c-server-0"]);
  });
});

describe("a hook before a planned stop", () => {
  const app = (env: string, update = "") => `  env: {A: ${env}}\n${withHooks("flush: {exec: [x]}", `members: 1+${update}`)}`;

  test.each(["flush", "handover"])("%s: nobody who is ready is made anew", (hook) => {
    const told = (env: string) => `  env: {A: ${env}}\n${withHooks(`${hook}: {exec: [x]}`, "members: 1+, standing: {probe: {exec: [s]}, order: [a, b]}")}`;
    const { target } = begun(told("one"));
    const place = target.log.length;
    expect(readyOf(target.converge(written(told("two"), members(3))))).toEqual(["deploying", "False", "HooksPending"]);
    expect(target.podsSince(place)).toEqual([]);
  });

  test("those that are not ready go at once; where all stop together, none before the others", () => {
    const { target } = begun(app("one"));
    target.unready("c-server-0");
    const place = target.log.length;
    target.converge(written(app("two"), members(3)));
    expect(target.podsSince(place)).toEqual(["delete c-server-0", "create c-server-0"]);

    const together = begun(app("one", ", update: {allAtOnce: true}")).target;
    together.unready("c-server-0");
    const after = together.converge(written(app("two", ", update: {allAtOnce: true}"), members(3)));
    expect([together.names("Pod"), reasonsOf(after)]).toEqual([pods(0, 1, 2), ["HooksPending"]]);
    for (const pod of pods(0, 1, 2)) together.unready(pod);
    expect(readyOf(together.converge(written(app("two", ", update: {allAtOnce: true}"), members(3))))).toEqual(["ready", "True", "AllMembersReady"]);
  });
});

describe("peers", () => {
  const app = withHooks("peers: {exec: [x]}", "members: 0+");

  test("are due after a change of who counts, not at the first start, and not where nobody is left who could be told", () => {
    const { target, status } = begun(app);
    expect(readyOf(status)).toEqual(["ready", "True", "AllMembersReady"]);
    expect(readyOf(target.converge(written(app, members(4), 2)))).toEqual(["deploying", "False", "HooksPending"]);
    expect(readyOf(target.converge(written(app, members(0), 3)))).toEqual(["ready", "True", "AllMembersReady"]);
  });

  test("of the app are due in all roles when who counts changes in one", () => {
    const ofAll = "  hooks: {peers: {exec: [x]}}\n  roles: {server: {members: 1+}, other: {members: 1}, deaf: {members: 1, hooks: {peers: null}}}\n";
    const { target, status } = begun(ofAll, 1);
    expect(status.state).toBe("ready");
    const due = (app: string) => target.converge(written(app, members(2), 2)).waiting.map(({ what }) => what);
    expect(due(ofAll)).toEqual(["role other", "role server"]);
  });

  test("reload is such a hook, and restart is none", () => {
    const reload = withHooks("peers: reload, reload: {exec: [x]}");
    const { target } = begun(reload, 2);
    expect(readyOf(target.converge(written(reload, members(3), 2)))).toEqual(["deploying", "False", "HooksPending"]);
    const restart = begun(withHooks("peers: restart"), 2);
    expect(readyOf(restart.target.converge(written(withHooks("peers: restart"), members(3), 2)))).toEqual(["ready", "True", "AllMembersReady"]);
  });
});

describe("the condition HooksPending", () => {
  test.each(["rotate", "upgradeBegin", "leave", "peers", "reload"])("is there for %s, which is not due, and Ready is true", (hook) => {
    expect(conditionsOf(withHooks(`${hook}: {exec: [x]}`))).toEqual(["Ready True", "Progressing False", "HooksPending True"]);
  });

  test("is there for a standing and for healthy, which says that it is unknown", () => {
    expect(conditionsOf("  roles: {server: {members: 1+, standing: {probe: {exec: [s]}, order: [a]}}}\n")).toEqual(["Ready True", "Progressing False", "HooksPending True"]);
    expect(conditionsOf("  roles: {server: {members: 1+, probes: {healthy: {exec: [h]}}}}\n")).toEqual(["Ready True", "Progressing False", "Healthy Unknown", "HooksPending True"]);
  });

  test("is not there without any of them, for peers: restart, and for roles without members", () => {
    expect(conditionsOf("  hooks: {peers: restart}\n  roles: {server: {members: 1+}}\n")).toEqual(["Ready True", "Progressing False"]);
    expect(conditionsOf("  roles: {server: {members: 1+}, none: {members: 0+, hooks: {create: {exec: [x]}}}}\n")).toEqual(["Ready True", "Progressing False"]);
  });
});
