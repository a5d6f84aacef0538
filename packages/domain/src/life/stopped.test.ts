import { describe, expect, test } from "vitest";
import { advance } from "./advance.ts";
import { SimulatedTarget } from "./testing/world.ts";
import { readyOf, written } from "./testing/written.ts";

const app = (rest = "") => `${rest}  roles:\n    a: {members: 1+, volumes: {data: {path: /data, size: 1Gi}}}\n    b: {members: 2, after: [a]}\n    c: {members: 1, after: [a, b]}\n`;
const members = (count: number) => `roles: {a: {members: ${count}}}`;

function running(count = 2, definition = app()) {
  const target = new SimulatedTarget();
  target.converge(written(definition, members(count)));
  return target;
}

describe("a cluster that is stopped", () => {
  test("goes down a role at a time, those that others come after last, and comes up the other way", () => {
    const target = running();
    const place = target.log.length;
    target.converge(written(app(), `stopped: true, ${members(2)}`, 2));
    expect(target.podsSince(place)).toEqual(["c-0", "b-0", "b-1", "a-0", "a-1"].map((pod) => `delete c-${pod}`));
    const down = target.log.length;
    target.converge(written(app(), members(2), 3));
    expect(target.podsSince(down)).toEqual(["a-0", "a-1", "b-0", "b-1", "c-0"].map((pod) => `create c-${pod}`));
    expect(Object.values(target.record?.members["a"] ?? {}).map(({ life, start, state }) => [life, start, state])).toEqual([[1, "rejoin", "in"], [1, "rejoin", "in"]]);
  });

  test("keeps everything but its pods, and is neither ready nor progressing once they are gone", () => {
    const target = running();
    const before = [...target.objects.keys()].filter((key) => !key.startsWith("Pod/"));
    const { status } = target.pass(written(app(), `stopped: true, ${members(2)}`, 2));
    expect([readyOf(status), status.waiting]).toEqual([["stopping", "False", "Stopping"], [expect.objectContaining({ reason: "WaitingForPods" })]]);
    const after = target.converge(written(app(), `stopped: true, ${members(2)}`, 2));
    expect([readyOf(after), after.conditions[1]?.status, after.waiting]).toEqual([["stopped", "False", "Stopped"], "False", []]);
    expect([...target.objects.keys()]).toEqual(before);
  });

  test("does not start what stops meanwhile", () => {
    const target = running(3);
    target.pass(written(app(), `stopped: true, ${members(3)}`, 2));
    target.kill("c-a-1");
    target.pass(written(app(), `stopped: true, ${members(3)}`, 2));
    expect(target.names("Pod")).not.toContain("c-a-1");
  });

  test("was created so: it is planned, nothing runs, and its first start is a first start", () => {
    const target = new SimulatedTarget();
    expect(target.converge(written(app(), `stopped: true, ${members(2)}`)).state).toBe("stopped");
    expect(target.log.filter((entry) => /(?:Pod|PersistentVolumeClaim)\//.test(entry))).toEqual([]);
    expect(target.record?.members["a"]?.["0"]).toMatchObject({ start: "bootstrap", state: "planned" });
    expect(target.converge(written(app(), members(2), 2)).state).toBe("ready");
    expect(target.record?.roles["a"]?.allDown).toBeUndefined();
  });

  test("comes back with those that it had before others join, and with what changed meanwhile", () => {
    const target = running(2);
    target.converge(written(app(), `stopped: true, ${members(2)}`, 2));
    const place = target.log.length;
    expect(target.converge(written(app("  env: {A: new}\n"), members(3), 3)).state).toBe("ready");
    expect(target.podsSince(place)).toEqual(["a-0", "a-1", "a-2", "b-0", "b-1", "c-0"].map((pod) => `create c-${pod}`));
    expect(target.record?.members["a"]?.["2"]).toMatchObject({ start: "rejoin", life: 1 });
    expect(target.record?.roles["a"]?.allDown).toBe(false);
  });

  test("begins its way back before whoever joins is planned", () => {
    const target = running(2);
    target.converge(written(app(), `stopped: true, ${members(2)}`, 2));
    target.pass(written(app(), members(3), 3));
    expect(Object.keys(target.record?.members["a"] ?? {})).toEqual(["0", "1"]);
    expect(target.names("Pod")).toEqual(["c-a-0", "c-a-1"]);
  });

  test("gets smaller when it starts, and forgets no volume", () => {
    const target = running(3);
    target.converge(written(app(), `stopped: true, ${members(1)}`, 2));
    expect(target.converge(written(app(), members(1), 3)).state).toBe("ready");
    expect(target.names("Pod")).toEqual(["c-a-0", "c-b-0", "c-b-1", "c-c-0"]);
    expect(target.names("PersistentVolumeClaim")).toHaveLength(3);
  });

  test("waits for nobody who is lost", () => {
    const target = running(3);
    target.converge(written(app(), `stopped: true, ${members(3)}`, 2));
    target.lose("c-a-1-data-1");
    const after = target.converge(written(app(), members(3), 3));
    expect([target.names("Pod"), after.state]).toEqual([["c-a-0", "c-a-2", "c-b-0", "c-b-1", "c-c-0"], "degraded"]);
    expect(target.record?.roles["a"]?.allDown).toBe(false);
  });

  test("is deleted from there", () => {
    const target = running();
    target.converge(written(app(), `stopped: true, ${members(2)}`, 2));
    expect(target.converge({ ...written(app(), `stopped: true, ${members(2)}`, 2), intent: { kind: "delete", deleteVolumes: true } }).gone).toBe(true);
    expect([...target.objects.keys()]).toEqual([]);
  });
});

describe("a cluster that is paused", () => {
  test("is not written to at all: no record, no object, whatever is wanted and whatever broke", () => {
    const target = running(3);
    target.kill("c-a-0");
    target.unready("c-b-0");
    const [log, record] = [target.log.length, target.record];
    const after = target.converge(written(app("  env: {A: new}\n"), `paused: true, labels: {team: x}, ${members(1)}`, 2));
    expect([readyOf(after), after.observedGeneration]).toEqual([["paused", "False", "Paused"], 2]);
    expect([target.log.length, target.record]).toEqual([log, record]);
  });

  test("was created so: nothing is made, and its status says that it is paused", () => {
    const target = new SimulatedTarget();
    const status = target.converge(written(app(), "paused: true"));
    expect([readyOf(status), target.record, target.log]).toEqual([["paused", "False", "Paused"], undefined, []]);
    expect(target.converge(written(app(), "", 2)).state).toBe("ready");
  });

  test("is paused also where it is stopped, and goes on where it was", () => {
    const target = running();
    expect(target.converge(written(app(), `paused: true, stopped: true, ${members(2)}`, 2)).state).toBe("paused");
    expect(target.names("Pod")).toHaveLength(5);
    expect(target.converge(written(app(), `stopped: true, ${members(2)}`, 3)).state).toBe("stopped");
  });

  test("is deleted all the same", () => {
    const target = running();
    expect(advance({ ...written(app(), "paused: true", 2), intent: { kind: "delete", deleteVolumes: false } }, target.record, target.observe(written(app())), 0).phase).toBe("stopping");
  });
});
