import { parseApp } from "../app.ts";
import { parseDocument } from "../document.ts";
import { app, type BadFile } from "./bad-files.ts";

export const clusterHead = "apiVersion: troupe.dev/v1\nkind: Cluster\nmetadata: {name: it}\n";

export const badClusters: readonly BadFile[] = [
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

export const thing = parseApp(
  parseDocument(
    app(`
  params:
    size: {type: integer, min: 1, max: 9, default: 3}
    mode: {type: string, enum: [fast, safe], default: safe}
    key: {type: string, required: true, pattern: "^[a-z]+$"}
  needs: {store: {app: storage}, extra: {optional: true}}
  env: {HEAP: "\${{ member.memoryMiB / 2 }}m", CORES: "\${{ roles.server.all.map(m, int(m.cpu)).size() }}"}
  roles:
    server: {members: {allow: [1, 3, 5], default: 3}, min: {memory: 1Gi, gpu: 0}, volumes: {data: {path: /data, size: 10Gi}, work: {path: /work, size: 1Gi, keep: pod}}}
    worker: {members: 2+, cpu: 1, memory: 1Gi, gpu: 2, min: {gpu: 1}, ports: {api: 80}, files: {/etc/a.properties: {format: properties, set: {a: 1}}, /etc/a.env: {format: env, set: {A: 1}}, /etc/a.yaml: {format: yaml, set: {a: 1}}, /etc/a.xml: {format: hadoop-xml, set: {a: 1}}, /etc/text: {text: x}, /etc/own: {format: json, set: {a: 1}, owner: app}}}
`),
  ),
);

const ofSpec = (rest: string) => `${clusterHead}spec: {app: thing, params: {key: a}, needs: {store: s}, roles: {server: {cpu: 1, memory: 1Gi}}, ${rest}}\n`;
const worker = (rest: string) => `${clusterHead}spec: {app: thing, params: {key: a}, needs: {store: s}, roles: {server: {cpu: 1, memory: 1Gi}, worker: {${rest}}}}\n`;

/** Wrong for their app, or by themselves. */
export const badSpecs: readonly BadFile[] = [
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
  ["roles that the app does not have, of which nothing is said", `${clusterHead}spec: {app: thing, params: {key: a}, needs: {store: s}, roles: {server: {cpu: 1, memory: 1Gi}, ¦servr: {}, worker: null, ¦workr: null, ¦all: {volumes: {}}}}\n`, [["ROLE_UNKNOWN", "spec.roles.servr", "did you mean server?"], ["ROLE_UNKNOWN", "spec.roles.workr", "did you mean worker?"], ["ROLE_UNKNOWN", "spec.roles.all"]]],
  ["params that do not fit", `${clusterHead}spec: {app: thing, params: {size: ¦10, mode: ¦quick, key: ¦A1}, needs: {store: s}, roles: {server: {cpu: 1, memory: 1Gi}}}\n`, [["PARAM_INVALID", "spec.params.size"], ["PARAM_INVALID", "spec.params.mode"], ["PARAM_INVALID", "spec.params.key"]]],
  ["numbers of members that are not legal", `${clusterHead}spec: {app: thing, params: {key: a}, needs: {store: s}, roles: {server: {members: ¦2, cpu: 1, memory: 1Gi}, worker: {members: ¦1}}}\n`, [["MEMBERS_ILLEGAL", "spec.roles.server.members", "nearest: 1 or 3"], ["MEMBERS_ILLEGAL", "spec.roles.worker.members", "nearest: 2"]]],
  ["less than the minimum", `${clusterHead}spec: {app: thing, params: {key: a}, needs: {store: s}, roles: {server: {cpu: 1, memory: ¦512Mi}}}\n`, [["BELOW_MINIMUM", "spec.roles.server.memory"]]],
  ["a class for scratch space, and a need for itself", `${clusterHead}spec: {app: thing, params: {key: a}, needs: {store: ¦it}, roles: {server: {cpu: 1, memory: 1Gi, volumes: {work: {¦class: fast}}}}}\n`, [["NEED_CYCLE", "spec.needs.store"], ["FIELD_NOT_APPLICABLE", "spec.roles.server.volumes.work.class"]]],
  ["fewer GPUs than the least", worker("gpu: ¦0"), [["BELOW_MINIMUM", "spec.roles.worker.gpu"]]],
  ["less memory than nothing", worker("memory: ¦0"), [["VALUE_INVALID", "spec.roles.worker.memory"]]],
  ["a port that is not there", worker("expose: {¦apo: node}"), [["PORT_UNKNOWN", "spec.roles.worker.expose.apo", "did you mean api?"]]],
  ["a port that is reached in a way that is none", worker("expose: {api: ¦public}"), [["VALUE_INVALID", "spec.roles.worker.expose.api"]]],
  ["a file that is not there", worker("files: {¦/etc/a.propertis: {set: {a: 1}}}"), [["FILE_UNKNOWN", 'spec.roles.worker.files["/etc/a.propertis"]', "did you mean /etc/a.properties?"]]],
  ["keys of a text", worker("files: {/etc/text: {set: ¦{a: 1}}}"), [["FIELD_NOT_APPLICABLE", 'spec.roles.worker.files["/etc/text"].set']]],
  ["keys of the application's own file", worker("files: {/etc/own: {set: ¦{a: 1}}}"), [["FIELD_NOT_APPLICABLE", 'spec.roles.worker.files["/etc/own"].set']]],
  ["a map in a flat format", worker("files: {/etc/a.properties: {set: {a: ¦{b: 1}}}}"), [["TYPE_WRONG", 'spec.roles.worker.files["/etc/a.properties"].set.a']]],
  ["a list in a flat format", worker("files: {/etc/a.env: {set: {A: ¦[1]}}}"), [["TYPE_WRONG", 'spec.roles.worker.files["/etc/a.env"].set.A']]],
  ["a character that a format has no way to write", worker('files: {/etc/a.xml: {set: {a: ¦"b\\x01"}}, /etc/a.properties: {set: {a: "b\\x01"}}}'), [["CHARACTER_INVALID", 'spec.roles.worker.files["/etc/a.xml"].set.a']]],
  ["a need that is neither a cluster nor values", `${clusterHead}spec: {app: thing, params: {key: a}, needs: {store: ¦null}, roles: {server: {cpu: 1, memory: 1Gi}}}\n`, [["TYPE_WRONG", "spec.needs.store"], ["NEED_MISSING", "spec.needs.store"]]],
  ["a variable that is no name", worker('files: {/etc/a.env: {set: {¦"A; rm": 1}}}'), [["NAME_INVALID", 'spec.roles.worker.files["/etc/a.env"].set["A; rm"]']]],
  ["an expression in a key of a file", worker('files: {/etc/a.yaml: {set: {a: {b: "¦${{ member.id }}"}}}}'), [["EXPRESSION_NOT_ALLOWED", 'spec.roles.worker.files["/etc/a.yaml"].set.a.b']]],
  ["a file without keys", worker("files: {¦/etc/a.yaml: {}}"), [["FIELD_MISSING", 'spec.roles.worker.files["/etc/a.yaml"].set']]],
  ["a file made otherwise", worker("files: {/etc/a.yaml: {set: {}, ¦mode: x}}"), [["FIELD_UNKNOWN", 'spec.roles.worker.files["/etc/a.yaml"].mode']]],
  ["a file whose path is none", worker("files: {¦etc/a.yaml: {set: {a: 1}}}"), [["NAME_INVALID", 'spec.roles.worker.files["etc/a.yaml"]']]],
  ["a variable of Troupe's own", worker("env: {¦TROUPE_X: a}"), [["NAME_RESERVED", "spec.roles.worker.env.TROUPE_X"]]],
  ["a volume's size that is none", worker("volumes: {v: {size: ¦lots}}"), [["QUANTITY_INVALID", "spec.roles.worker.volumes.v.size"]]],
  ["a pause in words", ofSpec("paused: ¦'yes'"), [["TYPE_WRONG", "spec.paused"]]],
  ["a stop in words", ofSpec("stopped: ¦1"), [["TYPE_WRONG", "spec.stopped"]]],
  ["a label of Troupe's own", ofSpec("labels: {¦troupe.dev/role: x}"), [["NAME_RESERVED", 'spec.labels["troupe.dev/role"]']]],
  ["a label of Kubernetes' own", ofSpec("labels: {¦app.kubernetes.io/name: x}"), [["NAME_RESERVED", 'spec.labels["app.kubernetes.io/name"]']]],
  ["a label that is none", ofSpec("labels: {¦a b: x}"), [["NAME_INVALID", 'spec.labels["a b"]']]],
  ["a label's value that is none", ofSpec("labels: {a: ¦'-x'}"), [["VALUE_INVALID", "spec.labels.a"]]],
  ["a target that is none", ofSpec("placement: {target: ¦East}"), [["VALUE_INVALID", "spec.placement.target"]]],
  ["all kinds of differences at once", worker("gpu: ¦-1, expose: {¦x: node}, files: {/etc/text: {set: ¦{a: 1}}}, env: {¦1: a}, ¦image_: b"), [["VALUE_INVALID", "spec.roles.worker.gpu"], ["PORT_UNKNOWN", "spec.roles.worker.expose.x"], ["FIELD_NOT_APPLICABLE", 'spec.roles.worker.files["/etc/text"].set'], ["KEY_INVALID", "spec.roles.worker.env"], ["FIELD_UNKNOWN", "spec.roles.worker.image_", "did you mean image?"]]],
];
