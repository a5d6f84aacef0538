/**
 * What simulated nodes and pods do, as Stages of kwok. No container runs: a pod that is bound to a node becomes Ready, init
 * containers and all, and goes when it is deleted. Tests steer single pods with knobs. Each is an annotation of the pod or
 * an environment variable of one of its containers, so that an App can carry it:
 *
 * | annotation               | variable                  | value  | what happens                                              |
 * |--------------------------|---------------------------|--------|-----------------------------------------------------------|
 * | troupe.test/never-ready  | TROUPE_TEST_NEVER_READY   | "true" | it runs, and is not Ready for as long as the knob is set  |
 * | troupe.test/never-start  | TROUPE_TEST_NEVER_START   | "true" | it stays Pending, as if its image were still being pulled |
 * | troupe.test/crash-loop   | TROUPE_TEST_CRASH_LOOP    | "true" | CrashLoopBackOff, restarted 5 times, not Ready            |
 * | troupe.test/hold-delete  | TROUPE_TEST_HOLD_DELETE   | "true" | once deleted it stays Terminating, as on a silent node    |
 * | troupe.test/exit-code    | TROUPE_TEST_EXIT_CODE     | "0"-"255" | its containers end with that code: Succeeded, or Failed. Only with a restartPolicy other than Always |
 * | troupe.test/ready-after  | TROUPE_TEST_READY_AFTER   | "500ms"| that long after it was bound                              |
 * | troupe.test/exit-after   | TROUPE_TEST_EXIT_AFTER    | "1s"   | that long after it was Ready                              |
 *
 * An annotation may be changed while the pod is there; it wins over the variable.
 */
export const knobs = ["never-ready", "never-start", "crash-loop", "hold-delete", "exit-code", "ready-after", "exit-after"] as const;
export type Knob = (typeof knobs)[number];

export interface StageOptions {
  /** From bound to Ready, where a pod has no knob of its own. */
  readonly readyAfterMs: number;
}

interface Requirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[];
}

/** The content of kwok's configuration file: YAML, as JSON is. */
export function renderStages({ readyAfterMs }: StageOptions): string {
  const documents = [
    stage("Node", "node-ready", [conditionIs("Ready", "NotIn", "True")], nodeStatus),
    stage("Pod", "pod-ready", [alive, phaseIs("Pending"), off("never-ready"), off("never-start"), off("crash-loop")], startedStatus("ready"), delay("ready-after", readyAfterMs)),
    stage("Pod", "pod-starts-not-ready", [alive, phaseIs("Pending"), on("never-ready"), off("never-start"), off("crash-loop")], startedStatus("running"), delay("ready-after", readyAfterMs)),
    stage("Pod", "pod-starts-crashing", [alive, phaseIs("Pending"), on("crash-loop"), off("never-start")], startedStatus("crashing"), delay("ready-after", readyAfterMs)),
    stage("Pod", "pod-turns-ready", [alive, phaseIs("Running"), conditionIs("Ready", "NotIn", "True"), off("never-ready"), off("crash-loop")], containersOf("ready")),
    stage("Pod", "pod-turns-not-ready", [alive, phaseIs("Running"), conditionIs("Ready", "In", "True"), on("never-ready"), off("crash-loop")], containersOf("running")),
    stage("Pod", "pod-turns-crashing", [alive, phaseIs("Running"), conditionIs("Ready", "In", "True"), on("crash-loop")], containersOf("crashing")),
    stage("Pod", "pod-succeeds", [alive, phaseIs("Running"), runsToCompletion, { key: valueOf("exit-code"), operator: "In", values: ["0"] }], ended("Succeeded"), delay("exit-after", 0)),
    stage("Pod", "pod-fails", [alive, phaseIs("Running"), runsToCompletion, { key: valueOf("exit-code"), operator: "Exists" }, { key: valueOf("exit-code"), operator: "NotIn", values: ["0"] }], ended("Failed"), delay("exit-after", 0)),
    deletion,
  ];
  return documents.map((document) => JSON.stringify(document, undefined, 2)).join("\n---\n");
}

function stage(kind: "Node" | "Pod", name: string, requirements: readonly Requirement[], statusTemplate: string, wait?: object): object {
  return {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Stage",
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: "v1", kind },
      selector: { matchExpressions: requirements },
      ...(wait !== undefined && { delay: wait }),
      next: { statusTemplate },
    },
  };
}

