import { describe, expect, test } from "vitest";
import { Failure, type Problem } from "../failure.ts";
import { parseApp } from "./app.ts";
import { parseClusterDocument } from "./cluster.ts";
import { checkProviders } from "./check-providers.ts";
import { checkSpec } from "./check-spec.ts";
import { parseDocument } from "./document.ts";

/** Files that are wrong, with ¦ at each place that must be told, in order; beside it reason and path of each. */
type BadFile = readonly [what: string, text: string, problems: readonly (readonly [reason: string, path: string, suggestion?: string])[]];

const head = "apiVersion: troupe.dev/v1\nkind: App\nmetadata: {name: thing}\nspec:\n  version: '1.0'\n  image: registry.example/thing:1.0\n";
const app = (rest: string) => head + rest.replace(/^\n/, "");

const badApps: readonly BadFile[] = [
  ["no YAML", "a: ¦b: c\n", [["YAML_INVALID", ""]]],
  ["a quote that is not closed", "a: 'b¦", [["YAML_INVALID", ""]]],
  ["a tab that indents", "a:\n¦\tb: c\n", [["YAML_INVALID", ""]]],
  ["nothing", "# only a comment\n", [["DOCUMENT_EMPTY", ""]]],
  ["two documents", `${head}\n---\n¦a: b\n`, [["DOCUMENTS_SEVERAL", ""]]],
  ["a list", "¦- a\n", [["TYPE_WRONG", ""]]],
  ["another kind", "¦apiVersion: ¦v1\nkind: ¦Pod\n", [["FIELD_MISSING", "metadata"], ["FIELD_MISSING", "spec"], ["VALUE_INVALID", "apiVersion"], ["VALUE_INVALID", "kind"]]],
  ["an anchor in itself", app("  roles: &a {server: ¦*a}\n"), [["ALIAS_CYCLE", "spec.roles.server.server"]]],
  ["an alias of nothing", app("  roles: ¦*nothing\n"), [["ALIAS_UNKNOWN", "spec.roles"]]],
  ["a key twice", app("  roles: {server: {members: 1, ¦members: 2}}\n"), [["KEY_DUPLICATE", "spec.roles.server.members"]]],
  ["a key that is a number", app("  roles: {server: {members: 1, env: {¦1: a}}}\n"), [["KEY_INVALID", "spec.roles.server.env"]]],
  ["a merge of no map", app("  roles: {server: {members: 1, env: {<<: ¦a}}}\n"), [["MERGE_INVALID", 'spec.roles.server.env["<<"]']]],
  ["a tag", app("  roles: {server: {members: 1, env: {A: !secret ¦b}}}\n"), [["TAG_NOT_SUPPORTED", "spec.roles.server.env.A"]]],
  ["numbers that YAML 1.1 reads otherwise", app("  roles: {server: {members: 1, env: {A: ¦0X1F, B: ¦0B11, C: ¦0O17, D: ¦1.5_0, E: ¦.5_5, F: ¦-1_0e1_0, G: 1.5.0_1, H: 3_abc, I: _1}}}\n"), [
    ["SCALAR_AMBIGUOUS", "spec.roles.server.env.A", '"0X1F"'],
    ["SCALAR_AMBIGUOUS", "spec.roles.server.env.B", '"0B11"'],
    ["SCALAR_AMBIGUOUS", "spec.roles.server.env.C", '"0O17"'],
    ["SCALAR_AMBIGUOUS", "spec.roles.server.env.D", '"1.5_0"'],
    ["SCALAR_AMBIGUOUS", "spec.roles.server.env.E", '".5_5"'],
    ["SCALAR_AMBIGUOUS", "spec.roles.server.env.F", '"-1_0e1_0"'],
  ]],
  ["words that YAML 1.1 reads otherwise", app("  roles: {server: {members: 1, env: {A: ¦yes, B: ¦012, C: ¦1_000, D: ¦1:30, E: ¦0o17, F: ¦2026-11-24}}}\n"), [
    ["SCALAR_AMBIGUOUS", "spec.roles.server.env.A", '"yes"'],
    ["SCALAR_AMBIGUOUS", "spec.roles.server.env.B", '"012"'],
    ["SCALAR_AMBIGUOUS", "spec.roles.server.env.C", '"1_000"'],
    ["SCALAR_AMBIGUOUS", "spec.roles.server.env.D", '"1:30"'],
    ["SCALAR_AMBIGUOUS", "spec.roles.server.env.E", '"0o17"'],
    ["SCALAR_AMBIGUOUS", "spec.roles.server.env.F", '"2026-11-24"'],
  ]],
  ["numbers that would be text with another spelling", app("  roles: {server: {members: 1, env: {A: ¦4.10, B: ¦1e3, C: 5}}}\n"), [["SCALAR_AMBIGUOUS", "spec.roles.server.env.A", '"4.10"'], ["SCALAR_AMBIGUOUS", "spec.roles.server.env.B", '"1e3"']]],
  ["a number that cannot be kept", app("  params: {a: {type: integer, default: ¦9007199254740993}}\n  roles: {server: {members: 1}}\n"), [["NUMBER_UNSAFE", "spec.params.a.default"]]],
  ["a NUL", app('  roles: {server: {members: 1, env: {A: ¦"\\0"}}}\n'), [["CHARACTER_INVALID", "spec.roles.server.env.A"]]],
  ["half a character", app('  roles: {server: {members: 1, env: {A: ¦"\\ud800"}}}\n'), [["CHARACTER_INVALID", "spec.roles.server.env.A"]]],
  ["a version that is a number", head.replace("'1.0'", "¦4.10") + "  roles: {server: {members: 1}}\n", [["TYPE_WRONG", "spec.version", '"4.10"']]],
  ["an unknown field", app("  roles: {server: {members: 1, ¦ennv: {}}}\n"), [["FIELD_UNKNOWN", "spec.roles.server.ennv", "did you mean env?"]]],
  ["unknown fields far and near", app("  ¦rolls: {}\n  roles: {server: {members: 1, ports: {a: {¦prot: 1}}, volumes: {v: {path: /v, size: 1Gi, ¦sizze: 1}}}}\n"), [
    ["FIELD_UNKNOWN", "spec.rolls", "did you mean roles?"],
    ["FIELD_UNKNOWN", "spec.roles.server.ports.a.prot", "did you mean port?"],
    ["FIELD_UNKNOWN", "spec.roles.server.volumes.v.sizze", "did you mean size?"],
  ]],
  ["a field that waits for a person, whom nothing lets answer yet", app("  roles: {server: {members: 1, update: {¦pauseAfterFirst: true}}}\n"), [["FIELD_NOT_SUPPORTED_YET", "spec.roles.server.update.pauseAfterFirst"]]],
  ["no roles", "apiVersion: troupe.dev/v1\nkind: App\nmetadata: {name: thing}\n¦spec: {version: '1'}\n", [["FIELD_MISSING", "spec.roles"]]],
  ["roles without a role", app("  roles: ¦{}\n"), [["FIELD_MISSING", "spec.roles"]]],
  ["a role without members or image", "apiVersion: troupe.dev/v1\nkind: App\nmetadata: {name: thing}\nspec:\n  version: '1'\n  roles:\n    ¦server: {}\n", [["FIELD_MISSING", "spec.roles.server.image"], ["FIELD_MISSING", "spec.roles.server.members"]]],
  ["names that are none", "apiVersion: troupe.dev/v1\nkind: App\nmetadata: {name: ¦Thing}\nspec:\n  version: '1'\n  image: a/b:1\n  params: {¦a-b: {type: string}}\n  roles: {¦Server: {members: 1}, ok: {members: 1, ports: {¦way-too-long-for-a-port: 1}, env: {¦1A: x}, files: {¦etc/x: {text: a}}}}\n", [
    ["VALUE_INVALID", "metadata.name"],
    ["NAME_INVALID", "spec.params.a-b"],
    ["NAME_INVALID", "spec.roles.Server"],
    ["NAME_INVALID", "spec.roles.ok.ports.way-too-long-for-a-port"],
    ["NAME_INVALID", 'spec.roles.ok.env["1A"]'],
    ["NAME_INVALID", 'spec.roles.ok.files["etc/x"]'],
  ]],
  ["a role named all", app("  roles: {¦all: {members: 1}}\n"), [["NAME_RESERVED", "spec.roles.all"]]],
  ["wrong types everywhere", app("  user: ¦root\n  command: ¦{}\n  ports: ¦[9092]\n  cpu: ¦true\n  roles: {server: {members: ¦[1], after: ¦other, stop: {grace: ¦30}}}\n"), [
    ["TYPE_WRONG", "spec.user"],
    ["TYPE_WRONG", "spec.command"],
    ["TYPE_WRONG", "spec.ports"],
    ["TYPE_WRONG", "spec.cpu"],
    ["TYPE_WRONG", "spec.roles.server.members"],
    ["TYPE_WRONG", "spec.roles.server.after"],
    ["TYPE_WRONG", "spec.roles.server.stop.grace", "30s"],
  ]],
  ["values outside their limits", app("  build: ¦0\n  roles: {server: {members: ¦-1, ports: {a: ¦70000}, update: {maxUnavailable: ¦0}, stop: {signal: ¦TERM}, volumes: {v: {path: ¦/a/../b, size: 1Gi, keep: ¦alway}}, files: {/x: {text: '', mode: ¦'644'}}}}\n"), [
    ["VALUE_INVALID", "spec.build"],
    ["VALUE_INVALID", "spec.roles.server.members"],
    ["VALUE_INVALID", "spec.roles.server.ports.a"],
    ["VALUE_INVALID", "spec.roles.server.update.maxUnavailable"],
    ["VALUE_INVALID", "spec.roles.server.stop.signal", "did you mean SIGTERM?"],
    ["VALUE_INVALID", "spec.roles.server.volumes.v.path"],
    ["VALUE_INVALID", "spec.roles.server.volumes.v.keep", "did you mean always?"],
    ["VALUE_INVALID", 'spec.roles.server.files["/x"].mode'],
  ]],
  ["members that contradict themselves", app("  roles: {a: {members: ¦5..3}, b: {members: {allow: [1, 3], default: 2}}, c: {members: ¦many}, d: {members: ¦2000+}}\n").replace("b: {members: {", "b: {members: ¦{"), [
    ["MEMBERS_INVALID", "spec.roles.a.members"],
    ["MEMBERS_INVALID", "spec.roles.b.members"],
    ["VALUE_INVALID", "spec.roles.c.members"],
    ["MEMBERS_INVALID", "spec.roles.d.members"],
  ]],
  ["quantities and times that are none", app("  roles: {server: {members: 1, cpu: ¦lots, memory: ¦400m, min: {memory: ¦1GB}, volumes: {v: {path: /v, size: ¦20}}, stop: {grace: ¦forever}, probes: {ready: {exec: [a], period: ¦100ms}}}}\n"), [
    ["QUANTITY_INVALID", "spec.roles.server.cpu"],
    ["VALUE_INVALID", "spec.roles.server.memory", "did you mean 400Mi?"],
    ["QUANTITY_INVALID", "spec.roles.server.min.memory"],
    ["VALUE_INVALID", "spec.roles.server.volumes.v.size", "did you mean 20Gi?"],
    ["QUANTITY_INVALID", "spec.roles.server.stop.grace"],
    ["VALUE_INVALID", "spec.roles.server.probes.ready.period", "1s"],
  ]],
  ["times that are no texts, or too short", app("  stop: {grace: ¦1.5}\n  probes: {ready: {exec: [a], period: ¦true}}\n  roles: {a: {members: 1}, b: {members: 1, stop: {grace: ¦0s}, probes: {ready: {period: ¦1500ms}}}, c: {members: 1, files: {/a: {text: '', mode: ¦644}}}}\n"), [
    ["TYPE_WRONG", "spec.stop.grace", "2s"],
    ["TYPE_WRONG", "spec.probes.ready.period"],
    ["VALUE_INVALID", "spec.roles.b.stop.grace", "1s"],
    ["VALUE_INVALID", "spec.roles.b.probes.ready.period", "2s"],
    ["TYPE_WRONG", 'spec.roles.c.files["/a"].mode'],
  ]],
  ["defaults below the minimum", app("  roles: {server: {members: 1, memory: ¦1Gi, min: {memory: 2Gi}}}\n"), [["BELOW_MINIMUM", "spec.roles.server.memory"]]],
  ["roles that wait for one another", app("  roles: {a: {members: 1, after: ¦[c]}, b: {members: 1, after: [a]}, c: {members: 1, after: [b]}}\n"), [["AFTER_CYCLE", "spec.roles.a.after"]]],
  ["roles that wait for nobody who exists, and for themselves", app("  roles: {master: {members: 1, after: [¦master]}, worker: {members: 1, after: [¦mster]}}\n"), [["AFTER_CYCLE", "spec.roles.master.after[0]"], ["ROLE_UNKNOWN", "spec.roles.worker.after[0]", "did you mean master?"]]],
  ["a port number twice", app("  ports: {client: 9092}\n  roles: {server: {members: 1, ports: {other: ¦9092}}}\n"), [["PORT_DUPLICATE", "spec.roles.server.ports.other"]]],
  ["a port without a number", app("  roles: {server: {members: 1, ports: {¦client: {scheme: http}}}}\n"), [["FIELD_MISSING", "spec.roles.server.ports.client.port"]]],
  ["paths that hide one another", app("  roles: {server: {members: 1, volumes: {a: {path: /data, size: 1Gi}, b: {path: ¦/data, size: 1Gi}, c: {path: ¦/troupe/x, size: 1Gi}}, files: {/etc/a: {text: ''}, ¦/etc/a/b: {text: ''}, ¦/troupe/y: {text: ''}}}}\n"), [
    ["PATH_DUPLICATE", "spec.roles.server.volumes.b.path"],
    ["PATH_RESERVED", "spec.roles.server.volumes.c.path"],
    ["PATH_DUPLICATE", 'spec.roles.server.files["/etc/a/b"]'],
    ["PATH_RESERVED", 'spec.roles.server.files["/troupe/y"]'],
  ]],
  ["a file where a volume makes a folder", app("  roles: {server: {members: 1, volumes: {log: {path: /data/log, size: 1Gi}}, files: {¦/data: {text: ''}}}}\n"), [["PATH_DUPLICATE", 'spec.roles.server.files["/data"]']]],
  ["volumes whose names would meet others", app("  volumes: {¦troupe-app: {path: /a, size: 1Gi}}\n  roles: {b: {members: 1, volumes: {¦x-1-z: {path: /x, size: 1Gi}, x-1: {path: /y, size: 1Gi}, x1-2y: {path: /z, size: 1Gi}}}, b-0-x: {members: 1, volumes: {z: {path: /x, size: 1Gi}}}}\n"), [["NAME_RESERVED", "spec.volumes.troupe-app"], ["NAME_INVALID", "spec.roles.b.volumes.x-1-z"]]],
  ["volumes and files without what makes them", app("  roles: {server: {members: 1, volumes: {¦data: {}}, files: {¦/a: {}}}}\n"), [["FIELD_MISSING", "spec.roles.server.volumes.data.path"], ["FIELD_MISSING", "spec.roles.server.volumes.data.size"], ["FIELD_MISSING", 'spec.roles.server.files["/a"].text']]],
  ["probes of no kind, of two, of no port, and of one that is not there", app("  ports: {client: 1}\n  roles: {a: {members: 1, probes: {ready: ¦{period: 5s}}}, b: {members: 1, probes: {ready: ¦{tcp: client, exec: [x]}}}, c: {members: 1, probes: {started: {http: {port: ¦clien}}, ready: {¦http: {path: /x}}}}}\n"), [
    ["FIELD_MISSING", "spec.roles.a.probes.ready"],
    ["FIELDS_EXCLUSIVE", "spec.roles.b.probes.ready"],
    ["PORT_UNKNOWN", "spec.roles.c.probes.started.http.port", "did you mean client?"],
    ["FIELD_MISSING", "spec.roles.c.probes.ready.http.port"],
  ]],
  ["probes that ask a UDP port over TCP", app("  ports: {dns: {port: 53, protocol: UDP}}\n  roles: {a: {members: 1, probes: {ready: {tcp: ¦dns}}}, b: {members: 1, probes: {started: {http: {port: ¦dns}}}}}\n"), [["VALUE_INVALID", "spec.roles.a.probes.ready.tcp"], ["VALUE_INVALID", "spec.roles.b.probes.started.http.port"]]],
  ["names that JavaScript has everywhere and the file does not", app("  env: {A: \"${{ params.¦constructor }}\", B: \"${{ needs.¦valueOf.x }}\", C: \"${{ 'a'.constructor()¦ }}\"}\n  exports: {e: \"${{ exports.¦toString }}\"}\n  roles: {a: {members: 1, after: [¦constructor], probes: {ready: {tcp: ¦constructor}}}}\n"), [
    ["EXPRESSION_UNKNOWN_NAME", "spec.env.A"],
    ["EXPRESSION_UNKNOWN_NAME", "spec.env.B"],
    ["EXPRESSION_UNKNOWN_NAME", "spec.env.C"],
    ["EXPRESSION_UNKNOWN_NAME", "spec.exports.e"],
    ["ROLE_UNKNOWN", "spec.roles.a.after[0]"],
    ["PORT_UNKNOWN", "spec.roles.a.probes.ready.tcp"],
  ]],
  ["variables that Kubernetes refuses", app("  roles: {a: {members: 1, env: {¦.: a, ¦..: a, ¦..x: a, .x: a, x..: a}}}\n"), [["NAME_INVALID", 'spec.roles.a.env["."]'], ["NAME_INVALID", 'spec.roles.a.env[".."]'], ["NAME_INVALID", 'spec.roles.a.env["..x"]']]],
  ["ids that members of two roles could have", app("  env: {ID: \"${{ member.id }}\"}\n  roles: {a: {members: 1..5}, b: {members: 1+, idBase: ¦4}}\n"), [["ID_OVERLAP", "spec.roles.b.idBase"]]],
  ["variables that are Troupe's own", app("  env: {¦TROUPE_SECRET_x: a}\n  roles: {server: {members: 1}}\n"), [["NAME_RESERVED", "spec.env.TROUPE_SECRET_x"]]],
  ["params that contradict themselves", app("  params:\n    a: {type: integer, default: ¦x}\n    b: {type: string, enum: [x, ¦1], default: ¦z}\n    c: {type: string, ¦min: 1, pattern: ¦'('}\n    d: {type: integer, min: ¦5, max: 3}\n    e: {type: integer, required: ¦true, default: 1}\n    f: {type: ¦int}\n    g: {type: quantity, default: ¦lots}\n    h: {type: string, pattern: '^a+$', default: ¦b}\n    i: {type: string, enum: [a], ¦pattern: b}\n  roles: {server: {members: 1}}\n"), [
    ["PARAM_INVALID", "spec.params.a.default"],
    ["PARAM_INVALID", "spec.params.b.enum[1]"],
    ["PARAM_INVALID", "spec.params.b.default"],
    ["FIELD_NOT_APPLICABLE", "spec.params.c.min"],
    ["PATTERN_INVALID", "spec.params.c.pattern"],
    ["VALUE_INVALID", "spec.params.d.min"],
    ["FIELDS_EXCLUSIVE", "spec.params.e.required"],
    ["VALUE_INVALID", "spec.params.f.type", "did you mean integer?"],
    ["PARAM_INVALID", "spec.params.g.default"],
    ["PARAM_INVALID", "spec.params.h.default"],
    ["FIELDS_EXCLUSIVE", "spec.params.i.pattern"],
  ]],
  ["secrets of a length that means nothing", app("  secrets: {a: {generate: password, ¦bytes: 16}, b: {generate: uuid, ¦length: 8}, c: {generate: ¦pasword}}\n  roles: {server: {members: 1}}\n"), [
    ["FIELD_NOT_APPLICABLE", "spec.secrets.a.bytes"],
    ["FIELD_NOT_APPLICABLE", "spec.secrets.b.length"],
    ["VALUE_INVALID", "spec.secrets.c.generate", "did you mean password?"],
  ]],
  ["a package that did not come", app("  package: ¦./scripts\n  roles: {server: {members: 1}}\n"), [["PACKAGE_MISSING", "spec.package"]]],
  ["expressions that are none", app("  env: {A: \"${{ 1 +¦ }}\", B: \"x ¦${{ 1\", C: \"${{¦}}\"}\n  roles: {server: {members: 1}}\n"), [["EXPRESSION_INVALID", "spec.env.A"], ["EXPRESSION_UNTERMINATED", "spec.env.B"], ["EXPRESSION_INVALID", "spec.env.C"]]],
  ["expressions about what is not there", app("  env:\n    A: a ${{ params.¦n }}\n    B: ${{ roles.¦servr.count }} and ${{ roles.server.hosts(¦'cliet').join() }}\n    C: |\n      first\n      second ${{ exports.¦nothing }}\n    D: 'it''s ${{ needs.¦zk.quorum }}'\n  roles: {server: {members: 1, ports: {client: 1}}}\n"), [
    ["EXPRESSION_UNKNOWN_NAME", "spec.env.A"],
    ["EXPRESSION_UNKNOWN_NAME", "spec.env.B", "did you mean server?"],
    ["EXPRESSION_UNKNOWN_NAME", "spec.env.B", "did you mean client?"],
    ["EXPRESSION_UNKNOWN_NAME", "spec.env.C"],
    ["EXPRESSION_UNKNOWN_NAME", "spec.env.D"],
  ]],
  ["expressions of the wrong type", app("  roles: {server: {members: 1, command: \"${{ ¦'a' }}\", args: [\"${{ ¦roles.server.members }}\"], env: {A: \"${{ ¦'a' + 1 }}\"}}}\n"), [
    ["EXPRESSION_TYPE", "spec.roles.server.command"],
    ["EXPRESSION_TYPE", "spec.roles.server.args[0]"],
    ["EXPRESSION_TYPE", "spec.roles.server.env.A"],
  ]],
  ["a command that is neither list nor expression", app("  roles: {server: {members: 1, command: ¦run me}}\n"), [["TYPE_WRONG", "spec.roles.server.command"]]],
  ["exports that need one another", app("  exports: {a: ¦\"${{ exports.b }}\", b: \"${{ exports.a }}\"}\n  roles: {server: {members: 1}}\n"), [["EXPORT_CYCLE", "spec.exports.a"]]],
  ["exports that read a member", app("  exports: {a: \"${{ ¦member.host }}\"}\n  roles: {server: {members: 1}}\n"), [["EXPRESSION_UNKNOWN_NAME", "spec.exports.a"]]],
  ["secrets where they would be read", app("  secrets: {s: {generate: uuid}}\n  exports: {a: \"x ${{ secrets.¦s }}\"}\n  roles: {server: {members: 1, args: [\"${{ secrets.¦s }}\"], files: {/a: {text: \"x ${{ secrets.s }}\"}}, env: {A: \"${{ secrets.¦s + 'x' }}\", B: \"ok ${{ secrets.s }}\"}}}\n"), [
    ["SECRET_NOT_ALONE", "spec.exports.a"],
    ["SECRET_NOT_ALLOWED", "spec.roles.server.args[0]"],
    ["SECRET_NOT_ALONE", "spec.roles.server.env.A"],
  ]],
  ["what is wrong with the shape, and with what it says, at once", app("  ¦foo: 1\n  roles:\n    a: {members: ¦x, after: [¦b]}\n    c: {members: 1, env: {A: \"${{ params.¦p }}\"}, ports: {p: 1, q: ¦1}}\n"), [
    ["FIELD_UNKNOWN", "spec.foo"],
    ["VALUE_INVALID", "spec.roles.a.members"],
    ["ROLE_UNKNOWN", "spec.roles.a.after[0]"],
    ["EXPRESSION_UNKNOWN_NAME", "spec.roles.c.env.A"],
    ["PORT_DUPLICATE", "spec.roles.c.ports.q"],
  ]],
  ["fields that are missing beside one that nobody knows", app("  roles: {¦a: {¦foo: 1}, b: {¦membres: 1}}\n"), [["FIELD_MISSING", "spec.roles.a.members"], ["FIELD_UNKNOWN", "spec.roles.a.foo"], ["FIELD_UNKNOWN", "spec.roles.b.membres", "did you mean members?"]]],
  ["what is wrong by itself, though its message has a word that was taken out", app("  params: {role: {type: ¦txt}}\n  roles: {a: {members: 1, after: [¦b], env: {A: \"${{ params.role }}\"}}}\n"), [["VALUE_INVALID", "spec.params.role.type"], ["ROLE_UNKNOWN", "spec.roles.a.after[0]"]]],
  ["secrets that are exported with text around them", app("  secrets: {s: {generate: uuid}}\n  exports: {a: \"${{ secrets.s }}\", b: \"x ${{ exports.¦a }}\", c: ok}\n  roles: {server: {members: 1}}\n"), [["SECRET_NOT_ALONE", "spec.exports.b"]]],
  ["too many roles", app(`  roles: ¦{${Array.from({ length: 60 }, (_, index) => `r${index}: {members: 1}`).join(", ")}}\n`), [["TOO_LARGE", "spec.roles"]]],
];

