import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../failure.ts";
import { parseApp } from "../language/app.ts";
import { parseDocument } from "../language/document.ts";
import { checkTemplate, type Expected } from "./check-template.ts";
import { enginesOf, evaluateList, evaluateTemplate, evaluateTogether, textOfValue } from "./evaluate.ts";
import { readsOf } from "./reads.ts";
import type { ClusterScope, MemberScope, RoleScope, Scope } from "./scope.ts";
import { parseTemplate, textTemplate } from "./template.ts";
import type { Place } from "./types.ts";

const app = parseApp(
  parseDocument(`
apiVersion: troupe.dev/v1
kind: App
metadata: {name: anything}
spec:
  version: "1.0"
  image: registry.example/anything:1.0
  params:
    replicas: {type: integer, default: 3}
    ratio: {type: number, default: 2}
    tags: {type: array, required: true}
    zone: {type: string, default: a}
    tuning: {type: string}
  secrets: {password: {generate: password}}
  needs: {zk: {}, cache: {optional: true}}
  exports:
    url: "http://\${{ roles.server.service('client') }}"
    first: "\${{ roles.server.hosts('client')[0] }}"
    replicas: "\${{ params.replicas }}"
    password: "\${{ secrets.password }}"
  roles:
    server: {members: 1+, ports: {client: 2181, peer: 2888}}
    b-c: {members: 0+, ports: {peer: 2888}}
`),
);

const member = (index: number): MemberScope => ({ index, id: index + 1, name: `x-server-${index}`, host: `h${index}`, cpu: 1.5, memoryMiB: 1024, gpu: 0, start: "bootstrap", leaving: false, standing: "", facts: null });
const members = [member(0), member(1)];
const server: RoleScope = { count: 2, members, all: members, ports: { client: 2181, peer: 2888 }, services: { client: "x-server:2181" } };
const empty: RoleScope = { count: 0, members: [], all: [], ports: { peer: 2888 }, services: {} };
const of: ClusterScope = {
  app,
  cluster: { name: "x", id: "u", project: "p", namespace: "n", domain: "cluster.local" },
  params: { replicas: 3, ratio: 2, tags: ["a", 1, { deep: [2] }], zone: "a" },
  needs: { zk: { quorum: "z:1" } },
  roles: { server, "b-c": empty },
};
const inMember: Scope = { of, self: { role: "server", member: member(1) } };
const inCluster: Scope = { of, self: undefined };

const range = (length: number) => Array.from({ length }, (_, index) => index);
const evaluate = (text: string, scope = inMember) => evaluateTemplate(parseTemplate(text), scope);
const problems = (text: string, place: Place = "member", expected: Expected = { result: "text", secrets: "allowed" }) => checkTemplate(parseTemplate(text), enginesOf(app).engineAt(place), expected);

describe("a template", () => {
  test.each([
    ["plain", [{ kind: "text", text: "plain" }]],
    ["", []],
    ["$${{ x }}", [{ kind: "text", text: "${{ x }}" }]],
    ["a$$${{ x }}", [{ kind: "text", text: "a$${{ x }}" }]],
    ["a${{ b }}c", [{ kind: "text", text: "a" }, { kind: "expression", source: "b", offset: 5 }, { kind: "text", text: "c" }]],
    ["${{ {'a': {'b': 1}} }}", [{ kind: "expression", source: "{'a': {'b': 1}}", offset: 4 }]],
    ["${{ '}}' }}", [{ kind: "expression", source: "'}}'", offset: 4 }]],
    [`\${{ "\\"}}" + '''}}''' }}`, [{ kind: "expression", source: `"\\"}}" + '''}}'''`, offset: 4 }]],
  ])("%s is split into its parts", (text, parts) => {
    expect(parseTemplate(text).parts).toEqual(parts);
  });

  test.each([
    ["a ${{ b", "EXPRESSION_UNTERMINATED", "2"],
    ["${{ 'b }}", "EXPRESSION_UNTERMINATED", "0"],
    ["${{ }}", "EXPRESSION_INVALID", "3"],
  ])("%s is refused, with its place", (text, reason, offset) => {
    expect(() => parseTemplate(text)).toThrowError(expect.objectContaining({ kind: "invalid", reason, facts: { offset } }));
  });

  test("never throws but Failure, and joins to what it was split from", () => {
    const piece = fc.constantFrom("${{", "}}", "$", "'", '"', "{", "}", "(", ")", "a", " ", "\\", "b.c");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        try {
          expect(parseTemplate(pieces.join("")).source).toBe(pieces.join(""));
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
        }
      }),
    );
  });
});

