import { describe, expect, test } from "vitest";
import { digestOf } from "../canonical.ts";
import { definitionOf, parseApp } from "./app.ts";
import { parseDocument } from "./document.ts";
import { isLegal, membersInWords, nearestLegal, parseMembers } from "./members.ts";

const app = (spec: string, metadata = "{name: thing}") => parseApp(parseDocument(`apiVersion: troupe.dev/v1\nkind: App\nmetadata: ${metadata}\nspec:\n  version: "1.0"\n${spec}`));
const roleOf = (spec: string, role = "server") => app(spec).roles[role];

describe("a definition", () => {
  test("has every default filled in", () => {
    expect(app("  image: a/b:1\n  roles: {server: {members: 1}}\n")).toEqual({
      name: "thing", project: "troupe-system", version: "1.0", build: 1, from: undefined, rollback: true,
      label: undefined, description: undefined, logo: undefined, docs: undefined, category: undefined,
      params: {}, secrets: {}, needs: {}, exports: {}, package: {}, run: { kind: "service" }, updateOrder: undefined, hooks: {}, ops: {},
      roles: {
        server: {
          name: "server", members: { allowed: { kind: "range", least: 1, most: 1 }, default: 1, scalable: true }, idBase: 0, bootstrap: "all", join: "parallel", after: [],
          image: "a/b:1", shell: true, user: 1000, command: undefined, args: undefined, env: {}, ports: {}, volumes: {}, files: {}, cpu: undefined, memory: undefined, gpu: undefined, shm: undefined, min: {},
          probes: {}, stop: { signal: "SIGTERM", graceSeconds: 30 }, update: { maxUnavailable: 1, pauseAfterFirst: false, allAtOnce: false },
          when: undefined, services: {}, standing: undefined, spread: "host", near: undefined, gang: false, hooks: {}, peers: undefined, podPatches: [],
        },
      },
    });
    expect(app("  image: a\n  roles: {server: {members: 1}}\n", "{name: thing, namespace: shop}").project).toBe("shop");
  });

  test("says of each part what was written", () => {
    const role = roleOf(`
  roles:
    server:
      members: {allow: [5, 1, 3], default: 3, scalable: false}
      image: registry.example:5000/a/b@sha256:${"0".repeat(64)}
      user: image
      command: [run, 5, true]
      args: "\${{ ['a'] }}"
      env: {TEXT: a, NUMBER: 5, FLAG: true}
      ports: {client: 9092, ui: {port: 80, scheme: https, path: /ui, dashboard: true, expose: load}, gossip: {port: 9092, protocol: UDP}}
      volumes: {data: {path: /data, size: 1024Gi, class: fast, keep: member}}
      files: {/etc/x: {text: "\${{ member.name }}", mode: "0600", owner: app}}
      cpu: 0.5
      memory: 1024Mi
      min: {cpu: 100m, memory: 512Mi}
      probes: {started: {exec: [test, -f, x]}, ready: {http: {port: ui, path: /ok}, period: 5s, timeout: 1s}}
      stop: {signal: SIGINT, grace: 5m}
      update: {maxUnavailable: 2}
`);
    expect(role).toMatchObject({
      members: { allowed: { kind: "set", values: [1, 3, 5] }, default: 3, scalable: false },
      user: "image",
      command: { kind: "elements", elements: [{ source: "run" }, { source: "5" }, { source: "true" }] },
      args: { kind: "whole", template: { source: "${{ ['a'] }}" } },
      env: { TEXT: { source: "a" }, NUMBER: { source: "5" }, FLAG: { source: "true" } },
      ports: {
        client: { name: "client", port: 9092, protocol: "TCP", expose: "none", dashboard: false },
        ui: { port: 80, scheme: "https", path: "/ui", dashboard: true, expose: "load" },
        gossip: { protocol: "UDP" },
      },
      volumes: { data: { name: "data", path: "/data", size: "1Ti", class: "fast", keep: "member" } },
      files: { "/etc/x": { path: "/etc/x", content: { kind: "text", template: { source: "${{ member.name }}" } }, mode: "0600", owner: "app" } },
      cpu: "500m", memory: "1Gi", min: { cpu: "100m", memory: "512Mi" },
      probes: { started: { check: { kind: "exec" }, periodSeconds: 5, timeoutSeconds: 5 }, ready: { check: { kind: "http", port: "ui", path: "/ok", scheme: "HTTPS" }, periodSeconds: 5, timeoutSeconds: 1 } },
      stop: { signal: "SIGINT", graceSeconds: 300 }, update: { maxUnavailable: 2 },
    });
  });

  test("lays roles over the app's defaults: maps key by key, null removes, lists and the rest replace", () => {
    const spec = `
  image: a
  command: [a, b]
  env: {A: "1", B: "2", C: "3"}
  ports: {client: 1, ui: {port: 2, scheme: http}}
  volumes: {data: {path: /data, size: 1Gi}}
  stop: {signal: SIGINT, grace: 1m}
  probes: {ready: {tcp: client}}
  memory: 1Gi
  roles:
    same: {members: 1}
    other: {members: 1, image: b, command: [c], env: {A: null, B: x, D: z}, ports: {client: {port: 5}, ui: {dashboard: true}}, volumes: {data: {size: 2Gi}, more: {path: /more, size: 1Gi}}, stop: {grace: 2m}, memory: null, probes: {ready: null}}
`;
    expect(roleOf(spec, "same")).toMatchObject({ image: "a", env: { A: { source: "1" } }, ports: { client: { port: 1 } }, memory: "1Gi", stop: { signal: "SIGINT", graceSeconds: 60 }, probes: { ready: { check: { port: "client" } } } });
    const other = roleOf(spec, "other");
    expect(other).toMatchObject({
      image: "b", command: { elements: [{ source: "c" }] }, memory: undefined, probes: {}, stop: { signal: "SIGINT", graceSeconds: 120 },
      ports: { client: { port: 5 }, ui: { port: 2, scheme: "http", dashboard: true } },
      volumes: { data: { path: "/data", size: "2Gi" }, more: { path: "/more" } },
    });
    expect(Object.keys(other?.env ?? {}).toSorted()).toEqual(["B", "C", "D"]);
  });

  test("null removes inside volumes, ports, files and probes too, and a probe of another kind takes the place of the app's", () => {
    const spec = `
  image: a
  ports: {client: {port: 1, scheme: http}}
  volumes: {data: {path: /data, size: 1Gi, class: fast}}
  files: {/etc/a: {text: a, mode: "0600"}}
  probes: {started: {http: {port: client, path: /up}, period: 3s}, ready: {tcp: client, timeout: 2s}}
  roles:
    removing: {members: 1, ports: {client: {scheme: null}}, volumes: {data: {class: null}}, files: {/etc/a: {mode: null}}, probes: {started: {http: {path: null}}, ready: {tcp: null, http: {port: client}, timeout: null}}}
    replacing: {members: 1, probes: {started: {tcp: client}, ready: {exec: [ok]}}}
`;
    expect(roleOf(spec, "removing")).toMatchObject({
      ports: { client: { scheme: undefined } }, volumes: { data: { class: undefined, size: "1Gi" } }, files: { "/etc/a": { mode: "0644" } },
      probes: { started: { check: { kind: "http", path: "/" }, periodSeconds: 3 }, ready: { check: { kind: "http", port: "client" }, timeoutSeconds: 5 } },
    });
    expect(roleOf(spec, "replacing")?.probes).toMatchObject({ started: { check: { kind: "tcp", port: "client" }, periodSeconds: 3 }, ready: { check: { kind: "exec" }, timeoutSeconds: 2 } });
  });

  test("has its roles in the order in which they start", () => {
    expect(Object.keys(app("  image: a\n  roles: {z: {members: 1}, a: {members: 1, after: [m]}, m: {members: 1, after: [z]}, b: {members: 1, after: [z]}}\n").roles)).toEqual(["z", "b", "m", "a"]);
  });

  test("knows its params, secrets and needs", () => {
    expect(app("  image: a\n  params: {a: {type: integer, default: 3, min: 1}, b: {type: string, required: true, enum: [x, z]}}\n  secrets: {p: {generate: password}, u: {generate: uuid}, h: {generate: hex, bytes: 16}}\n  needs: {zk: {app: coordination}, o: {optional: true}}\n  roles: {server: {members: 1}}\n")).toMatchObject({
      params: { a: { name: "a", type: "integer", required: false, default: 3, min: 1 }, b: { required: true, enum: ["x", "z"] } },
      secrets: { p: { kind: "generated", how: { generate: "password", length: 24 } }, u: { how: { generate: "uuid" } }, h: { how: { generate: "hex", bytes: 16 } } },
      needs: { zk: { app: "coordination", optional: false }, o: { app: undefined, optional: true } },
    });
  });

  test("takes the files of its package from its folder, or holds them", () => {
    const text = (files: string) => `apiVersion: troupe.dev/v1\nkind: App\nmetadata: {name: thing}\nspec: {version: "1", image: a, package: ${files}, roles: {server: {members: 1}}}\n`;
    const folder = parseDocument(text("./scripts"));
    expect(parseApp(folder, { "run.sh": "exec run" }).package).toEqual({ "run.sh": "exec run" });
    expect(definitionOf(folder, { "run.sh": "exec run" })).toMatchObject({ spec: { package: { "run.sh": "exec run" } } });
    expect(parseApp(parseDocument(text("{run.sh: exec run}"))).package).toEqual({ "run.sh": "exec run" });
    expect(digestOf(definitionOf(folder, { "run.sh": "exec run" }))).toBe(digestOf(definitionOf(parseDocument(text("{run.sh: exec run}")))));
    expect(() => parseApp(folder, { "../x": "" })).toThrowError(expect.objectContaining({ problems: [expect.objectContaining({ reason: "NAME_INVALID" })] }));
    expect(() => parseApp(folder, { a: "x".repeat(400_000) })).toThrowError(expect.objectContaining({ problems: [expect.objectContaining({ reason: "TOO_LARGE" })] }));
  });
});

