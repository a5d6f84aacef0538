import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aCluster, anApp, aRole } from "../testing.ts";
import { parseTemplate, textTemplate } from "../expression/template.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import type { Need } from "../plan/sources.ts";
import { advance } from "./advance.ts";
import type { ClusterRecord } from "./record.ts";
import { SimulatedTarget } from "./testing/world.ts";

const two = (first: number, second: number, change: Partial<DesiredCluster> = {}): DesiredCluster =>
  aCluster([{ defined: aRole({ name: "first" }), count: first }, { defined: aRole({ name: "second", after: ["first"] }), count: second }], change);

const one = (count: number, role: Parameters<typeof aRole>[0] = {}, change: Partial<DesiredCluster> = {}): DesiredCluster => aCluster([{ defined: aRole(role), count }], change);

describe("creation", () => {
  test("the first set of every role is planned in one write, before anything else exists", () => {
    const target = new SimulatedTarget();
    const { step } = target.pass(two(2, 1));
    expect(Object.keys(step.record?.members["second"] ?? {})).toEqual(["0"]);
    expect(target.recordWrites).toBe(1);
  });

  test("a role starts once those before it are ready", () => {
    const target = new SimulatedTarget();
    const { status } = target.pass(two(2, 1));
    expect(target.names("Pod")).toEqual(["c-first-0", "c-first-1"]);
    expect(status.waiting).toMatchObject([{ reason: "WaitingForRole" }]);
    target.settle();
    target.pass(two(2, 1));
    expect(target.names("Pod")).toContain("c-second-0");
  });

  test("it costs one write of the record, and one a level of after", () => {
    const target = new SimulatedTarget();
    expect(target.converge(two(3, 3)).state).toBe("ready");
    expect(target.recordWrites).toBe(3);
  });

  test("a role may have a name that every object inherits", () => {
    const target = new SimulatedTarget();
    const cluster = one(1, { name: "constructor" });
    expect(target.converge(cluster).state).toBe("ready");
    expect(target.names("PersistentVolumeClaim")).toEqual(["c-constructor-0-data-1"]);
  });

  test("with bootstrap: first one member is there before the others join it, one after another where serial", () => {
    const target = new SimulatedTarget();
    const cluster = one(3, { bootstrap: "first", join: "serial" });
    target.pass(cluster);
    expect(target.names("Pod")).toEqual(["c-server-0"]);
    target.settle();
    target.pass(cluster);
    expect(target.names("Pod")).toEqual(["c-server-0", "c-server-1"]);
    expect(target.record?.members["server"]?.["1"]?.start).toBe("join");
    target.converge(cluster);
    expect(target.names("Pod")).toHaveLength(3);
  });

  test("nothing starts while something that it needs is missing", () => {
    const target = new SimulatedTarget();
    const waiting = one(1, {}, { needs: { zk: { kind: "waiting", provider: "z", message: "not there" } } });
    const { status } = target.pass(waiting);
    expect(target.names("Pod")).toEqual([]);
    expect(status).toMatchObject({ state: "deploying", waiting: [{ what: "needs zk", reason: "WaitingForNeeds" }] });
  });
});

