import { describe, expect, test } from "vitest";
import { parseApp } from "./app.ts";
import { parseDocument } from "./document.ts";

/** The parts of a definition that came after the first version of the language, parsed and merged. */

const app = (spec: string) => parseApp(parseDocument(`apiVersion: troupe.dev/v1\nkind: App\nmetadata: {name: thing}\nspec:\n  version: "1.0"\n  image: a\n${spec}`));
const roleOf = (role: string, rest = "") => app(`${rest}  roles: {server: {members: 1, ${role}}}\n`).roles["server"];

describe("what an app says of itself", () => {
  test("versions that it follows, whether there is a way back, what catalogues show, and how roles are updated", () => {
    expect(app("  from: ['4.0', '4.1']\n  rollback: false\n  label: Thing\n  description: It is\n  logo: https://example.org/l.svg\n  docs: https://example.org\n  category: database\n  updateOrder: [b, a]\n  roles: {a: {members: 1}, b: {members: 1}}\n")).toMatchObject({
      from: ["4.0", "4.1"], rollback: false, label: "Thing", description: "It is", logo: "https://example.org/l.svg", docs: "https://example.org", category: "database", updateOrder: ["b", "a"],
    });
  });

  test("that it runs to its end: all roles end it, six retries, unless it says otherwise", () => {
    const roles = "  roles: {a: {members: 1}, b: {members: 1}}\n";
    expect(app(`  run: job\n${roles}`).run).toEqual({ kind: "job", done: ["a", "b"], retries: 6 });
    expect(app(`  run: job\n  done: [b]\n  retries: 0\n${roles}`).run).toEqual({ kind: "job", done: ["b"], retries: 0 });
    expect(app(`  run: service\n${roles}`).run).toEqual({ kind: "service" });
  });

  test("secrets that are there already, under a name that is computed", () => {
    expect(app('  secrets: {a: {from: {name: "${{ cluster.name }}-tls", key: tls.crt}}, b: {}}\n  roles: {server: {members: 1}}\n').secrets).toMatchObject({ a: { kind: "referenced", name: { source: "${{ cluster.name }}-tls" }, key: "tls.crt" }, b: { kind: "generated", how: { generate: "password", length: 24 } } });
  });

  test("a port with a token makes the secret of that name, unless the app says how it is made", () => {
    const ports = "  ports: {api: {port: 1, token: true}}\n  roles: {server: {members: 1}}\n";
    expect(app(ports).secrets).toEqual({ token: { kind: "generated", how: { generate: "hex", bytes: 24 } } });
    expect(app(`  secrets: {token: {generate: uuid}}\n${ports}`).secrets).toEqual({ token: { kind: "generated", how: { generate: "uuid" } } });
    expect(app("  roles: {server: {members: 1, ports: {api: {port: 1, token: false}}}}\n").secrets).toEqual({});
  });

  test("slots of an app and a version", () => {
    expect(app("  needs: {zk: {app: zookeeper, version: '3.8', optional: true}}\n  roles: {server: {members: 1}}\n").needs).toEqual({ zk: { app: "zookeeper", version: "3.8", optional: true } });
  });

  test("operations of steps and of Troupe's own", () => {
    const { ops } = app('  ops: {compact: {description: d, params: {hard: {type: boolean, default: false}}, steps: [{exec: [c, "${{ args.hard }}"], at: server/all}, {do: restart, roles: [server]}, {do: stop}]}}\n  roles: {server: {members: 1}}\n');
    expect(ops["compact"]).toMatchObject({ description: "d", params: { hard: { name: "hard", type: "boolean" } }, steps: [{ act: { kind: "exec" }, at: { role: "server", members: "all" } }, { does: "restart", roles: ["server"] }, { does: "stop", roles: [] }] });
  });
});

describe("a role", () => {
  test("has resources, a condition, a standing and addresses that follow it, a place, and all or none of its members", () => {
    const { server } = app(`  params: {p: {type: boolean, default: true}}
  roles:
    other: {members: 1}
    server:
      members: 1
      ports: {api: 1}
      gpu: 2
      shm: 1024Mi
      min: {gpu: 1}
      when: "\${{ params.p }}"
      standing: {probe: {exec: [s, "\${{ member.name }}"]}, order: [a, b], one: b}
      services: {rw: {port: api, to: b}}
      spread: zone
      near: other
      gang: true
      update: {maxUnavailable: 2, allAtOnce: true}
`).roles;
    expect(server).toMatchObject({
      gpu: 2, shm: "1Gi", min: { gpu: 1 }, when: { source: "${{ params.p }}" },
      standing: { probe: { kind: "elements", elements: [{ source: "s" }, { source: "${{ member.name }}" }] }, order: ["a", "b"], one: "b" },
      services: { rw: { name: "rw", port: "api", to: "b" } }, spread: "zone", near: "other", gang: true, update: { maxUnavailable: 2, allAtOnce: true },
    });
  });

  test("is so by itself, where it says nothing", () => {
    expect(roleOf("idBase: 0")).toMatchObject({ gpu: undefined, shm: undefined, when: undefined, standing: undefined, services: {}, spread: "host", near: undefined, gang: false, hooks: {}, peers: undefined, podPatches: [], update: { maxUnavailable: 1, allAtOnce: false } });
  });
});

