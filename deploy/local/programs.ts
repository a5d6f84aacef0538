import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { buildOnce, type Say } from "./build-once.ts";
import { coreDnsVersion, kubernetesVersion, kwokVersion, natsVersion } from "./versions.ts";

export interface ProgramOptions {
  readonly say: Say;
  readonly signal?: AbortSignal | undefined;
}

/** A program and what comes before its own arguments. */
export interface Program {
  readonly command: string;
  readonly before: readonly string[];
}

/** A program that is started by another, such as `nsenter`. */
export function through(outer: Program, { command, before }: Program): Program {
  return { command: outer.command, before: [...outer.before, command, ...before] };
}

const moduleDir = (name: string) => join(import.meta.dirname, "go", name);

/** The one on the PATH if it is new enough for what we use, else built. */
export async function natsProgram({ say, signal }: ProgramOptions, path: string = process.env.PATH ?? ""): Promise<string> {
  const found = await onPath("nats-server", path);
  if (found !== undefined && isNatsNewEnough(await versionOf(found))) return found;
  return buildOnce({
    name: "nats-server",
    version: natsVersion,
    moduleDir: moduleDir("nats"),
    package: "github.com/nats-io/nats-server/v2",
    ldflags: "-s -w",
    usualMs: 30_000,
    why: "events and live updates; no nats-server 2.9 or newer is on the PATH",
    instead: "instead, put a nats-server 2.9 or newer on the PATH, or name a running one with JetStream in TROUPE_NATS_URL",
    say,
    signal,
  });
}

export async function kwokProgram({ say, signal }: ProgramOptions): Promise<string> {
  return buildOnce({
    name: "kwok",
    version: kwokVersion,
    moduleDir: moduleDir("kwok"),
    package: "sigs.k8s.io/kwok/cmd/kwok",
    ldflags: `-s -w -X sigs.k8s.io/kwok/pkg/consts.Version=v${kwokVersion}`,
    usualMs: 60_000,
    why: "it simulates the nodes that members run on",
    instead: insteadOfOurs,
    say,
    signal,
  });
}

const insteadOfOurs = "instead, name a Kubernetes of yours: npm start -- --kubeconfig FILE --context NAME (or TROUPE_KUBECONFIG and TROUPE_CONTEXT)";

export interface KubernetesPrograms {
  readonly etcd: Program;
  readonly apiServer: Program;
  readonly controllerManager: Program;
  readonly scheduler: Program;
  readonly kubectl: Program;
}

const kubernetesParts = { etcd: "etcd", apiServer: "kube-apiserver", controllerManager: "kube-controller-manager", scheduler: "kube-scheduler", kubectl: "kubectl" } as const;

/** From the given folder if it has every part, else from the one program that is built; never mixed, as versions must not be. */
export async function kubernetesPrograms(assets: string | undefined, options: ProgramOptions): Promise<KubernetesPrograms> {
  if (assets !== undefined) {
    const missing = await missingIn(assets);
    if (missing.length === 0) return programsFrom((part) => ({ command: join(assets, part), before: [] }));
    options.say(`kubernetes: ${assets} (KUBEBUILDER_ASSETS) has no ${missing.join(" and no ")}; using our own Kubernetes ${kubernetesVersion} for all parts`);
  }
  const command = await buildKubernetes(options);
  return programsFrom((part) => ({ command, before: [part] }));
}

function programsFrom(of: (part: string) => Program): KubernetesPrograms {
  return {
    etcd: of(kubernetesParts.etcd),
    apiServer: of(kubernetesParts.apiServer),
    controllerManager: of(kubernetesParts.controllerManager),
    scheduler: of(kubernetesParts.scheduler),
    kubectl: of(kubernetesParts.kubectl),
  };
}

async function missingIn(folder: string): Promise<readonly string[]> {
  const found = await Promise.all(Object.values(kubernetesParts).map(async (part) => ({ part, there: await isExecutable(join(folder, part)) })));
  return found.filter(({ there }) => !there).map(({ part }) => part);
}

async function buildKubernetes({ say, signal }: ProgramOptions): Promise<string> {
  const [major = "", minor = ""] = kubernetesVersion.split(".");
  const stamps = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((pkg) => [`${pkg}.gitVersion=v${kubernetesVersion}`, `${pkg}.gitMajor=${major}`, `${pkg}.gitMinor=${minor}`]);
  return buildOnce({
    name: "kubernetes",
    version: kubernetesVersion,
    moduleDir: moduleDir("kubernetes"),
    package: ".",
    ldflags: ["-s -w", ...stamps.map((stamp) => `-X ${stamp}`)].join(" "),
    usualMs: 330_000,
    why: "a real API server to deploy to",
    instead: `${insteadOfOurs}, or a folder with ${Object.values(kubernetesParts).join(", ")} in KUBEBUILDER_ASSETS`,
    say,
    signal,
  });
}

export interface NodePrograms {
  readonly kubelet: Program;
  readonly kubeProxy: Program;
  readonly coreDns: string;
}

/** What real nodes run besides containers, on Linux; only tests have such nodes. */
export async function nodePrograms(options: ProgramOptions): Promise<NodePrograms> {
  const command = await buildKubernetes(options);
  return { kubelet: { command, before: ["kubelet"] }, kubeProxy: { command, before: ["kube-proxy"] }, coreDns: await buildCoreDns(options) };
}

async function buildCoreDns({ say, signal }: ProgramOptions): Promise<string> {
  return buildOnce({
    name: "coredns",
    version: coreDnsVersion,
    moduleDir: moduleDir("coredns"),
    package: ".",
    ldflags: "-s -w",
    usualMs: 120_000,
    why: "the names of Services and members on real nodes",
    instead: "instead, name a Kubernetes of yours in TROUPE_TEST_KUBECONFIG",
    say,
    signal,
  });
}

export async function onPath(program: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter((each) => each !== "")) {
    const file = join(folder, program);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

async function versionOf(program: string): Promise<string> {
  return promisify(execFile)(program, ["--version"]).then(
    ({ stdout }) => stdout,
    () => "",
  );
}

/** Of "nats-server: v2.10.4". */
export function isNatsNewEnough(version: string): boolean {
  const [, major, minor] = /v(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 9);
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
