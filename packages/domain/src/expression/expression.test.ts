import { describe, expect, test } from "vitest";
import { check } from "./cel.ts";
import { evaluateTemplate, evaluateText } from "./evaluate.ts";
import { readsOf } from "./reads.ts";
import type { MemberView, RoleView, Scope } from "./scope.ts";
import { literal, parseTemplate } from "./template.ts";
import type { TypeEnvironment } from "./types.ts";

const types: TypeEnvironment = { roles: ["server", "b-c"], params: { replicas: "integer", tags: "array", ratio: "number" }, exports: ["url", "list"], needs: ["zk"] };
const member = (index: number): MemberView => ({ index, id: index + 1, name: `x-server-${index}`, host: `h${index}`, cpu: 1.5, memoryMiB: 1024, start: "bootstrap", leaving: false });
const server: RoleView = { name: "server", count: 2, members: [member(0), member(1)], all: [member(0), member(1)], ports: { client: 2181 }, serviceHost: "x-server" };
const scope: Scope = {
  cluster: { name: "x", id: "u", project: "p", namespace: "n", domain: "cluster.local" },
  role: "server",
  member: member(1),
  roles: { server, "b-c": { ...server, name: "b-c", members: [], all: [], count: 0 } },
  params: { replicas: 3, tags: ["a", 1], ratio: 2 },
  exports: { url: parseTemplate("http://${{ roles.server.service('client') }}"), list: parseTemplate("${{ roles.server.hosts('client') }}") },
  needs: { zk: { quorum: "z:1" } },
};
const value = (text: string) => evaluateTemplate(parseTemplate(text), types, scope);

describe("a template", () => {
  test.each([
    ["plain", [{ kind: "text", text: "plain" }]],
    ["", []],
    ["$${{ x }}", [{ kind: "text", text: "${{ x }}" }]],
    ["a${{ b }}c", [{ kind: "text", text: "a" }, { kind: "expression", source: "b", offset: 5 }, { kind: "text", text: "c" }]],
    ["${{ {'a': {'b': 1}} }}", [{ kind: "expression", source: "{'a': {'b': 1}}", offset: 4 }]],
    ["${{ '}}' }}", [{ kind: "expression", source: "'}}'", offset: 4 }]],
  ])("%s is split into its parts", (text, parts) => {
    expect(parseTemplate(text).parts).toEqual(parts);
  });

  test.each([["a ${{ b", "2"], ["${{ }}", "3"]])("%s has no expression that ends, which is said with its place", (text, offset) => {
    expect(() => parseTemplate(text)).toThrowError(expect.objectContaining({ kind: "invalid", facts: { offset } }));
  });
});

describe("a value", () => {
  test.each([
    ["${{ member.id }}", 2],
    ["id-${{ member.id }}", "id-2"],
    ["${{ params.replicas + 1 }}", 4],
    ["${{ params.ratio * 1.5 }}", 3],
    ["${{ params.tags }}", ["a", 1]],
    ["${{ roles.server.members.map(m, m.host).join(',') }}", "h0,h1"],
    ["${{ roles.server.members.filter(m, m.name != member.name).first(1).map(m, m.host) }}", ["h0"]],
    ["${{ roles.server.hosts('client').join(',') }}", "h0:2181,h1:2181"],
    ["${{ role.count }}", 2],
    ["${{ roles['b-c'].count }}", 0],
    ["${{ exports.url }}/path", "http://x-server:2181/path"],
    ["${{ exports.list }}", ["h0:2181", "h1:2181"]],
    ["${{ needs.zk.quorum }}", "z:1"],
    ["${{ member.memoryMiB / 2 }}M", "512M"],
    ["${{ max(1, int(member.cpu)) }}", 1],
    ["${{ member.start == 'bootstrap' ? dyn('new') : dyn(null) }}", "new"],
    ["${{ json({'a': [member.index]}) }}", '{"a":[1]}'],
    ["${{ base64('héllo') }}", "aMOpbGxv"],
    ["${{ base64('ab') }}", "YWI="],
    ["[${{ null }}]", "[]"],
  ])("%s", (text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  test("a secret stays a name, also inside text", () => {
    expect(evaluateText(parseTemplate("sst:${{ secrets.sst }}!"), types, scope)).toEqual(["sst:", { secret: "sst" }, "!"]);
  });

  test("null leaves a variable out, an empty text does not", () => {
    expect(evaluateText(parseTemplate("${{ null }}"), types, scope)).toBeNull();
    expect(evaluateText(literal(""), types, scope)).toEqual([]);
  });

  test.each(["${{ roles.server.all[7].host }}", "${{ needs.zk.nothing }}", "${{ int('x') }}"])("%s fails for these values only, as invalid", (text) => {
    expect(() => value(text)).toThrowError(expect.objectContaining({ kind: "invalid" }));
  });
});

describe("the checker", () => {
  test.each([
    ["roles.servr.count", "member"],
    ["params.nope", "member"],
    ["exports.nope", "member"],
    ["needs.nope.x", "member"],
    ["member.id", "cluster"],
    ["member.nope", "member"],
    ["nothing", "member"],
    ["1 +", "member"],
    ["'a' + 1", "member"],
  ] as const)("finds what is wrong with %s in a %s", (source, place) => {
    expect(check(source, types, place).kind).toBe("wrong");
  });

  test("says where", () => {
    expect(check("1 + params.nope", types, "member")).toMatchObject({ offset: 11 });
  });
});

describe("what a template reads", () => {
  test("params, members' fields, needs, exports, Services and ports", () => {
    const reads = readsOf(parseTemplate("${{ params.replicas }} ${{ member.cpu }} ${{ needs.zk.quorum }} ${{ exports.url }} ${{ role.service('client') }}"), types, "server");
    expect([...reads.params]).toEqual(["replicas"]);
    expect([...reads.member]).toEqual(["cpu"]);
    expect(reads.needs).toEqual({ zk: ["quorum"] });
    expect([...reads.exports]).toEqual(["url"]);
    expect([...reads.services]).toEqual(["server"]);
    expect(reads.ports).toMatchObject([{ role: "server", port: "client" }]);
  });

  test("loops inside loops are counted", () => {
    expect(readsOf(parseTemplate("${{ roles.server.all.map(a, roles.server.all.map(b, a.host + b.host)) }}"), types, "server").nestedLoops).toBe(2);
  });
});