describe("a value", () => {
  test.each([
    ["${{ member.id }}", { kind: "json", value: 2 }],
    ["id-${{ member.id }}", { kind: "text", text: "id-2" }],
    ["${{ params.replicas + 1 }}", { kind: "json", value: 4 }],
    ["${{ params.ratio * 1.5 }}", { kind: "json", value: 3 }],
    ["${{ params.tags }}", { kind: "json", value: ["a", 1, { deep: [2] }] }],
    ["${{ params.tags[2].deep[0] + 1 }}", { kind: "json", value: 3 }],
    ["${{ params.tuning }}", { kind: "null" }],
    ["${{ params.tuning == null ? 'none' : params.tuning }}", { kind: "text", text: "none" }],
    ["${{ roles.server.members.map(m, m.host).join(',') }}", { kind: "text", text: "h0,h1" }],
    ["${{ roles.server.members.filter(m, m.name != member.name).first(1).map(m, m.host) }}", { kind: "json", value: ["h0"] }],
    ["${{ roles.server.hosts('client').join(',') }}", { kind: "text", text: "h0:2181,h1:2181" }],
    ["${{ role.name }}/${{ role.count }}", { kind: "text", text: "server/2" }],
    ["${{ roles['b-c'].count }}", { kind: "json", value: 0 }],
    ["${{ exports.url }}/path", { kind: "text", text: "http://x-server:2181/path" }],
    ["${{ exports.replicas + 1 }}", { kind: "json", value: 4 }],
    ["${{ needs.zk.quorum }}", { kind: "text", text: "z:1" }],
    ["${{ needs.cache == null }}", { kind: "json", value: true }],
    ["${{ has(needs.cache) ? needs.cache.url : 'none' }}", { kind: "text", text: "none" }],
    ["${{ has(needs.zk) && has(params.zone) && !has(params.tuning) && !has(member.facts) && has(roles.server.members) }}", { kind: "json", value: true }],
    ["${{ has(needs.cache.url) ? needs.cache.url : 'none' }}", { kind: "text", text: "none" }],
    ["${{ member.memoryMiB / 2 }}M", { kind: "text", text: "512M" }],
    ["${{ max(1, int(member.cpu)) }}", { kind: "json", value: 1 }],
    ["${{ member.start == 'bootstrap' ? 'new' : null }}", { kind: "text", text: "new" }],
    ["${{ member.start == 'replace' ? 'new' : null }}", { kind: "null" }],
    ["[${{ null }}]", { kind: "text", text: "[]" }],
    ["${{ json({'cluster': topology('client'), 'task': {'type': role.name, 'index': member.index}}) }}", { kind: "text", text: '{"cluster":{"server":["h0:2181","h1:2181"]},"task":{"type":"server","index":1}}' }],
    ["${{ yaml({'a': [1, 'b']}) }}", { kind: "text", text: "a:\n  - 1\n  - b\n" }],
    ["${{ base64('héllo') }}", { kind: "text", text: "aMOpbGxv" }],
    ["${{ sha256('a').substring(0, 8) }}", { kind: "text", text: "ca978112" }],
    ["${{ ['b', 'a', 'b'].distinct().sort().join('') }}", { kind: "text", text: "ab" }],
    ["${{ 'node-12'.matches('^node-[0-9]+$') }}", { kind: "json", value: true }],
    ["${{ range(3).map(i, string(i)).join(',') }}", { kind: "text", text: "0,1,2" }],
    ["n=${{ 9007199254740993 }}", { kind: "text", text: "n=9007199254740993" }],
    ["${{ 'a,b,c'.split(',', 2).join('|') + string('abcb'.indexOf('b', 2)) + string('abcb'.lastIndexOf('b', 2)) }}", { kind: "text", text: "a|b,c31" }],
    ["${{ ceil(3.2) + floor(3.9) + round(0.5) }}", { kind: "json", value: 8 }],
  ])("of %s", (text, expected) => {
    expect(problems(text, "member", { result: "list", secrets: "allowed" }).filter(({ message }) => !/must be a list/.test(message))).toEqual([]);
    expect(evaluate(text)).toEqual(expected);
  });

  test("a member that does not count yet sees itself in its role, in order", () => {
    const joining: Scope = { of, self: { role: "server", member: member(2) } };
    expect(evaluate("${{ roles.server.members.map(m, m.host).join() }}", joining)).toEqual({ kind: "text", text: "h0h1h2" });
    expect(evaluate("${{ roles.server.hosts('peer').size() }}", joining)).toEqual({ kind: "json", value: 3 });
    expect(evaluate("${{ roles.server.members.size() }}")).toEqual({ kind: "json", value: 2 });
  });

  test("a secret stays a name, also inside text and through an export", () => {
    expect(evaluate("${{ secrets.password }}")).toEqual({ kind: "secret", parts: [{ kind: "own", name: "password" }] });
    expect(evaluate("user:${{ secrets.password }}!")).toEqual({ kind: "secret", parts: ["user:", { kind: "own", name: "password" }, "!"] });
    expect(evaluate("${{ exports.password }}")).toEqual({ kind: "secret", parts: [{ kind: "own", name: "password" }] });
    expect(evaluate("${{ secrets.password }}", inCluster)).toEqual({ kind: "secret", parts: [{ kind: "own", name: "password" }] });
  });

  test("null leaves a key out, an empty text does not", () => {
    expect(textOfValue({ kind: "null" })).toBeUndefined();
    expect(evaluate("")).toEqual({ kind: "text", text: "" });
    const elements = [textTemplate("run"), parseTemplate("${{ null }}"), textTemplate(""), parseTemplate("${{ member.index }}")];
    expect(evaluateList({ kind: "elements", elements }, inMember)).toEqual(["run", "", "1"]);
    expect(evaluateList({ kind: "whole", template: parseTemplate("${{ ['a', null] + roles.server.hosts('peer') }}") }, inMember)).toEqual(["a", "h0:2888", "h1:2888"]);
  });

  test.each(["${{ roles.server.all[7].host }}", "${{ needs.zk.nothing }}", "${{ int('x') }}", "${{ 1 / 0 }}", "${{ 9007199254740993 }}", "${{ 9223372036854775807 + 1 }}", "${{ range(100000) }}"])(
    "%s fails for these values only, and says for which expression",
    (text) => {
      expect(() => evaluate(text)).toThrowError(expect.objectContaining({ kind: "invalid", reason: "EXPRESSION_FAILED", message: expect.stringContaining("${{") }));
    },
  );
});

