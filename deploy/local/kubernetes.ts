import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Say } from "./build-once.ts";
import { scratchFolder } from "./folders.ts";
import { type KubeApi, makeKubeApi } from "./kube-api.ts";
import { contextName, type KubernetesFiles, type KubernetesUser, prepareFiles } from "./kubernetes-files.ts";
import { apiServerFlags, controllerManagerFlags, etcdFlags, schedulerFlags } from "./kubernetes-flags.ts";
import { type Exit, hostEnvironment, startPart } from "./part.ts";
import { freePort } from "./ports.ts";
import { kubernetesPrograms, type Program, through } from "./programs.ts";
import { type Server, startServer } from "./server.ts";
import { until } from "./until.ts";

export interface KubernetesOptions {
  /** Kept between starts. Without it: a scratch folder that `stop` removes. */
  readonly dataDir?: string;
  readonly port?: number;
  /** Whether what is written survives a crash of the machine. By default only where the data is kept. */
  readonly durable?: boolean;
  /** A folder of programs to use instead of ours, such as `setup-envtest` fills. */
  readonly assets?: string | undefined;
  /** Further ones, such as those for an audit log. The last of a name counts. */
  readonly apiServerFlags?: readonly string[];
  readonly controllerManagerFlags?: readonly string[];
  /** What all parts are started through, such as `nsenter` into a network where `https://localhost:<port>` leads to them too. */
  readonly enter?: Program;
  /** The class of claims that name none; by default empty folders of the controller manager, which only simulated nodes can use. */
  readonly storageClass?: StorageClass;
  readonly say?: Say;
  readonly signal?: AbortSignal | undefined;
  readonly onDeath?: (exit: Exit) => void;
}

/** A name, and the fields of an object of this kind that begin with its provisioner. */
export interface StorageClass {
  readonly name: string;
  readonly provisioner: string;
  readonly allowVolumeExpansion: boolean;
  readonly volumeBindingMode: "Immediate" | "WaitForFirstConsumer";
}

const hostPathClass: StorageClass = {
  name: "standard",
  provisioner: "kubernetes.io/host-path",
  allowVolumeExpansion: true,
  volumeBindingMode: "Immediate", // waiting for the first consumer makes the scheduler look once a second only
};

export interface KubernetesParts {
  readonly etcd: Server;
  readonly apiServer: Server;
  readonly controllerManager: Server;
  readonly scheduler: Server;
}

export interface Kubernetes extends Server, Omit<KubeApi, "close"> {
  readonly server: string;
  /** Of a member of system:masters. */
  readonly token: string;
  readonly caFile: string;
  readonly kubeconfigPath: string;
  readonly context: typeof contextName;
  readonly dataDir: string;
  readonly parts: KubernetesParts;
  readonly kubeconfigOf: (user: KubernetesUser) => string;
  /** Its standard output; rejects with what it wrote to standard error. */
  kubectl(...args: string[]): Promise<string>;
}

interface Setting {
  readonly folder: string;
  readonly files: KubernetesFiles;
  readonly options: KubernetesOptions;
  readonly api: KubeApi;
}