describe("how many members", () => {
  test.each([
    [3, "3", 3, [3], [2, 4]],
    ["1+", "1 or more", 1, [1, 9], [0]],
    ["0+", "0 or more", 0, [0, 1], [-1, 1001]],
    ["1..7", "1 to 7", 1, [1, 7], [0, 8]],
    [{ allow: [5, 1, 3], default: 3 }, "1, 3 or 5", 3, [1, 3, 5], [2, 4]],
    [{ allow: "2+", default: 3 }, "2 or more", 3, [2, 3], [1]],
    [{ default: 2 }, "2", 2, [2], [1]],
    [{ scalable: false }, "1 or more", 1, [1], [0]],
  ])("%j means %s", (input, words, fallback, legal, illegal) => {
    const rule = parseMembers(input);
    expect(membersInWords(rule)).toBe(words);
    expect(rule.default).toBe(fallback);
    for (const count of legal) expect(isLegal(rule, count)).toBe(true);
    for (const count of illegal) expect(isLegal(rule, count)).toBe(false);
  });

  test("names the nearest that are legal", () => {
    expect(nearestLegal(parseMembers({ allow: [1, 3, 5] }), 4)).toEqual([3, 5]);
    expect(nearestLegal(parseMembers({ allow: [1, 3, 5] }), 9)).toEqual([5]);
    expect(nearestLegal(parseMembers("2..4"), 1)).toEqual([2]);
    expect(nearestLegal(parseMembers("2..4"), 7)).toEqual([4]);
  });
});
