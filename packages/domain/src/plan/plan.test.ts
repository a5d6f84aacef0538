import { describe, expect, test } from "vitest";
import { Failure, type Problem } from "../failure.ts";
import { parseApp, type App } from "../language/app.ts";
import type { ClusterSpec } from "../language/cluster.ts";
import { parseDocument } from "../language/document.ts";
import { aRoleSpec, aSpec, someSources } from "../testing.ts";
import { plan } from "./plan.ts";
import type { Needs } from "./sources.ts";

const anAppWith = (rest: string): App => parseApp(parseDocument(`apiVersion: troupe.dev/v1\nkind: App\nmetadata: {name: thing}\nspec:\n  version: "1.0"\n  image: registry.example/thing:1.0\n${rest}`));
const planned = (app: App, spec: Partial<ClusterSpec> = {}, needs: Needs = {}) => plan(someSources({ spec: aSpec(spec), needs }), app, { domain: "cluster.local" });

function problemsOf(app: App, spec: Partial<ClusterSpec> = {}, needs: Needs = {}): readonly Problem[] {
  try {
    planned(app, spec, needs);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    return (error as Failure).problems;
  }
}

describe("an expression that fails in some member, or at some time, is refused at once", () => {
  const withEnv = (expression: string, role = "members: {allow: 1+, default: 3}") => anAppWith(`  roles:\n    server: {${role}, ports: {client: 1}, env: {A: "\${{ ${expression} }}"}}\n    other: {members: {allow: 2+, default: 3}}\n`);
  const A = "spec.roles.server.env.A";

  test.each([
    ["the first member", "roles.server.all[member.index - 1].host", "for member 0"],
    ["the second member", "['a', 'b', 'c'][member.index == 1 ? 7 : 0]", "for member 1"],
    ["the last member", "['a', 'b'][member.index]", "for member 2"],
    ["a member that comes later", "{'bootstrap': 'new', 'rejoin': 'old'}[member.start]", "start = join"],
    ["a member that is started again", "{'bootstrap': 'new', 'join': 'old'}[member.start]", "start = rejoin"],
    ["everybody, once they were started again", "roles.server.members.filter(m, m.start == 'bootstrap')[0].host", "start = rejoin"],
    ["a role that has just been given more members", "roles.server.members[role.count - 1].host", "no more members count"],
    ["another role that has just been given more members", "roles.other.members[2].host", "no more members count"],
    ["a member that leaves", "[true][member.leaving ? 1 : 0]", "while it is leaving"],
  ])("for %s", (_, expression, words) => {
    expect(problemsOf(withEnv(expression))).toEqual([{ path: A, reason: "EXPRESSION_FAILED", message: expect.stringContaining(words) }]);
  });

  test("also where it reads an export that depends on it", () => {
    const app = anAppWith(`  exports: {last: "\${{ roles.server.members[roles.server.count - 1].host }}"}\n  roles: {server: {members: {allow: 1+, default: 3}, env: {A: "\${{ exports.last }}"}}}\n`);
    expect(problemsOf(app)).toMatchObject([{ path: A, message: expect.stringContaining("no more members count") }]);
  });

  test("and says nothing of the situation where it fails in all", () => {
    expect(problemsOf(withEnv("string(1 / (member.index - member.index))"))).toMatchObject([{ path: A, message: expect.not.stringContaining("member 0") }]);
  });

  test.each([
    ["of a role that never grows", "roles.server.members[2].host + member.start", "members: 3"],
    ["of the least that another role has", "roles.other.members[1].host", "members: 1+"],
    ["of starts that cannot be", "{'bootstrap': 'new', 'rejoin': 'old'}[member.start]", "members: 3"],
    ["of the first member, when others join it", "roles.server.members[0].host", "members: {allow: 1+, default: 3}, bootstrap: first"],
    ["of oneself", "roles.server.members.filter(m, m.index == member.index)[0].host", "members: {allow: 1+, default: 3}, bootstrap: first"],
  ])("but not what never fails: %s", (_, expression, role) => {
    expect(problemsOf(withEnv(expression, role))).toEqual([]);
  });

  test("the first of a role that begins with one sees no other", () => {
    expect(problemsOf(withEnv("roles.server.members[1].host", "members: 3, bootstrap: first"))).toMatchObject([{ path: A }]);
  });

  test("a probe whose command comes to nothing", () => {
    const app = anAppWith(`  params: {x: {type: string}}\n  roles: {server: {members: 1, probes: {ready: {exec: ["\${{ params.x }}"]}}}}\n`);
    expect(problemsOf(app)).toMatchObject([{ path: "spec.roles.server.probes.ready.exec", reason: "VALUE_INVALID" }]);
    expect(problemsOf(app, { params: { x: "true" } })).toEqual([]);
  });

  test("and costs no more than all of them together may", () => {
    const costly = Array.from({ length: 90 }, (_, index) => `A${index}: "\${{ range(9000).map(i, i + member.index).size() }}"`);
    expect(problemsOf(anAppWith(`  env: {${costly.join(", ")}}\n  roles: {${Array.from({ length: 10 }, (_, index) => `r${index}: {members: 3}`).join(", ")}}\n`)).at(-1)).toMatchObject({ message: expect.stringContaining("together") });
  });
});

