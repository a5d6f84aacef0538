import type { V1Container, V1Pod, V1PodSecurityContext, V1Probe, V1SecurityContext, V1Volume, V1VolumeMount } from "@kubernetes/client-node";
import { evaluateList } from "../expression/evaluate.ts";
import type { Scope } from "../expression/scope.ts";
import type { JsonObject } from "../json.ts";
import type { Probe, TemplateList } from "../language/app.ts";
import type { Step, StepMember } from "../life/step.ts";
import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import { memberScope } from "../plan/scope.ts";
import { escaped, renderEnv } from "./env.ts";
import { troupeMount, troupeVolume } from "./context.ts";
import { copiedFiles, type FilesInPlace } from "./file-mounts.ts";
import { accountName, annotation, headlessServiceName, memberLabels, memberName } from "./identity.ts";
import { inputsOf, liveInputsOf } from "./inputs.ts";
import type { Manifest } from "./manifest.ts";
import { mountedFiles } from "./mounted-files.ts";
import { owned } from "./owner.ts";
import { placementOf } from "./placement.ts";
import { podNotes } from "./pod-notes.ts";
import { lifecycleOf } from "./stop.ts";
import { patched } from "./pod-patch.ts";

/** The container that runs the application; every other one serves it. */
export const mainContainer = "main";

/** One member, literal: what runs is what can be read in it. */
export function renderPod(cluster: DesiredCluster, step: Pick<Step, "record" | "secretName">, member: StepMember, ownerUid: string): Manifest<V1Pod> | undefined {
  const { role, index } = member;
  const desired = cluster.roles[role];
  if (desired === undefined) return undefined;
  const scope = memberScope(cluster, step.record, role, index);
  const files = desired.defined.shell ? copiedFiles(cluster, desired, step.secretName, scope) : mountedFiles(cluster, desired, index);
  const main = renderMain(cluster, desired, step.secretName, scope, files.mounts);
  const pod: Manifest<V1Pod> = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...owned(cluster, ownerUid),
      name: memberName(cluster, role, index),
      labels: memberLabels(cluster, role, index, member.record.life),
      annotations: { [annotation.inputs]: inputsOf(cluster, role, index, step.record), ...liveAnnotation(cluster, desired), ...podNotes(cluster, step.record, member) },
    },
    spec: {
      // The pair gives the member its stable DNS name.
      hostname: memberName(cluster, role, index),
      subdomain: headlessServiceName(cluster),
      serviceAccountName: accountName(cluster),
      automountServiceAccountToken: false,
      // A Service `x-y` would inject X_Y_PORT=tcp://…, which several applications read as theirs.
      enableServiceLinks: false,
      ...(cluster.app.run.kind === "job" && { restartPolicy: "Never" }),
      terminationGracePeriodSeconds: desired.defined.stop.graceSeconds,
      // Kubernetes wants to know whose signals it is about.
      ...(main.lifecycle?.stopSignal !== undefined && { os: { name: "linux" } }),
      securityContext: podSecurity(desired),
      // The same resources, or a pod of equal requests and limits would not be one that is guaranteed to have them.
      ...(files.container && { initContainers: [{ ...files.container, resources: main.resources, securityContext: main.securityContext }] }),
      containers: [main],
      volumes: [...volumesOf(desired, member), ...files.volumes, troupeVolume(cluster, role, index)],
      ...placementOf(cluster, desired),
    },
  };
  return desired.defined.podPatches.reduce((made, { patch }) => patched(made as unknown as JsonObject, patch) as unknown as Manifest<V1Pod>, pod);
}

function liveAnnotation(cluster: DesiredCluster, role: DesiredRole): Readonly<Record<string, string>> {
  const live = liveInputsOf(cluster, role);
  return live === undefined ? {} : { [annotation.live]: live };
}