const clusterHead = "apiVersion: troupe.dev/v1\nkind: Cluster\nmetadata: {name: it}\n";

const badClusters: readonly BadFile[] = [
  ["no app", `${clusterHead}¦spec: {}\n`, [["FIELD_MISSING", "spec.app"]]],
  ["no name", "apiVersion: troupe.dev/v1\nkind: Cluster\n¦metadata: {namespace: a}\nspec: {app: thing}\n", [["FIELD_MISSING", "metadata.name"]]],
  ["a name that is too long", `apiVersion: troupe.dev/v1\nkind: Cluster\nmetadata: {name: ¦${"a".repeat(41)}}\nspec: {app: thing}\n`, [["VALUE_INVALID", "metadata.name"]]],
  ["the project of the catalogue", "apiVersion: troupe.dev/v1\nkind: Cluster\nmetadata: {name: it, namespace: ¦troupe-system}\nspec: {app: thing}\n", [["NAME_RESERVED", "metadata.namespace"]]],
  ["a reference that is none", `${clusterHead}spec: {app: ¦thing@, adopt: ¦yesterday}\n`, [["VALUE_INVALID", "spec.app"], ["VALUE_INVALID", "spec.adopt"]]],
  ["metadata that the API server would refuse", "apiVersion: troupe.dev/v1\nkind: Cluster\nmetadata: {name: it, ¦project: a, labels: {a: ¦'b c'}}\nspec: {app: thing}\n", [["FIELD_UNKNOWN", "metadata.project"], ["VALUE_INVALID", "metadata.labels.a"]]],
  ["an expression", `${clusterHead}spec: {app: thing, roles: {server: {env: {A: "x ¦\${{ member.id }}"}}}}\n`, [["EXPRESSION_NOT_ALLOWED", "spec.roles.server.env.A"]]],
  ["wrong types", `${clusterHead}spec: {app: ¦1, roles: {server: {members: ¦3+, memory: ¦1G1}}, needs: {zk: ¦3}, protect: ¦'no'}\n`, [
    ["TYPE_WRONG", "spec.app"],
    ["TYPE_WRONG", "spec.roles.server.members"],
    ["QUANTITY_INVALID", "spec.roles.server.memory"],
    ["TYPE_WRONG", "spec.needs.zk"],
    ["TYPE_WRONG", "spec.protect"],
  ]],
];