describe("what is said of an expression", () => {
  test.each(["${{ needs.cache.url }}", "${{ 'x' + needs['cache']['url'] }}", "${{ params.tags.map(t, needs.cache.url).join(',') }}"])("%s that reads a slot which is bound to nothing names the slot, and how to ask", (text) => {
    expect(() => evaluate(text)).toThrowError(expect.objectContaining({ kind: "invalid", reason: "EXPRESSION_FAILED", message: expect.stringMatching(/slot cache .*has\(needs\.cache\)/) }));
  });

  test.each(["${{ member.cpu * 2 }}", "${{ 2 / member.cpu }}", "${{ max(member.cpu, 1) }}", "${{ params.ratio == 2 }}"])("%s with numbers of both kinds says how to write them", (text) => {
    expect(problems(text)).toMatchObject([{ reason: "EXPRESSION_TYPE", message: expect.stringContaining("write 2.0 for 2") }]);
  });
});

describe("the members of a role", () => {
  const twice = (text: string) => {
    const template = parseTemplate(text);
    return [0, 1].map((index) => evaluateTemplate(template, { of, self: { role: "server", member: member(index) } }));
  };

  test("have what is the same for all of them made once", () => {
    const [first, second] = twice("${{ topology('peer') }}");
    expect(second).toBe(first);
  });

  test.each(["${{ member.name }}", "${{ roles.server.members.map(m, m.name) }}"])("have what each sees in its own way made for each: %s", (text) => {
    const [first, second] = twice(text);
    expect(second).not.toBe(first);
  });
});