describe("hooks", () => {
  const step = { act: { kind: "exec", command: { kind: "elements", elements: [{ source: "a", parts: [{ kind: "text", text: "a" }] }] } }, at: { role: undefined, members: "self" }, when: undefined, beforeStart: false, until: undefined, deadlineSeconds: 300, attempts: 5, onFailure: "stop", approve: false };

  test("are a step or a list of steps, in which null says nothing, with every default filled in", () => {
    expect(roleOf("hooks: {join: {exec: [a]}}")?.hooks).toEqual({ join: [step] });
    expect(roleOf("hooks: {join: [{exec: [a], http: null, at: null, when: null, until: null, deadline: null, attempts: null, onFailure: null, approve: null, before: null}]}")?.hooks).toEqual({ join: [step] });
    expect(roleOf("hooks: {join: {exec: [a], http: null, at: null, when: null, until: null, deadline: null}}")?.hooks).toEqual({ join: [step] });
  });

  test("have a kind, a place, a condition, and an end of waiting with which they are tried as long as there is time", () => {
    const { server } = app('  ports: {api: 1}\n  roles: {other: {members: 1}, server: {members: 1, hooks: {join: [{http: {port: api, path: "/${{ target.id }}", body: x}, at: other/any, when: "${{ attempt.number < 3 }}", until: {tcp: api, at: self}, deadline: 1h, onFailure: proceed, approve: true}, {job: {image: b, command: [c]}, attempts: 2}], create: {exec: [a], before: start}}}}\n').roles;
    expect(server?.hooks).toMatchObject({
      join: [
        { act: { kind: "http", port: "api", method: "POST", path: { source: "/${{ target.id }}" }, body: { source: "x" } }, at: { role: "other", members: "any" }, when: { source: "${{ attempt.number < 3 }}" }, until: { check: { kind: "tcp", port: "api" }, at: { members: "self" } }, deadlineSeconds: 3600, attempts: undefined, onFailure: "proceed", approve: true },
        { act: { kind: "job", image: "b", command: { elements: [{ source: "c" }] } }, attempts: 2 },
      ],
      create: [{ beforeStart: true }],
    });
  });

  test("of one who is not there any more run in any other", () => {
    expect(roleOf("hooks: {forget: {exec: [a]}, left: {exec: [a]}, leave: {exec: [a]}}")?.hooks).toMatchObject({ forget: [{ at: { members: "any" } }], left: [{ at: { members: "any" } }], leave: [{ at: { members: "self" } }] });
  });

  test("of the cluster may be null, which says nothing", () => {
    expect(app("  hooks: {create: null, upgradeEnd: null}\n  roles: {a: {members: 1}}\n").hooks).toEqual({});
  });

  test("ask by the scheme that the port of the role has in which they ask, unless they say another", () => {
    const { hooks, roles } = app("  hooks: {create: {exec: [c], at: b/any, until: {http: {port: api}}}}\n  roles:\n    a: {members: 1, ports: {api: 80, tls: {port: 81, scheme: https}}, hooks: {join: [{exec: [x], until: {http: {port: tls}}}, {exec: [x], until: {http: {port: tls, scheme: http}}}, {exec: [x], at: b/any, until: {http: {port: api}}}, {exec: [x], at: b/any, until: {http: {port: api}, at: self}}]}}\n    b: {members: 1, ports: {api: {port: 82, scheme: https}}}\n");
    const schemes = (steps = hooks.create) => steps?.map(({ until }) => until?.check.kind === "http" && until.check.scheme);
    expect(schemes()).toEqual(["HTTPS"]);
    expect(schemes(roles["a"]?.hooks.join)).toEqual(["HTTPS", "HTTP", "HTTPS", "HTTP"]);
  });

  test("of the app are defaults for every role, which a role's own replaces as a whole and null takes away; three are the cluster's", () => {
    const { hooks, roles } = app("  hooks: {create: {exec: [c], at: a/any}, join: {exec: [a], deadline: 1h}, leave: [{exec: [a]}, {exec: [b]}]}\n  roles: {a: {members: 1}, b: {members: 1, hooks: {join: {exec: [z]}, leave: null, create: {exec: [own]}}}}\n");
    expect(Object.keys(hooks)).toEqual(["create"]);
    expect([Object.keys(roles["a"]?.hooks ?? {}).toSorted(), Object.keys(roles["b"]?.hooks ?? {}).toSorted()]).toEqual([["join", "leave"], ["create", "join"]]);
    expect([roles["a"]?.hooks.leave?.length, roles["b"]?.hooks.join]).toEqual([2, [expect.objectContaining({ deadlineSeconds: 300 })]]);
  });

  test("peers: a word is none, and says of whom who counts is looked at", () => {
    expect(app("  hooks: {peers: restart}\n  roles: {a: {members: 1}, b: {members: 1, hooks: {peers: restart}}, c: {members: 1, hooks: {peers: null}}, d: {members: 1, hooks: {peers: {exec: [x]}}}}\n").roles).toMatchObject({
      a: { peers: { does: "restart", of: "cluster" }, hooks: {} }, b: { peers: { does: "restart", of: "role" } }, c: { peers: undefined, hooks: {} }, d: { peers: { does: "steps", of: "role" }, hooks: { peers: [{}] } },
    });
  });

  test("probes: healthy has a deadline of ten minutes from the start", () => {
    expect(roleOf("probes: {healthy: {exec: [h]}}")?.probes.healthy).toMatchObject({ periodSeconds: 10, timeoutSeconds: 5, deadlineSeconds: 600 });
    expect(roleOf("probes: {healthy: {exec: [h], deadline: 2h}}")?.probes.healthy?.deadlineSeconds).toBe(7200);
  });
});