const thing = parseApp(
  parseDocument(
    app(`
  params:
    size: {type: integer, min: 1, max: 9, default: 3}
    mode: {type: string, enum: [fast, safe], default: safe}
    key: {type: string, required: true, pattern: "^[a-z]+$"}
  needs: {store: {app: storage}, extra: {optional: true}}
  env: {HEAP: "\${{ member.memoryMiB / 2 }}m", CORES: "\${{ roles.server.all.map(m, int(m.cpu)).size() }}"}
  roles:
    server: {members: {allow: [1, 3, 5], default: 3}, min: {memory: 1Gi}, volumes: {data: {path: /data, size: 10Gi}, work: {path: /work, size: 1Gi, keep: pod}}}
    worker: {members: 2+, cpu: 1, memory: 1Gi}
`),
  ),
);

/** Right by themselves, wrong for their app. */
const badSpecs: readonly BadFile[] = [
  ["names that JavaScript has everywhere and the app does not", `${clusterHead}spec: {app: thing, params: {key: a, ¦constructor: 3}, needs: {store: s, ¦valueOf: s}, roles: {server: {cpu: 1, memory: 1Gi, volumes: {¦constructor: {size: 1Gi}}}, ¦constructor: {members: 1}}}\n`, [
    ["PARAM_UNKNOWN", "spec.params.constructor"],
    ["NEED_UNKNOWN", "spec.needs.valueOf"],
    ["VOLUME_UNKNOWN", "spec.roles.server.volumes.constructor"],
    ["ROLE_UNKNOWN", "spec.roles.constructor"],
  ]],
  ["more members than a cluster can have", `${clusterHead}spec: {app: thing, params: {key: a}, needs: {store: s}, roles: ¦{server: {cpu: 1, memory: 1Gi}, worker: {members: 998}}}\n`, [["TOO_LARGE", "spec.roles"]]],
  ["all that is missing", `${clusterHead}¦spec: {app: thing}\n`, [["PARAM_MISSING", "spec.params.key"], ["NEED_MISSING", "spec.needs.store"], ["CPU_MISSING", "spec.roles.server.cpu"], ["MEMORY_MISSING", "spec.roles.server.memory"]]],
  ["names that the app does not have", `${clusterHead}spec: {app: thing, params: {key: a, ¦sise: 3}, needs: {store: s, ¦stor: s}, roles: {server: {cpu: 1, memory: 1Gi, volumes: {¦dat: {size: 1Gi}}}, ¦servr: {members: 1}}}\n`, [
    ["PARAM_UNKNOWN", "spec.params.sise", "did you mean size?"],
    ["NEED_UNKNOWN", "spec.needs.stor", "did you mean store?"],
    ["VOLUME_UNKNOWN", "spec.roles.server.volumes.dat", "did you mean data?"],
    ["ROLE_UNKNOWN", "spec.roles.servr", "did you mean server?"],
  ]],
  ["params that do not fit", `${clusterHead}spec: {app: thing, params: {size: ¦10, mode: ¦quick, key: ¦A1}, needs: {store: s}, roles: {server: {cpu: 1, memory: 1Gi}}}\n`, [["PARAM_INVALID", "spec.params.size"], ["PARAM_INVALID", "spec.params.mode"], ["PARAM_INVALID", "spec.params.key"]]],
  ["numbers of members that are not legal", `${clusterHead}spec: {app: thing, params: {key: a}, needs: {store: s}, roles: {server: {members: ¦2, cpu: 1, memory: 1Gi}, worker: {members: ¦1}}}\n`, [["MEMBERS_ILLEGAL", "spec.roles.server.members", "nearest: 1 or 3"], ["MEMBERS_ILLEGAL", "spec.roles.worker.members", "nearest: 2"]]],
  ["less than the minimum", `${clusterHead}spec: {app: thing, params: {key: a}, needs: {store: s}, roles: {server: {cpu: 1, memory: ¦512Mi}}}\n`, [["BELOW_MINIMUM", "spec.roles.server.memory"]]],
  ["a class for scratch space, and a need for itself", `${clusterHead}spec: {app: thing, params: {key: a}, needs: {store: ¦it}, roles: {server: {cpu: 1, memory: 1Gi, volumes: {work: {¦class: fast}}}}}\n`, [["NEED_CYCLE", "spec.needs.store"], ["FIELD_NOT_APPLICABLE", "spec.roles.server.volumes.work.class"]]],
];