describe("cost", () => {
  const squared = (depth: number): string => (depth === 0 ? "1" : `range(1000).map(a${depth}, ${squared(depth - 1)}).size()`);
  test.each([
    ["loops in loops", `\${{ ${squared(4)} }}`],
    ["loops that go on after errors", "${{ range(1000).all(a, range(1000).all(b, range(1000).all(c, c < 1000))) }}"],
    ["texts that double", `\${{ ['xxxxxxxx']${".map(a, a + a + a + a)".repeat(30)}[0].size() }}`],
    ["lists that double", `\${{ [[1]]${".map(a, [a, a])".repeat(30)} == [[1]]${".map(a, [a, a])".repeat(30)} }}`],
    ["lists that double, written out", `\${{ json([[1]]${".map(a, [a, a])".repeat(30)}) }}`],
    ["joining long texts", "${{ range(10000).map(a, sha256('a')).join(sha256('b') + sha256('c')).size() }}"],
    ["comparing long lists, again after the budget is spent", "${{ range(10000).exists(i, range(10000) == range(9999)) }}"],
    ["loops that do nothing", "${{ range(10000).all(i, range(10000).all(j, true)) }}"],
    ["errors that are caught", "${{ range(10000).exists(i, range(10000).exists(j, 1 / 0 == 1)) }}"],
    ["maps", "${{ [json({'a': range(9000)})].map(t, range(9000).map(i, {'a': range(9000)} == {'a': [i]}))[0].size() }}"],
    ["has", "${{ range(9000).map(i, range(9000).map(j, has(needs.zk.quorum))).size() }}"],
    ["functions that look at every character", "${{ [range(4000).map(i, sha256('a')).join()].map(t, range(9000).filter(i, t.reverse() == t || t.size() == i || base64(t) == t).size())[0] }}"],
    ["texts that repeat themselves, searched for each other", `\${{ [range(4000).map(i, '${"a".repeat(64)}').join()].map(t, range(9000).filter(i, t.lastIndexOf(t.substring(0, 8000) + 'b') == i).size())[0] }}`],
    ["yaml", "${{ yaml(range(9000).map(i, [string(i)])) }}"],
    ["patterns", "${{ range(9000).filter(a, sha256('a').matches('^(a*)*(b*)*(c*)*(d*)*(e*)*$')).size() }}"],
  ])("of %s is limited", (_, text) => {
    const before = process.cpuUsage();
    expect(() => evaluate(text)).toThrowError(expect.objectContaining({ kind: "invalid", reason: "EXPRESSION_FAILED" }));
    // A tenth of it; the bound is far away, so that it tells of a blow-up and not of a busy machine.
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000);
  });

  test("of many expressions is limited too, and of one again when they are done", () => {
    const once = "${{ range(9000).map(i, i).size() }}";
    expect(() => evaluateTogether(app, () => range(1000).forEach(() => evaluate(once)))).toThrowError(expect.objectContaining({ reason: "EXPRESSION_FAILED" }));
    expect(evaluate(once)).toEqual({ kind: "json", value: 9000 });
  });

  test("of what a cluster of a thousand members needs is not", () => {
    const many = range(1000).map(member);
    const role: RoleScope = { ...server, count: 1000, members: many, all: many };
    const scope: Scope = { of: { ...of, roles: { ...of.roles, server: role } }, self: { role: "server", member: many[500]! } };
    expect(evaluate("${{ json(topology('client')).size() > 1000 && roles.server.members.filter(m, m.name != member.name).map(m, m.host + ':1').join(',').contains('h999:1') }}", scope)).toEqual({ kind: "json", value: true });
    expect(evaluate("${{ roles.server.all.filter(m, m.name.matches('^x-server-[0-9]$')).map(m, string(m.id)).sort().join(' ') }}", scope)).toEqual({ kind: "text", text: "1 10 2 3 4 5 6 7 8 9" });
  });

  test.each([`\${{ ${"!".repeat(3000)}true }}`, `\${{ 1${"+1".repeat(1500)} }}`, `\${{ ${"[".repeat(500)}${"]".repeat(500)} }}`])("of parsing is limited", (text) => {
    expect(problems(text)).toMatchObject([{ reason: "EXPRESSION_INVALID" }]);
  });
});