describe("a member", () => {
  test("that was lost comes back under its name, with its volume, to rejoin", () => {
    const target = new SimulatedTarget();
    target.converge(one(3));
    target.kill("c-server-1");
    expect(target.pass(one(3)).changes).toMatchObject([{ kind: "create", object: { metadata: { name: "c-server-1" } } }]);
    expect(target.record?.members["server"]?.["1"]).toMatchObject({ life: 1, start: "rejoin" });
  });

  test("whose volume is gone is lost: nothing empty takes its place, the others go on, and a smaller number removes it", () => {
    const target = new SimulatedTarget();
    target.converge(one(3));
    target.kill("c-server-1");
    target.lose("c-server-1-data-1");
    const { status, changes } = target.pass(one(3));
    expect(changes).toEqual([]);
    expect(status).toMatchObject({ state: "degraded", waiting: [{ what: "member c-server-1", reason: "MemberLost" }] });
    target.kill("c-server-0");
    target.converge(one(3));
    expect(target.names("Pod")).toEqual(["c-server-0", "c-server-2"]);
    expect(target.converge(one(2)).state).toBe("ready");
    expect(target.converge(one(3)).state).toBe("ready");
    expect(target.record?.members["server"]?.["1"]).toMatchObject({ life: 2, start: "rejoin" });
    expect(target.names("PersistentVolumeClaim")).toEqual(["c-server-0-data-1", "c-server-1-data-2", "c-server-2-data-1"]);
  });

  test("gets a volume that the definition has gained, and is not lost before it is made", () => {
    const target = new SimulatedTarget();
    target.converge(one(2));
    const data = { name: "data", path: "/data", size: "1Gi", class: undefined, keep: "always" as const, block: false, seed: false };
    const gained = one(2, { volumes: { data, log: { ...data, name: "log", path: "/log" } } });
    expect(target.converge(gained).state).toBe("ready");
    expect(target.names("PersistentVolumeClaim")).toEqual(["c-server-0-data-1", "c-server-0-log-1", "c-server-1-data-1", "c-server-1-log-1"]);
    expect(target.record?.members["server"]?.["0"]?.unmade).toEqual([]);
    target.kill("c-server-0");
    target.lose("c-server-0-log-1");
    expect(target.pass(gained).status.waiting).toMatchObject([{ reason: "MemberLost" }]);
  });

  test("of a cluster that has formed heals with what its provider said last, and the wait is shown", () => {
    const target = new SimulatedTarget();
    const server = aRole({ env: { A: parseTemplate("${{ needs.zk.address }}") } });
    const app = anApp({ needs: { zk: { app: undefined, version: undefined, optional: false } } }, [server]);
    const needs = (need: Need) => aCluster([{ defined: server, count: 2 }], { app, needs: { zk: need } });
    target.converge(needs({ kind: "bound", provider: "z", exports: { address: "z:1" } }));
    const away = needs({ kind: "waiting", provider: "z", message: "does not say" });
    target.kill("c-server-0");
    expect(target.converge(away)).toMatchObject({ state: "ready", waiting: [{ what: "needs zk", reason: "WaitingForNeeds" }] });
    expect(JSON.stringify(target.get("Pod", "c-server-0"))).toContain('"value":"z:1"');
  });

  test("heals although a role before its own is not ready", () => {
    const target = new SimulatedTarget();
    target.converge(two(2, 1));
    target.unready("c-first-0");
    target.kill("c-second-0");
    target.pass(two(2, 1));
    expect(target.names("Pod")).toContain("c-second-0");
  });

  test("is not made again before the last pod of its name is gone", () => {
    const target = new SimulatedTarget();
    target.converge(one(1));
    const changed = one(1, { env: { A: textTemplate("b") } });
    target.pass(changed);
    expect(target.pass(changed).changes).toEqual([]);
    target.settle();
    expect(target.pass(changed).changes).toMatchObject([{ kind: "create" }]);
  });
});

describe("a change of the number", () => {
  test("up: the lowest free index, in a life that never was", () => {
    const target = new SimulatedTarget();
    target.converge(one(3));
    target.converge(one(2));
    target.converge(one(3));
    expect(target.names("PersistentVolumeClaim")).toEqual(["c-server-0-data-1", "c-server-1-data-1", "c-server-2-data-1", "c-server-2-data-2"]);
    expect(target.record?.members["server"]?.["2"]).toMatchObject({ life: 2 });
  });

  test("down: the record says gone before the pod goes, and the volume stays", () => {
    const target = new SimulatedTarget();
    target.converge(one(3));
    const { step } = target.pass(one(2));
    expect(step.record?.members["server"]?.["2"]).toMatchObject({ state: "gone", leaving: true });
    target.converge(one(2));
    expect(target.names("Pod")).toEqual(["c-server-0", "c-server-1"]);
    expect(target.names("PersistentVolumeClaim")).toHaveLength(3);
  });

  test("down, serial: one at a time, all of them marked from the beginning", () => {
    const target = new SimulatedTarget();
    target.converge(one(4, { join: "serial" }));
    const { step } = target.pass(one(2, { join: "serial" }));
    expect(Object.values(step.record?.members["server"] ?? {}).map(({ leaving, state }) => [leaving, state])).toEqual([[false, "in"], [false, "in"], [true, "in"], [true, "gone"]]);
    target.converge(one(2, { join: "serial" }));
    expect(target.names("Pod")).toHaveLength(2);
  });

  test("the claim of a volume that goes with its member is deleted with it", () => {
    const target = new SimulatedTarget();
    const volumes = { data: { name: "data", path: "/data", size: "1Gi", class: undefined, keep: "member" as const, block: false, seed: false } };
    target.converge(one(2, { volumes }));
    target.converge(one(1, { volumes }));
    expect(target.names("PersistentVolumeClaim")).toEqual(["c-server-0-data-1"]);
  });

  test("restarts nobody", () => {
    const target = new SimulatedTarget();
    target.converge(one(3));
    const before = target.log.length;
    target.converge(one(4));
    expect(target.log.slice(before).filter((line) => line.startsWith("delete"))).toEqual([]);
  });
});