interface Told {
  readonly problems: readonly Problem[];
}

function told(run: () => readonly Problem[]): Told {
  try {
    return { problems: run() };
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    expect((error as Failure).kind).toBe("invalid");
    return { problems: (error as Failure).problems };
  }
}

/** Text without the marks, and where they were. */
function unmarked(marked: string) {
  const places: { line: number; column: number }[] = [];
  let text = "";
  for (const piece of marked.split("¦")) {
    if (text !== "" || places.length > 0 || marked.startsWith("¦")) places.push({ line: text.split("\n").length, column: text.length - text.lastIndexOf("\n") });
    text += piece;
  }
  const [first] = places;
  return { text, places: marked.startsWith("¦") && first ? places.slice(1) : places };
}

function expectProblems([, marked, expected]: BadFile, run: (text: string) => readonly Problem[]): void {
  const { text, places } = unmarked(marked);
  const { problems } = told(() => run(text));
  expect(problems.map(({ reason, path }) => [reason, path])).toEqual(expected.map(([reason, path]) => [reason, path]));
  expected.forEach(([, , suggestion], index) => expect(problems[index]?.suggestion).toBe(suggestion));
  const distinct = [...new Set(problems.map(({ line, column }) => `${line}:${column}`))];
  if (marked.includes("¦")) expect(distinct).toEqual(places.map(({ line, column }) => `${line}:${column}`));
  for (const { message } of problems) expect(message).toMatch(/^[^A-Z.].*[^.]$/s);
}