describe("files", () => {
  const pack = `  package: {base.yaml: "a: {kept: 1, changed: 2, gone: 3}\\nlist: [1, 2]\\n", text.txt: "x \${{ member.name }}"}\n`;

  test("are a text, a file of the package, or settings that are laid over one", () => {
    const files = roleOf("files: {/a: {text: t}, /b: {from: text.txt}, /c: {format: yaml, from: base.yaml, set: {a: {changed: 'z', gone: null}, list: [3]}}}", pack)?.files;
    expect(files).toMatchObject({ "/a": { content: { kind: "text", from: undefined } }, "/b": { content: { kind: "text", from: "text.txt", template: { source: "x ${{ member.name }}" } } } });
    expect(files?.["/c"]?.content).toMatchObject({ kind: "settings", format: "yaml", settings: { a: { kind: "map", settings: { kept: { kind: "literal", value: 1 }, changed: { kind: "template", template: { source: "z" } } } }, list: { kind: "list", items: [{ value: 3 }] } } });
    expect(JSON.stringify(files?.["/c"])).not.toContain("gone");
  });

  test("reach members by a restart where nothing is said, and are Troupe's", () => {
    expect(roleOf("files: {/a: {text: t}, /b: {text: t, apply: live}}")?.files).toMatchObject({ "/a": { apply: "restart", owner: "troupe", mode: "0644" }, "/b": { apply: "live" } });
  });

  test("of the app: a role's own content replaces the way it is made, and single keys are laid over it", () => {
    const { a, b, c } = app("  files: {/f: {format: json, set: {x: 1, z: 2}, mode: '0600'}}\n  roles: {a: {members: 1, files: {/f: {set: {x: 5, z: null}}}}, b: {members: 1, files: {/f: {text: t}}}, c: {members: 1, files: {/f: null}}}\n").roles;
    expect(a?.files["/f"]).toMatchObject({ mode: "0600", content: { kind: "settings", settings: { x: { value: 5 } } } });
    expect(Object.keys(a?.files["/f"]?.content.kind === "settings" ? a.files["/f"].content.settings : {})).toEqual(["x"]);
    expect([b?.files["/f"]?.content.kind, b?.files["/f"]?.mode, c?.files]).toEqual(["text", "0600", {}]);
  });
});

describe("spread, pod and resources of the app", () => {
  test("are defaults, of which null takes the app's away, and patches are in order", () => {
    const { a, b, c } = app("  spread: zone\n  gpu: 1\n  shm: 1Gi\n  pod: {spec: {x: 1}}\n  roles: {a: {members: 1}, b: {members: 1, spread: none, gpu: null, shm: null, pod: null}, c: {members: 1, pod: {spec: {x: 2}}}}\n").roles;
    expect(a).toMatchObject({ spread: "zone", gpu: 1, shm: "1Gi", podPatches: [{ at: "app", patch: { spec: { x: 1 } } }] });
    expect(b).toMatchObject({ spread: "none", gpu: undefined, shm: undefined, podPatches: [] });
    expect(c?.podPatches).toEqual([{ at: "app", patch: { spec: { x: 1 } } }, { at: "role", patch: { spec: { x: 2 } } }]);
  });
});