describe("a change of what members are made from", () => {
  const changed = (count: number): DesiredCluster => one(count, { env: { A: textTemplate("b") } });

  test("makes them anew one at a time, highest index first, as long as all others are ready", () => {
    const target = new SimulatedTarget();
    target.converge(one(3));
    expect(target.pass(changed(3)).changes).toMatchObject([{ kind: "delete", object: { name: "c-server-2" } }]);
    expect(target.pass(changed(3)).changes).toEqual([]);
    expect(target.converge(changed(3)).state).toBe("ready");
    expect(target.log.filter((line) => line.startsWith("delete Pod"))).toEqual(["delete Pod/c-server-2", "delete Pod/c-server-1", "delete Pod/c-server-0"]);
  });

  test("replaces those that are not ready at once, outside the budget", () => {
    const target = new SimulatedTarget();
    target.converge(one(3));
    target.unready("c-server-0");
    target.unready("c-server-1");
    expect(target.pass(changed(3)).changes).toMatchObject([{ object: { name: "c-server-0" } }, { object: { name: "c-server-1" } }]);
  });

  test("goes by roles in the order of their starts", () => {
    const target = new SimulatedTarget();
    target.converge(two(2, 2));
    const both = aCluster([{ defined: aRole({ name: "first", user: 7 }), count: 2 }, { defined: aRole({ name: "second", user: 7, after: ["first"] }), count: 2 }]);
    target.converge(both);
    expect(target.log.filter((line) => line.startsWith("delete Pod"))).toEqual(["c-first-1", "c-first-0", "c-second-1", "c-second-0"].map((pod) => `delete Pod/${pod}`));
  });
});

describe("deletion", () => {
  const going = (cluster: DesiredCluster, deleteVolumes = false): DesiredCluster => ({ ...cluster, intent: { kind: "delete", deleteVolumes } });

  test("roles in reverse of after, then everything but volumes; the record last", () => {
    const target = new SimulatedTarget();
    target.converge(two(2, 1));
    const { changes } = target.pass(going(two(2, 1)));
    expect(changes.map((change) => change.object)).toMatchObject([{ name: "c-second-0" }]);
    const status = target.converge(going(two(2, 1)));
    expect(status).toMatchObject({ state: "deleting", gone: true, kept: ["c-first-0-data-1", "c-first-1-data-1", "c-second-0-data-1"] });
    expect([...target.objects.keys()].every((key) => key.startsWith("PersistentVolumeClaim/"))).toBe(true);
    expect(target.record).toBeUndefined();
  });

  test("volumes go when they were asked for by name", () => {
    const target = new SimulatedTarget();
    target.converge(one(2));
    target.converge(going(one(2), true));
    expect([...target.objects.keys()]).toEqual([]);
  });

  test("a cluster that never formed goes as well", () => {
    const target = new SimulatedTarget();
    target.pass(two(2, 1));
    expect(target.converge(going(two(2, 1))).gone).toBe(true);
  });
});

describe("a cluster of the name of one that went", () => {
  const next = "01900000-0000-7000-8000-0000000000ff";

  test("gets volumes of a new life", () => {
    const target = new SimulatedTarget();
    target.converge(one(1));
    target.converge({ ...one(1), intent: { kind: "delete", deleteVolumes: false } });
    target.converge(one(1, {}, { uid: next }));
    expect(target.names("PersistentVolumeClaim")).toEqual(["c-server-0-data-1", "c-server-0-data-2"]);
  });

  test("takes the old ones over where it adopts, and its members rejoin", () => {
    const target = new SimulatedTarget();
    const before = one(2);
    target.converge(before);
    expect(advance(one(2, {}, { uid: next, adopt: before.uid }), undefined, target.observe(one(2, {}, { uid: next, adopt: before.uid })), 0)).toMatchObject({ phase: "blocked", waits: [{ reason: "WaitingForAdoptedVolumes" }] });
    target.converge({ ...before, intent: { kind: "delete", deleteVolumes: false } });
    const adopting = one(2, {}, { uid: next, adopt: before.uid });
    target.pass(adopting);
    expect(target.record?.members["server"]?.["0"]).toMatchObject({ life: 1, start: "rejoin", claims: { data: "c-server-0-data-1" } });
    expect(target.converge(adopting).state).toBe("ready");
    expect(target.names("PersistentVolumeClaim")).toEqual(["c-server-0-data-1", "c-server-1-data-1"]);
    expect(target.get("PersistentVolumeClaim", "c-server-0-data-1")?.metadata.labels?.["troupe.dev/cluster-uid"]).toBe(next);
  });

  test("waits where only the old secrets are left, and not the volumes that they belong to", () => {
    const target = new SimulatedTarget();
    const adopting = one(2, {}, { uid: next, adopt: one(2).uid });
    const observed = { ...target.observe(adopting), secrets: new Set(["c-secrets-00000001"]), adoptedSecret: "c-secrets-00000001" };
    expect(advance(adopting, undefined, observed, 0)).toMatchObject({ phase: "blocked", waits: [{ reason: "WaitingForAdoptedVolumes" }] });
  });

  test("does not take over what members left that were removed while it lived: they would rejoin with what is long out of date", () => {
    const target = new SimulatedTarget();
    const before = one(3);
    target.converge(before);
    target.converge(one(2));
    target.converge({ ...before, intent: { kind: "delete", deleteVolumes: false } });
    const adopting = one(3, {}, { uid: next, adopt: before.uid });
    expect(target.converge(adopting).state).toBe("ready");
    expect(target.record?.members["server"]?.["2"]).toMatchObject({ life: 2, claims: { data: "c-server-2-data-2" } });
  });
});

