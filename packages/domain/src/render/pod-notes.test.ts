import { describe, expect, test } from "vitest";
import { SimulatedTarget } from "../life/testing/world.ts";
import { written } from "../life/testing/written.ts";
import { annotation } from "./identity.ts";

const app = (command: string) => `  command: [sh, -c, "${command}"]\n  roles: {server: {members: 1+, volumes: {data: {path: /data, size: 1Gi}}}}\n`;
const reading = app("exec run $(cat /troupe/start)");
const members = (count: number) => `roles: {server: {members: ${count}}}`;
const noteOf = (target: SimulatedTarget, pod: string, key: string) => target.get("Pod", pod)?.metadata.annotations?.[key];
const startOf = (target: SimulatedTarget, pod: string) => noteOf(target, pod, annotation.start);
const patchesOf = (target: SimulatedTarget) => target.log.filter((entry) => entry.startsWith("apply Pod/"));

describe("/troupe/start", () => {
  test("says how a member starts, and rejoin once it has counted: one request a life", () => {
    const target = new SimulatedTarget();
    target.pass(written(reading, members(2)));
    expect([startOf(target, "c-server-0"), startOf(target, "c-server-1")]).toEqual(["bootstrap", "bootstrap"]);
    target.converge(written(reading, members(3), 2));
    expect([0, 1, 2].map((index) => startOf(target, `c-server-${index}`))).toEqual(["rejoin", "rejoin", "rejoin"]);
    target.kill("c-server-1");
    target.converge(written(reading, members(3), 2));
    expect([startOf(target, "c-server-1"), patchesOf(target)]).toEqual(["rejoin", ["apply Pod/c-server-0", "apply Pod/c-server-1", "apply Pod/c-server-2"]]);
  });

  test("is not there for a definition that does not name it, and costs nothing then", () => {
    const target = new SimulatedTarget();
    target.converge(written(app("exec run"), members(2)));
    expect([startOf(target, "c-server-0"), patchesOf(target), JSON.stringify(target.get("Pod", "c-server-0"))]).toEqual([undefined, [], expect.not.stringContaining("downwardAPI")]);
  });

  test("is a file that the kubelet writes from the pod's annotation", () => {
    const target = new SimulatedTarget();
    target.converge(written(reading, members(1)));
    expect(JSON.stringify(target.get("Pod", "c-server-0"))).toContain(`{"downwardAPI":{"items":[{"path":"start","fieldRef":{"fieldPath":"metadata.annotations['troupe.dev/start']"}}]}}`);
  });
});

describe("/troupe/context.json", () => {
  const contexts = (target: SimulatedTarget) => [0, 1, 2].map((index) => noteOf(target, `c-server-${index}`, annotation.context));

  test("is fresh soon where the definition names it: every pod gets a note when it has changed, and a new pod is made with it", () => {
    const [target, cluster] = [new SimulatedTarget(), written(app("exec run /troupe/context.json"), members(3))];
    target.converge(cluster);
    const [first, ...others] = contexts(target);
    expect([first?.length, others]).toEqual([16, [first, first]]);
    target.converge(written(app("exec run /troupe/context.json"), members(4), 2));
    const [later, ...rest] = contexts(target);
    expect([later === first, rest]).toEqual([false, [later, later]]);
    expect(startOf(target, "c-server-0")).toBeUndefined();
  });

  test("costs nothing where the definition does not name it", () => {
    const target = new SimulatedTarget();
    target.converge(written(app("exec run"), members(3)));
    target.converge(written(app("exec run"), members(4), 2));
    expect([contexts(target), patchesOf(target)]).toEqual([[undefined, undefined, undefined], []]);
  });
});