describe("the check", () => {
  test.each([
    ["${{ roles.servr.count }}", "EXPRESSION_UNKNOWN_NAME", 10, "did you mean server?"],
    ["${{ params.replica }}", "EXPRESSION_UNKNOWN_NAME", 11, "did you mean replicas?"],
    ["${{ 1 + params['replica'] }}", "EXPRESSION_UNKNOWN_NAME", 15, "did you mean replicas?"],
    ["${{ exports.nope }}", "EXPRESSION_UNKNOWN_NAME", 12, undefined],
    ["${{ needs.zkk.quorum }}", "EXPRESSION_UNKNOWN_NAME", 10, "did you mean zk?"],
    ["${{ secrets.pass }}", "EXPRESSION_UNKNOWN_NAME", 12, undefined],
    ["${{ member.hots }}", "EXPRESSION_UNKNOWN_NAME", 11, "did you mean host?"],
    ["${{ roles.server.members.map(m, m.hots).join() }}", "EXPRESSION_UNKNOWN_NAME", 34, "did you mean host?"],
    ["${{ roles.server.hosts('clint').join() }}", "EXPRESSION_UNKNOWN_NAME", 23, "did you mean client?"],
    ["${{ roles['b-c'].service('client') }}", "EXPRESSION_UNKNOWN_NAME", 25, undefined],
    ["${{ json(topology('clinet')) }}", "EXPRESSION_UNKNOWN_NAME", 18, "did you mean client?"],
    ["${{ membr.id }}", "EXPRESSION_UNKNOWN_NAME", 4, "did you mean member?"],
    ["${{ jsn(1) }}", "EXPRESSION_UNKNOWN_NAME", 4, "did you mean json?"],
    ["${{ 'a'.upperAscci() }}", "EXPRESSION_UNKNOWN_NAME", 20, "did you mean upperAscii?"],
    ["${{ timestamp('2026-01-01T00:00:00Z') }}", "EXPRESSION_UNKNOWN_NAME", 4, undefined],
    ["${{ target.index }}", "EXPRESSION_UNKNOWN_NAME", 4, undefined],
    ["${{ member.standin }}", "EXPRESSION_UNKNOWN_NAME", 11, "did you mean standing?"],
    ["${{ roles.server.all[0].fact }}", "EXPRESSION_UNKNOWN_NAME", 24, "did you mean facts?"],
    ["${{ 'a' + 1 }}", "EXPRESSION_TYPE", 4, undefined],
    ["a ${{ 'a' + member.id }}", "EXPRESSION_TYPE", 6, undefined],
    ["${{ roles.server.all.map(m, m.id).join(',') }}", "EXPRESSION_TYPE", 4, undefined],
    ["${{ roles.server.hosts('client') }}", "EXPRESSION_TYPE", 4, undefined],
    ["${{ roles.server.members }}", "EXPRESSION_TYPE", 4, undefined],
    ["${{ json(roles.server.members) }}", "EXPRESSION_TYPE", 4, undefined],
    ["${{ member }}", "EXPRESSION_TYPE", 4, undefined],
    ["${{ params[params.zone] }}", "EXPRESSION_TYPE", 4, undefined],
    ["${{ roles.server.hosts(params.zone).join() }}", "EXPRESSION_TYPE", 23, undefined],
    ["${{ roles.server.all.map(r, roles.server.hosts(r.name)).size() }}", "EXPRESSION_TYPE", 47, undefined],
    ["${{ 1 + }}", "EXPRESSION_INVALID", 7, undefined],
    ["${{ a b }}", "EXPRESSION_INVALID", 6, undefined],
    ["${{ secrets.password + 'x' }}", "SECRET_NOT_ALONE", 12, undefined],
    ["${{ secrets.password == 'x' }}", "SECRET_NOT_ALONE", 12, undefined],
    ["${{ json({'a': secrets.password}) }}", "SECRET_NOT_ALONE", 23, undefined],
    ["${{ sha256(exports.password) }}", "SECRET_NOT_ALONE", 19, undefined],
  ])("finds what is wrong with %s", (text, reason, offset, suggestion) => {
    expect(problems(text)[0]).toMatchObject({ reason, offset, ...(suggestion && { suggestion }) });
  });

  test("finds everything that is wrong with a template", () => {
    expect(problems("${{ params.a + params.b }} ${{ member.c }}").map(({ offset }) => offset)).toEqual([11, 22, 38]);
  });

  test("knows members in members only", () => {
    expect(problems("${{ member.id }}", "cluster")).toMatchObject([{ reason: "EXPRESSION_UNKNOWN_NAME" }]);
    expect(problems("${{ role.name }}", "cluster")).toMatchObject([{ reason: "EXPRESSION_UNKNOWN_NAME" }]);
  });

  test("lets secrets stand where nobody reads them", () => {
    expect(problems("${{ secrets.password }}")).toEqual([]);
    expect(problems("a ${{ secrets.password }}")).toEqual([]);
    expect(problems("${{ secrets.password }}", "member", { result: "text", secrets: "refused" })).toMatchObject([{ reason: "SECRET_NOT_ALLOWED" }]);
    expect(problems("${{ secrets.password }}", "cluster", { result: "text", secrets: "alone" })).toEqual([]);
    expect(problems("a ${{ secrets.password }}", "cluster", { result: "text", secrets: "alone" })).toMatchObject([{ reason: "SECRET_NOT_ALONE", offset: 14 }]);
  });

  test("a variable of map hides a name", () => {
    expect(problems("${{ roles.server.members.map(member, member.host).join() }}", "cluster")).toEqual([]);
    expect(problems("${{ roles.server.hosts('client').map(params, params + 'x').join() }}")).toEqual([]);
  });

  test("never throws, and what it lets through fails as Failure only", () => {
    const word = fc.constantFrom("params", "member", "roles", ".", "server", "members", ".map(m, ", "m.host", ")", "(", "[", "]", "0", "+", "'a'", "==", "?", ":", "null", ".first(", "secrets.password", "json(", ",", "{", "}", "1.5", "!", "-", "all", "exports.url", "in");
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        const text = `\${{ ${words.join("")} }}`;
        try {
          const template = parseTemplate(text);
          if (checkTemplate(template, enginesOf(app).engineAt("member"), { result: "list", secrets: "allowed" }).length === 0) evaluateTemplate(template, inMember);
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
          expect((error as Failure).kind).toBe("invalid");
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe("what a template reads", () => {
  const reads = (text: string) => readsOf(parseTemplate(text));

  test("is told by name", () => {
    expect(reads("${{ params.a + params['b'] }} ${{ member.cpu }} ${{ cluster.name }} ${{ needs.zk.quorum }} ${{ exports.url }} ${{ secrets.s }} ${{ role.name }}")).toMatchObject({
      params: ["a", "b"],
      member: ["cpu"],
      cluster: ["name"],
      role: ["name"],
      needs: [{ slot: "zk", export: "quorum" }],
      exports: ["url"],
      secrets: ["s"],
      otherMembers: [],
    });
  });

  test("knows which addresses are asked for", () => {
    expect(reads("${{ roles.server.service('client') }} ${{ roles['b-c'].hosts('peer') }} ${{ topology('peer') }}")).toMatchObject({
      roles: ["server", "b-c"],
      services: [{ role: "server", port: "client" }],
      hosts: [{ role: "b-c", port: "peer" }],
      topology: ["peer"],
    });
  });

  test("tells a member's own fields from those of others", () => {
    expect(reads("${{ roles.server.members.filter(m, m.name != member.name).map(member, member.memoryMiB) }} ${{ roles.server.all[0].cpu }}")).toMatchObject({
      member: ["name"],
      roles: ["server"],
      otherMembers: ["name", "memoryMiB", "cpu"],
    });
  });

  test("is nothing for what cannot be parsed", () => {
    expect(reads("${{ params. }}").params).toEqual([]);
  });
});