function renderMain(cluster: DesiredCluster, role: DesiredRole, secretName: string, scope: Scope, mounts: FilesInPlace["mounts"]): Manifest<V1Container> {
  const { command, args, ports, probes } = role.defined;
  const lifecycle = lifecycleOf(role.defined);
  const resources = { ...(role.cpu !== undefined && { cpu: role.cpu }), ...(role.memory !== undefined && { memory: role.memory }), ...(role.gpu > 0 && { [gpuResource]: String(role.gpu) }) };
  return {
    name: mainContainer,
    image: role.image,
    ...(command && { command: listOf(command, scope) }),
    ...(args && { args: listOf(args, scope) }),
    env: renderEnv(cluster, secretName, role.env, scope),
    ports: Object.values(ports).map(({ name, port, protocol }) => ({ name, containerPort: port, protocol })),
    resources: Object.keys(resources).length > 0 ? { requests: resources, limits: resources } : {},
    ...(probes.started && { startupProbe: renderProbe(probes.started, scope, Math.ceil(longestStartSeconds / probes.started.periodSeconds)) }),
    ...(probes.ready && { readinessProbe: renderProbe(probes.ready, scope, readyFailures) }),
    ...(lifecycle && { lifecycle }),
    volumeMounts: [...mountsOf(role), ...mounts, troupeMount],
    ...devicesOf(role),
    securityContext: containerSecurity(role),
  };
}

/** The name under which the device plugin that nearly all targets with GPUs run offers them; others are asked for by a pod patch. */
const gpuResource = "nvidia.com/gpu";

/** Kubernetes kills what has not started by then. Recovery of a large volume takes hours, and killing it begins it anew. */
const longestStartSeconds = 86_400;
/** Answers that may be missed before a process is not ready. */
const readyFailures = 3;

function renderProbe({ check, periodSeconds, timeoutSeconds }: Probe, scope: Scope, failureThreshold: number): Manifest<V1Probe> {
  const common = { periodSeconds, timeoutSeconds, failureThreshold };
  switch (check.kind) {
    case "exec":
      return { exec: { command: listOf(check.command, scope) }, ...common };
    case "http":
      return { httpGet: { port: check.port, path: check.path, scheme: check.scheme }, ...common };
    case "tcp":
      return { tcpSocket: { port: check.port }, ...common };
  }
}

function listOf(list: TemplateList, scope: Scope): readonly string[] {
  return (evaluateList(list, scope) ?? []).map((text) => escaped(text));
}

/** What the restricted profile of Pod Security asks for, as far as the image allows: `user: 0` and `image` cannot be non-root. */
function podSecurity({ defined: { user } }: DesiredRole): Manifest<V1PodSecurityContext> {
  const identity = user === "image" ? {} : { runAsUser: user, runAsGroup: user, fsGroup: user, fsGroupChangePolicy: "OnRootMismatch" };
  return { ...identity, ...(user !== "image" && user !== 0 && { runAsNonRoot: true }), seccompProfile: { type: "RuntimeDefault" } };
}

/** A process of the image's own user, or of root, needs what the runtime gives by default: it would be crippled without. */
function containerSecurity({ defined: { user } }: DesiredRole): Manifest<V1SecurityContext> {
  return { allowPrivilegeEscalation: false, ...(user !== "image" && user !== 0 && { capabilities: { drop: ["ALL"] } }) };
}

const sharedMemory = "troupe-shm";

function volumesOf(role: DesiredRole, { record }: StepMember): readonly Manifest<V1Volume>[] {
  const { shm } = role.defined;
  const declared = Object.values(role.volumes).map(({ name, size, keep }) => {
    const claimName = record.claims[name];
    return keep === "pod" || claimName === undefined ? { name, emptyDir: { sizeLimit: size } } : { name, persistentVolumeClaim: { claimName } };
  });
  return shm === undefined ? declared : [...declared, { name: sharedMemory, emptyDir: { medium: "Memory", sizeLimit: shm } }];
}

function mountsOf(role: DesiredRole): readonly Manifest<V1VolumeMount>[] {
  const folders = Object.values(role.volumes).filter(({ block }) => !block);
  return [...folders.map(({ name, path }) => ({ name, mountPath: path })), ...(role.defined.shm === undefined ? [] : [{ name: sharedMemory, mountPath: "/dev/shm" }])];
}

function devicesOf(role: DesiredRole): Pick<Manifest<V1Container>, "volumeDevices"> {
  const devices = Object.values(role.volumes).filter(({ block }) => block);
  return devices.length === 0 ? {} : { volumeDevices: devices.map(({ name, path }) => ({ name, devicePath: path })) };
}