describe("a definition is refused for", () => {
  test.each(badApps)("%s", (...file) => expectProblems(file, (text) => (parseApp(parseDocument(text)), [])));
});

describe("a Cluster is refused for", () => {
  test.each(badClusters)("%s", (...file) => expectProblems(file, (text) => (parseClusterDocument(parseDocument(text)), [])));
  test.each(badSpecs)("%s, beside its app", (...file) =>
    expectProblems(file, (text) => {
      const document = parseDocument(text);
      const { name, spec } = parseClusterDocument(document);
      return checkSpec(thing, spec, name, document.placeOf);
    }),
  );

  test("a provider of another app, where it exists and the slot says of which", () => {
    const { spec } = parseClusterDocument(parseDocument(`${clusterHead}spec: {app: thing, needs: {store: a, extra: b}}`));
    expect(checkProviders(thing, spec, { a: { name: "kafka", version: "4.1.0" }, b: { name: "kafka", version: "4.1.0" } })).toMatchObject([{ reason: "NEED_OTHER_APP", path: "spec.needs.store" }]);
    expect(checkProviders(thing, spec, { a: { name: "storage", version: undefined } })).toEqual([]);
    expect(checkProviders(thing, spec, {})).toEqual([]);
  });

  test("a name that pods could not have", () => {
    const name = "a".repeat(40);
    const long = parseApp(parseDocument(app(`  roles: {${"b".repeat(21)}: {members: 1+}}\n`)));
    const specOf = (members: number) => parseClusterDocument(parseDocument(`${clusterHead}spec: {app: long, roles: {${"b".repeat(21)}: {members: ${members}}}}`)).spec;
    expect(checkSpec(long, specOf(10), name)).toMatchObject([{ reason: "NAME_TOO_LONG", path: "metadata.name" }]);
    expect(checkSpec(long, specOf(10), name.slice(1))).toEqual([]);
    expect(checkSpec(long, specOf(11), name.slice(1))).toMatchObject([{ reason: "NAME_TOO_LONG" }]);
  });
});
