import { describe, expect, test } from "vitest";
import { advance } from "./advance.ts";
import { SimulatedTarget } from "./testing/world.ts";
import { readyOf, reasonsOf, written } from "./testing/written.ts";

const app = (fields = "done: [chief]", roles = "chief: {members: 1}, worker: {members: 1+}") => `  run: job\n  ${fields}\n  roles: {${roles}}\n`;
const workers = (count: number) => `roles: {worker: {members: ${count}}}`;
const job = (count = 2, generation = 1) => written(app(), workers(count), generation);

function begun(cluster = job()) {
  const target = new SimulatedTarget();
  target.converge(cluster);
  return target;
}

describe("a cluster that runs to its end", () => {
  test("is not restarted by Kubernetes: its pods end for good", () => {
    expect(begun().get("Pod", "c-chief-0")).toMatchObject({ spec: { restartPolicy: "Never" } });
    expect((begun(written("  roles: {server: {members: 1}}\n")).get("Pod", "c-server-0") as { readonly spec?: object } | undefined)?.spec).not.toHaveProperty("restartPolicy");
  });

  test("is completed by the roles that end it, and by all of them where none is named", () => {
    const target = begun(written(app("label: x"), workers(2)));
    target.end("c-chief-0", "Succeeded");
    expect(target.converge(written(app("label: x"), workers(2))).state).toBe("ready");
    for (const pod of ["c-worker-0", "c-worker-1"]) target.end(pod, "Succeeded");
    expect(readyOf(target.converge(written(app("label: x"), workers(2))))).toEqual(["completed", "False", "Completed"]);
    expect(target.names("Pod")).toEqual(["c-chief-0", "c-worker-0", "c-worker-1"]);
  });

  test("is completed by all that it has, where none of the roles that end it has members", () => {
    const absent = written(app("done: [chief]", "chief: {members: 1, when: \"${{ 1 > 2 }}\"}, worker: {members: 1}"));
    const target = begun(absent);
    target.end("c-worker-0", "Succeeded");
    expect(readyOf(target.converge(absent))).toEqual(["completed", "False", "Completed"]);
  });

  test("stays completed, whatever becomes of its pods, and says so once", () => {
    const target = begun();
    target.end("c-chief-0", "Succeeded");
    target.converge(job());
    const writes = target.recordWrites;
    target.kill("c-chief-0");
    expect([target.converge(job()).state, target.names("Pod"), target.recordWrites]).toEqual(["completed", [], writes]);
  });

  test("does not make anew whoever is done, when something changes", () => {
    const target = begun();
    target.end("c-worker-0", "Succeeded");
    target.converge(job());
    const place = target.log.length;
    target.converge(written(`  env: {A: new}\n${app()}`, workers(2)));
    expect(target.podsSince(place).filter((entry) => entry.includes("worker-0"))).toEqual([]);
    expect(target.podsSince(place)).toContain("delete c-worker-1");
  });

  test("does not wait for a role whose members are done before another starts after it", () => {
    const target = new SimulatedTarget();
    const ordered = written(app("done: [chief]", "worker: {members: 1+}, chief: {members: 1, after: [worker]}"));
    target.pass(ordered);
    target.settle();
    target.end("c-worker-0", "Succeeded");
    target.converge(ordered);
    expect(target.names("Pod")).toEqual(["c-chief-0", "c-worker-0"]);
  });
});

describe("a member that fails", () => {
  test("starts again after 10 s, and twice as long each time, at most 6 min", () => {
    const cluster = written(app("retries: 20"), workers(1));
    const target = begun(cluster);
    const pauses = Array.from({ length: 8 }, () => {
      target.end("c-worker-0", "Failed");
      target.pass(cluster);
      target.settle();
      const { step, status } = target.pass(cluster);
      expect([reasonsOf(status), readyOf(status)]).toEqual([["RetryPending"], ["deploying", "False", "RetryPending"]]);
      target.nowMs += (step.lookAgainInMs ?? 0) - 1;
      target.pass(cluster);
      expect(target.names("Pod")).toEqual(["c-chief-0"]);
      target.nowMs += 1;
      target.converge(cluster);
      expect(target.names("Pod")).toEqual(["c-chief-0", "c-worker-0"]);
      return (step.lookAgainInMs ?? 0) / 1000;
    });
    expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 360, 360]);
  });

  test("is counted once, with its pod, however often a pass is broken off before it was written down, or after", () => {
    const target = begun();
    target.end("c-worker-0", "Failed");
    const decide = (record = target.record) => advance(job(), record, target.observe(job()), target.nowMs).record;
    expect(decide()?.job).toEqual({ generation: 1, retries: 1 });
    expect(decide()?.job).toEqual({ generation: 1, retries: 1 });
    expect(decide(decide())?.job).toEqual({ generation: 1, retries: 1 });
  });

  test("with another at once: both are counted", () => {
    const target = begun();
    for (const pod of ["c-worker-0", "c-worker-1"]) target.end(pod, "Failed");
    target.pass(job());
    expect(target.record?.job?.retries).toBe(2);
  });

  test("fails the cluster once too often: all others stop, what ended stays for its logs, and nothing starts by itself", () => {
    const once = written(app("retries: 0"), workers(2));
    const target = begun(once);
    target.end("c-worker-1", "Failed");
    expect(readyOf(target.converge(once))).toEqual(["failed", "False", "RetriesSpent"]);
    expect([target.names("Pod"), target.record?.job?.retries]).toEqual([["c-worker-1"], 1]);
    target.nowMs += 10_000_000;
    expect(target.converge(once).state).toBe("failed");
  });

  test("is forgiven by another generation, which begins to count anew and waits for no pause", () => {
    const once = (generation: number) => written(app("retries: 1"), workers(2), generation);
    const target = begun(once(1));
    for (const pod of ["c-worker-0", "c-worker-1"]) target.end(pod, "Failed");
    expect(target.converge(once(1)).state).toBe("failed");
    expect(target.converge(once(2)).state).toBe("ready");
    expect(target.record?.job).toEqual({ generation: 2, retries: 0 });
    target.end("c-worker-0", "Failed");
    target.pass(once(2));
    expect(target.record?.job).toEqual({ generation: 2, retries: 1 });
  });
});

describe("a pod that was stopped by somebody", () => {
  test.each(["Succeeded", "Failed"] as const)("%s at that: its member is neither done nor counted as failed, and starts again", (phase) => {
    const target = begun();
    target.pass(written(app(), `stopped: true, ${workers(2)}`, 2));
    for (const pod of target.names("Pod")) target.end(pod, phase);
    expect(target.converge(written(app(), `stopped: true, ${workers(2)}`, 2)).state).toBe("stopped");
    expect([target.record?.job, Object.values(target.record?.members["chief"] ?? {}).map(({ state }) => state)]).toEqual([undefined, ["in"]]);
    expect(target.converge(job(2, 3)).state).toBe("ready");
    expect(target.names("Pod")).toEqual(["c-chief-0", "c-worker-0", "c-worker-1"]);
  });
});