describe("what is larger than Kubernetes or Linux can hold is refused", () => {
  test("a variable or an argument", () => {
    const app = anAppWith(`  params: {many: {type: integer, default: 1}}\n  roles: {server: {members: 1, env: {A: "\${{ range(params.many).map(i, sha256('a')).join() }}"}, args: "\${{ [range(params.many).map(i, sha256('a')).join()] }}"}}\n`);
    expect(problemsOf(app, { params: { many: 2047 } })).toEqual([]);
    expect(problemsOf(app, { params: { many: 2048 } })).toMatchObject([
      { path: "spec.roles.server.args", reason: "TOO_LARGE" },
      { path: "spec.roles.server.env.A", reason: "TOO_LARGE" },
    ]);
  });

  test("the files of all members together, with the package; those that are the same for all count once", () => {
    const file = (read: string) => anAppWith(`  package: {a.sh: "${"x".repeat(30_000)}"}\n  roles: {server: {members: {allow: 1+, default: 1}, files: {/etc/a: {text: "${"x".repeat(9_700)}${read}"}}}}\n`);
    const roles = { server: aRoleSpec({ members: 100 }) };
    expect(problemsOf(file("${{ member.name }}"), { roles })).toMatchObject([{ path: "spec.roles.server.files", reason: "TOO_LARGE" }]);
    expect(problemsOf(file("${{ member.name }}"), { roles: { server: aRoleSpec({ members: 90 }) } })).toEqual([]);
    expect(problemsOf(file("${{ cluster.name }}"), { roles })).toEqual([]);
  });

  test("the settings of a file, all together, with what a format writes around them", () => {
    const settings = (count: number) => `{${Array.from({ length: count }, (_, index) => `key${index}: "${"x".repeat(10)}\${{ member.name }}"`).join(", ")}}`;
    const app = anAppWith(`  roles: {server: {members: {allow: 1+, default: 1}, files: {/etc/a: {format: hadoop-xml, set: ${settings(200)}}}}}\n`);
    expect(problemsOf(app, { roles: { server: aRoleSpec({ members: 100 }) } })).toMatchObject([{ path: "spec.roles.server.files", reason: "TOO_LARGE" }]);
    expect(problemsOf(app, { roles: { server: aRoleSpec({ members: 40 }) } })).toEqual([]);
  });

  test("more members than a thousand", () => {
    const app = anAppWith("  roles: {a: {members: 1+}, b: {members: 1+}}\n");
    expect(problemsOf(app, { roles: { a: aRoleSpec({ members: 500 }), b: aRoleSpec({ members: 501 }) } })).toMatchObject([{ path: "spec.roles", reason: "TOO_LARGE" }]);
  });
});

describe("values given in place of a cluster", () => {
  const app = anAppWith(`  needs: {zk: {}}\n  exports: {zk: "\${{ needs.zk.quorum }}"}\n  roles: {server: {members: 1, env: {A: "\${{ exports.zk }}", B: "\${{ has(needs.zk.extra) ? needs.zk.extra : 'none' }}"}}}\n`);
  const given = (exports: Readonly<Record<string, string>>) => problemsOf(app, { needs: { zk: { kind: "literal", exports } } }, { zk: { kind: "bound", provider: undefined, exports } });

  test("that lack one that is read are told where they stand, once", () => {
    expect(given({ quorom: "a:1" })).toMatchObject([{ path: "spec.needs.zk", reason: "NEED_INCOMPLETE" }]);
    expect(given({ quorum: "a:1" })).toEqual([]);
  });
});

