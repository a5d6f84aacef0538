import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SimulatedTarget } from "./testing/world.ts";
import { written } from "./testing/written.ts";

/** Whatever is wanted, in whatever order, and whatever breaks on the way: the end is what was wanted last. */

const wishes = fc.record({
  text: fc.constantFrom("one", "two"),
  first: fc.integer({ min: 1, max: 4 }),
  second: fc.integer({ min: 1, max: 3 }),
  extra: fc.boolean(),
  stopped: fc.boolean(),
  paused: fc.boolean(),
});
const harm = fc.record({ pod: fc.constantFrom("c-first-0", "c-first-1", "c-second-0", "c-extra-0"), how: fc.constantFrom("kill", "unready", "nothing"), passes: fc.integer({ min: 0, max: 4 }) });
const definitions = fc.record({
  update: fc.constantFrom("", "allAtOnce: true", "maxUnavailable: 2"),
  peers: fc.constantFrom("none", "role", "cluster"),
  join: fc.constantFrom("serial", "parallel"),
  bootstrap: fc.constantFrom("all", "first"),
  order: fc.constantFrom("", "updateOrder: [second, first]"),
  gang: fc.boolean(),
});
type Wish = typeof wishes extends fc.Arbitrary<infer T> ? T : never;
type Definition = typeof definitions extends fc.Arbitrary<infer T> ? T : never;

function clusterOf({ update, peers, join, bootstrap, order, gang }: Definition, { text, first, second, extra, stopped, paused }: Wish, generation: number) {
  const app = `
  params: {extra: {type: boolean, default: false}}
  env: {A: ${text}}
  update: {${update}}
  ${order}
  hooks: {${peers === "cluster" ? "peers: restart" : ""}}
  roles:
    first: {members: 1+, join: ${join}, volumes: {data: {path: /data, size: 1Gi}}, hooks: {${peers === "role" ? "peers: restart" : ""}}}
    second: {members: 1+, after: [first], bootstrap: ${bootstrap}, gang: ${gang}}
    extra: {members: {allow: 1+, default: 2}, after: [second], when: "\${{ params.extra }}"}
`.replaceAll(/\n +\n/g, "\n").slice(1);
  return written(app, `params: {extra: ${extra}}, stopped: ${stopped}, paused: ${paused}, roles: {first: {members: ${first}}, second: {members: ${second}}}`, generation);
}

function live(target: SimulatedTarget, cluster: ReturnType<typeof clusterOf>, { pod, how, passes }: { readonly pod: string; readonly how: string; readonly passes: number }): void {
  for (let pass = 0; pass < passes; pass += 1) {
    target.pass(cluster);
    if (pass % 2 === 1) target.settle();
  }
  if (how === "kill") target.kill(pod);
  if (how === "unready") target.unready(pod);
}

describe("whatever happens", () => {
  test("a cluster becomes what was wanted last, has nothing left to do then, and loses no volume", () => {
    fc.assert(
      fc.property(definitions, fc.array(fc.tuple(wishes, harm), { minLength: 1, maxLength: 6 }), (definition, steps) => {
        const target = new SimulatedTarget();
        steps.forEach(([wish, broken], index) => live(target, clusterOf(definition, wish, index + 1), broken));
        const [last] = steps.at(-1) ?? [];
        if (last === undefined) return;
        const cluster = clusterOf(definition, { ...last, paused: false }, steps.length + 1);
        const status = target.converge(cluster);
        expect(status.state).toBe(last.stopped ? "stopped" : "ready");
        expect(target.names("Pod")).toHaveLength(last.stopped ? 0 : last.first + last.second + (last.extra ? 2 : 0));
        expect(target.log.filter((line) => line.startsWith("delete Persistent"))).toEqual([]);
        expect(target.pass(cluster).changes).toEqual([]);
        expect(target.converge(clusterOf(definition, { ...last, paused: false, stopped: false }, steps.length + 2)).state).toBe("ready");
      }),
      { numRuns: 80 },
    );
  });
});