const alive: Requirement = { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" };
const runsToCompletion: Requirement = { key: ".spec.restartPolicy", operator: "In", values: ["Never", "OnFailure"] };

function phaseIs(phase: string): Requirement {
  return { key: ".status.phase", operator: "In", values: [phase] };
}

function conditionIs(type: string, operator: "In" | "NotIn", value: string): Requirement {
  return { key: `.status.conditions[]? | select(.type == "${type}") | .status`, operator, values: [value] };
}

function on(knob: Knob): Requirement {
  return { key: valueOf(knob), operator: "In", values: ["true"] };
}

function off(knob: Knob): Requirement {
  return { key: valueOf(knob), operator: "NotIn", values: ["true"] };
}

/** In jq: the annotation, else the first variable of that name, else nothing. */
function valueOf(knob: Knob): string {
  const variable = `TROUPE_TEST_${knob.replace("-", "_").toUpperCase()}`;
  return `.metadata.annotations["troupe.test/${knob}"] // first(.spec.containers[].env[]? | select(.name == "${variable}") | .value) // empty`;
}

function delay(knob: Knob, otherwiseMs: number): object {
  return { durationMilliseconds: otherwiseMs, durationFrom: { expressionFrom: valueOf(knob) } };
}

const deletion = {
  apiVersion: "kwok.x-k8s.io/v1alpha1",
  kind: "Stage",
  metadata: { name: "pod-goes" },
  spec: {
    resourceRef: { apiGroup: "v1", kind: "Pod" },
    selector: {
      matchExpressions: [
        { key: ".metadata.deletionTimestamp", operator: "Exists" },
        { key: ".metadata.finalizers", operator: "DoesNotExist" }, // it would not go, and be asked again and again
        off("hold-delete"),
      ],
    },
    next: { delete: true },
  },
};

/** What a node has it says itself when it is made (nodes.ts). */
const nodeStatus = `
{{ $now := Now }}
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $now | Quote }}
{{ end }}
phase: Running
`;

type Life = "ready" | "running" | "crashing";

/** Everything that a kubelet says once; an address must not be said twice, as it may not change. */
function startedStatus(life: Life): string {
  return `${containersOf(life)}
{{ $ips := PodIPsWith .spec.nodeName (or .spec.hostNetwork false) (or .metadata.uid "") (or .metadata.name "") (or .metadata.namespace "") }}
{{ with $ips }}
podIP: {{ index . 0 | Quote }}
podIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
{{ with NodeIPsWith .spec.nodeName }}
hostIP: {{ index . 0 | Quote }}
hostIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
startTime: {{ $now | Quote }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: {{ printf "simulated/%s" .image | Quote }}
  containerID: {{ printf "simulated://%s" (sha256sum (printf "%s/init/%s" $uid .name)) | Quote }}
  restartCount: 0
  ready: true
  {{ if eq (or .restartPolicy "") "Always" }}
  started: true
  state: {running: {startedAt: {{ $now | Quote }}}}
  {{ else }}
  started: false
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}
  {{ end }}
{{ end }}
`;
}

/** The phase Running, the conditions, and the containers in one of their lives. */
function containersOf(life: Life): string {
  const ready = life === "ready";
  const state = life === "crashing" ? `{waiting: {reason: CrashLoopBackOff, message: "back-off 40s restarting failed container"}}` : "{running: {startedAt: {{ $now | Quote }}}}";
  const last = life === "crashing" ? "lastState: {terminated: {exitCode: 1, reason: Error, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}" : "";
  return `
{{ $now := Now }}
{{ $uid := .metadata.uid }}
phase: Running
conditions:
${condition("PodReadyToStartContainers", true)}
${condition("Initialized", true)}
${condition("ContainersReady", ready, "ContainersNotReady")}
${condition("Ready", ready, "ContainersNotReady")}
{{ range .spec.readinessGates }}
- {type: {{ .conditionType | Quote }}, status: "True", lastTransitionTime: {{ $now | Quote }}}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: {{ printf "simulated/%s" .image | Quote }}
  containerID: {{ printf "simulated://%s" (sha256sum (printf "%s/%s" $uid .name)) | Quote }}
  restartCount: ${life === "crashing" ? 5 : 0}
  ready: ${ready}
  started: ${life !== "crashing"}
  state: ${state}
  ${last}
{{ end }}
`;
}

function condition(type: string, isTrue: boolean, reasonOtherwise = ""): string {
  const [status, reason] = isTrue ? ["True", "null"] : ["False", reasonOtherwise];
  return `- {type: ${type}, status: "${status}", lastTransitionTime: {{ $now | Quote }}, reason: ${reason}}`;
}

function ended(phase: "Succeeded" | "Failed"): string {
  const code = phase === "Succeeded" ? "0" : "{{ $code }}";
  return `
{{ $now := Now }}
{{ $uid := .metadata.uid }}
{{ $code := or (index (or .metadata.annotations dict) "troupe.test/exit-code") "" }}
{{ range .spec.containers }}{{ range .env }}{{ if and (eq .name "TROUPE_TEST_EXIT_CODE") (eq $code "") }}{{ $code = .value }}{{ end }}{{ end }}{{ end }}
phase: ${phase}
conditions:
- {type: ContainersReady, status: "False", lastTransitionTime: {{ $now | Quote }}, reason: Pod${phase === "Succeeded" ? "Completed" : "Failed"}}
- {type: Ready, status: "False", lastTransitionTime: {{ $now | Quote }}, reason: Pod${phase === "Succeeded" ? "Completed" : "Failed"}}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: {{ printf "simulated/%s" .image | Quote }}
  containerID: {{ printf "simulated://%s" (sha256sum (printf "%s/%s" $uid .name)) | Quote }}
  restartCount: 0
  ready: false
  started: false
  state: {terminated: {exitCode: ${code}, reason: ${phase === "Succeeded" ? "Completed" : "Error"}, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}
{{ end }}
`;
}