describe("what params choose", () => {
  const app = anAppWith(`  params: {mode: {type: string, default: many}, num: {type: integer, default: 1}}
  secrets: {tls: {from: {name: "\${{ params.mode }}-tls", key: k}}}
  roles:
    server: {members: 1}
    extra: {members: {allow: 1+, default: 2}, when: "\${{ params.mode == 'many' && 10 / params.num > 0 }}", env: {A: "\${{ string(1 / params.num) }}"}}
`);

  test("roles that are there or not; of one that is not nothing is wanted, and nothing is evaluated", () => {
    expect(planned(app).roles["extra"]).toMatchObject({ exists: true, count: 2 });
    expect(planned(app, { params: { mode: "solo", num: 0 } }).roles["extra"]).toMatchObject({ exists: false, count: 0, hasService: false });
  });

  test("nothing is asked for a role that is not there: no memory that its expressions compute with, and no place among a thousand members", () => {
    const large = anAppWith(`  params: {mode: {type: string, default: solo}}
  roles:
    server: {members: {allow: 1+, default: 900}}
    extra: {members: {allow: 1+, default: 200}, when: "\${{ params.mode == 'many' }}", env: {HEAP: "\${{ member.memoryMiB }}"}}
`);
    expect(problemsOf(large, {})).toEqual([]);
    expect(problemsOf(large, { params: { mode: "many" } })).toMatchObject([{ reason: "MEMORY_MISSING" }, { reason: "TOO_LARGE" }]);
  });

  test("members that are asked of a role that is not there are told, and what cannot be evaluated where it stands", () => {
    expect(problemsOf(app, { params: { mode: "solo" }, roles: { extra: aRoleSpec({ members: 3 }) } })).toMatchObject([{ path: "spec.roles.extra.members", reason: "ROLE_ABSENT" }]);
    expect(problemsOf(app, { params: { num: 0 } })).toMatchObject([{ path: "spec.roles.extra.when", reason: "EXPRESSION_FAILED" }]);
  });

  test("the Secret that is read, whose name must be one", () => {
    expect(planned(app).referencedSecrets).toEqual({ tls: { name: "many-tls", key: "k" } });
    expect(problemsOf(app, { params: { mode: "So Lo" } })).toMatchObject([{ path: "spec.secrets.tls.from.name", reason: "NAME_INVALID" }]);
  });
});

describe("what a Cluster sets", () => {
  const app = anAppWith(`  roles: {server: {members: 1, gpu: 1, ports: {a: 1, b: {port: 2, expose: cluster}}, files: {/f: {format: yaml, set: {top: {kept: 1, gone: 2}, list: [1]}}, /g: {format: env, set: {A: 1, B: 2}}}}}\n`);
  const server = (role: Parameters<typeof aRoleSpec>[0]) => planned(app, { roles: { server: aRoleSpec(role) } }).roles["server"];
  const settings = (role: ReturnType<typeof server>, path: string) => {
    const content = role?.files[path]?.content;
    return content?.kind === "settings" ? content.settings : undefined;
  };

  test("keys of files: maps key by key, null takes away, lists and the rest replace, and texts are what they say", () => {
    const set = settings(server({ files: { "/f": { top: { gone: null, added: "${{ x }}" }, list: [2, 3], more: { a: null, b: 1 } } } }), "/f");
    expect(set).toEqual({ top: { kind: "map", settings: { kept: { kind: "literal", value: 1 }, added: { kind: "template", template: { source: "${{ x }}", parts: [{ kind: "text", text: "${{ x }}" }] } } } }, list: { kind: "list", items: [{ kind: "literal", value: 2 }, { kind: "literal", value: 3 }] }, more: { kind: "map", settings: { b: { kind: "literal", value: 1 } } } });
    expect(Object.keys(settings(server({ files: { "/g": { A: null, C: true } } }), "/g") ?? {})).toEqual(["B", "C"]);
  });

  test("GPUs, and how ports are reached, which is a reason for a Service", () => {
    expect(server({})).toMatchObject({ gpu: 1, hasService: true, ports: { a: { expose: "none" }, b: { expose: "cluster" } } });
    expect(server({ gpu: 4, expose: { a: "load", b: "none" } })).toMatchObject({ gpu: 4, hasService: true, ports: { a: { expose: "load" }, b: { expose: "none" } } });
    expect(server({ expose: { b: "none" } })).toMatchObject({ hasService: false });
  });
});

test("names that JavaScript has everywhere are names like any other", () => {
  const app = anAppWith(`  params: {constructor: {type: string}, toString: {type: integer, default: 2}}
  needs: {valueOf: {optional: true}}
  exports: {hasOwnProperty: "\${{ params.toString }}"}
  roles:
    constructor:
      members: 1
      ports: {constructor: 1}
      volumes: {constructor: {path: /data, size: 1Gi}}
      env: {toString: "\${{ roles.constructor.hosts('constructor').join() }}", P: "\${{ params.constructor }}", V: "\${{ needs.valueOf == null }}"}
      probes: {ready: {tcp: constructor}}
    valueof: {members: 1, after: [constructor], env: {S: "\${{ roles.constructor.service('constructor') }}"}}
`);
  const { roles, params } = planned(app);
  expect(roles["constructor"]).toMatchObject({ name: "constructor", count: 1, image: "registry.example/thing:1.0", hasService: true });
  expect(params).toEqual({ toString: 2 });
  const [role] = Object.values(planned(app, { roles: { constructor: aRoleSpec({ env: { toString: null } }) } }).roles);
  expect(Object.keys(role?.env ?? {})).toEqual(["P", "V"]);
});