/** A Kubernetes control plane of our own on 127.0.0.1, without nodes; 4 s. */
export async function startKubernetes(options: KubernetesOptions = {}): Promise<Kubernetes> {
  const { say = () => {}, signal, dataDir, assets } = options;
  const port = options.port ?? (await freePort());
  const programs = await kubernetesPrograms(assets, { say, signal });
  const folder = dataDir ?? (await scratchFolder("kubernetes"));
  const server = `https://${options.enter === undefined ? "127.0.0.1" : "localhost"}:${port}`;
  const files = await prepareFiles(folder, server);
  const api = makeKubeApi({ server, token: files.token, caFile: files.caFile });
  const setting: Setting = { folder, files, options, api };
  const kubeconfigPath = files.kubeconfigOf("admin");
  const parts = await startParts(setting, port, programs);
  await prepareCluster(setting).catch(async (error: unknown) => {
    await stopParts(parts);
    throw error;
  });
  return {
    ...together(parts, setting),
    ...api,
    server,
    token: files.token,
    caFile: files.caFile,
    kubeconfigPath,
    kubeconfigOf: files.kubeconfigOf,
    context: contextName,
    dataDir: folder,
    parts,
    kubectl: (...args) => kubectl(programs.kubectl, folder, kubeconfigPath, args),
    stop: async () => {
      await stopParts(parts);
      api.close();
      if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One after another, as each needs the one before; if one fails, those before it are stopped. */
async function startParts(setting: Setting, port: number, programs: Record<keyof KubernetesParts, Program>): Promise<KubernetesParts> {
  const { options, files } = setting;
  const { durable = options.dataDir !== undefined } = options;
  await using started = new AsyncDisposableStack();
  const begin = async (name: string, program: Program, flags: readonly string[], ready: (signal: AbortSignal) => Promise<void>) => {
    const server = await startOne(setting, name, program, flags, ready);
    started.defer(() => server.stop());
    return server;
  };
  const atOnce = async () => {};
  const etcd = await begin("etcd", programs.etcd, etcdFlags(durable), atOnce);
  const apiServer = await begin("kube-apiserver", programs.apiServer, [...apiServerFlags(port), ...(options.apiServerFlags ?? [])], (signal) => answers(setting.api, signal));
  const controllerManager = await begin("kube-controller-manager", programs.controllerManager, [...controllerManagerFlags(files), ...(options.controllerManagerFlags ?? [])], atOnce);
  const scheduler = await begin("kube-scheduler", programs.scheduler, schedulerFlags(files), atOnce);
  started.move();
  return { etcd, apiServer, controllerManager, scheduler };
}

function startOne({ folder, options }: Setting, name: string, program: Program, flags: readonly string[], ready: (signal: AbortSignal) => Promise<void>): Promise<Server> {
  const logFile = join(folder, `${name}.log`);
  const { command, before } = options.enter === undefined ? program : through(options.enter, program);
  return startServer({
    launch: () => startPart({ name, command, args: [...before, ...flags], cwd: folder, logFile }),
    ready: (_part, signal) => ready(signal),
    onDeath: options.onDeath,
    signal: options.signal,
    logFile,
  });
}

async function answers(api: KubeApi, signal: AbortSignal): Promise<void> {
  const isReady = async () => {
    const answer = await api.request("GET", "/readyz").catch(() => undefined); // not yet
    return answer?.status === 200 ? true : undefined;
  };
  await until(isReady, { what: "the Kubernetes API server to be ready", timeoutMs: 120_000, everyMs: 50, signal });
}

/** What must be there before anything can be deployed: a namespace with its service account, and a class for claims. */
async function prepareCluster({ api, options: { storageClass = hostPathClass, signal } }: Setting): Promise<void> {
  const { name, ...fields } = storageClass;
  await api.apply(`/apis/storage.k8s.io/v1/storageclasses/${name}`, {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    reclaimPolicy: "Delete",
    ...fields,
  });
  const isThere = async () => {
    const { status } = await api.request("GET", "/api/v1/namespaces/default/serviceaccounts/default");
    return status === 200 ? true : undefined;
  };
  await until(isThere, { what: "the controller manager to make the default service account", timeoutMs: 60_000, everyMs: 50, signal });
}

function together(parts: KubernetesParts, setting: Setting): Omit<Server, "stop"> {
  const { etcd, apiServer, controllerManager, scheduler } = parts;
  const start = async () => {
    await etcd.start();
    await apiServer.start();
    await Promise.all([controllerManager.start(), scheduler.start()]);
    await prepareCluster(setting);
  };
  return {
    logFiles: Object.values(parts).flatMap((part) => part.logFiles),
    kill: async () => {
      await Promise.all(Object.values(parts).map((part) => part.kill()));
    },
    pause: () => stopParts(parts),
    start,
    restart: async () => {
      await stopParts(parts);
      await start();
    },
  };
}

/** Those that write before those that keep. */
async function stopParts({ etcd, apiServer, controllerManager, scheduler }: KubernetesParts): Promise<void> {
  await Promise.all([controllerManager.kill(), scheduler.kill()]); // they hold nothing, and take their time to say goodbye
  await apiServer.stop();
  await etcd.stop();
}

async function kubectl({ command, before }: Program, folder: string, kubeconfig: string, args: readonly string[]): Promise<string> {
  const all = [...before, `--kubeconfig=${kubeconfig}`, `--cache-dir=${join(folder, "kubectl-cache")}`, ...args];
  const { stdout } = await promisify(execFile)(command, all, { env: hostEnvironment(), maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