describe("a formed cluster whose record is gone", () => {
  test("is put together from what was reported last, and nothing is bootstrapped", () => {
    const target = new SimulatedTarget();
    target.converge(one(3));
    const reported: ClusterRecord | undefined = structuredClone(target.record);
    target.record = undefined;
    const { step, changes } = target.pass(one(3, {}, { formed: true, lastRecord: reported }));
    expect(step.record).toMatchObject({ members: reported?.members });
    expect(changes).toEqual([]);
  });

  test("and no report of it: adopted volumes keep the names that they have", () => {
    const target = new SimulatedTarget();
    const before = one(1);
    target.converge(before);
    target.converge({ ...before, intent: { kind: "delete", deleteVolumes: false } });
    const adopting = one(1, {}, { uid: "01900000-0000-7000-8000-0000000000ff", name: "d", adopt: before.uid });
    target.converge(adopting);
    target.record = undefined;
    const { step, changes } = target.pass({ ...adopting, formed: true });
    expect(step.record?.members["server"]?.["0"]).toMatchObject({ claims: { data: "c-server-0-data-1" }, start: "rejoin" });
    expect(changes).toEqual([]);
  });

  test("waits for a person when nothing was reported", () => {
    const target = new SimulatedTarget();
    expect(target.pass(one(3, {}, { formed: true })).status).toMatchObject({ state: "failed", waiting: [{ reason: "RecordMissing" }] });
    expect(target.names("Pod")).toEqual([]);
  });
});

describe("whatever happens", () => {
  const edit = fc.record({ first: fc.integer({ min: 1, max: 4 }), second: fc.integer({ min: 0, max: 4 }), text: fc.constantFrom("a", "b"), serial: fc.boolean() });
  const harm = fc.record({ pod: fc.constantFrom("c-first-0", "c-first-1", "c-second-0", "c-second-3"), how: fc.constantFrom("kill", "unready", "nothing"), passes: fc.integer({ min: 0, max: 3 }) });
  const clusterOf = ({ first, second, text, serial }: { first: number; second: number; text: string; serial: boolean }): DesiredCluster =>
    aCluster([
      { defined: aRole({ name: "first", env: { A: textTemplate(text) }, join: serial ? "serial" : "parallel" }), count: first },
      { defined: aRole({ name: "second", env: { A: textTemplate(text) }, after: ["first"], bootstrap: serial ? "first" : "all" }), count: second },
    ], { app: aCluster([{ defined: aRole({ name: "first" }) }, { defined: aRole({ name: "second" }) }]).app });

  test("it converges, leaves nothing to do, and no volume is ever deleted", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(edit, harm), { minLength: 1, maxLength: 6 }), (steps) => {
        const target = new SimulatedTarget();
        for (const [wanted, { pod, how, passes }] of steps) {
          for (let pass = 0; pass < passes; pass += 1) {
            target.pass(clusterOf(wanted));
            if (pass % 2 === 1) target.settle();
          }
          if (how === "kill") target.kill(pod);
          if (how === "unready") target.unready(pod);
        }
        const last = steps.at(-1)?.[0] ?? { first: 1, second: 0, text: "a", serial: false };
        const status = target.converge(clusterOf(last));
        expect(status.state).toBe("ready");
        expect(target.names("Pod")).toHaveLength(last.first + last.second);
        expect(target.log.filter((line) => line.startsWith("delete Persistent"))).toEqual([]);
        expect(target.pass(clusterOf(last)).changes).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
