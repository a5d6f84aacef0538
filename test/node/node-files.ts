import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { addressOf, middle, podRange, podsOf } from "./network.ts";

export const containerdSocket = "/run/containerd/containerd.sock";

export interface NodeFiles {
  readonly containerd: string;
  readonly kubelet: string;
  readonly kubeProxy: string;
  readonly kubeconfig: string;
}

export interface NodeSettings {
  readonly name: string;
  readonly number: number;
  /** With its token in it. */
  readonly kubeconfig: string;
  readonly pluginFolder: string;
  readonly pauseImage: string;
  /** Of containerd; an overlay cannot lie on an overlay. */
  readonly snapshotter: "overlayfs" | "native";
}

/** What the programs of a node are given, below its folder. JSON is YAML. */
export async function writeNodeFiles(folder: string, settings: NodeSettings): Promise<NodeFiles> {
  const at = (file: string) => join(folder, "settings", file);
  const files: NodeFiles = { containerd: at("containerd.toml"), kubelet: at("kubelet.yaml"), kubeProxy: at("kube-proxy.yaml"), kubeconfig: at("kubeconfig") };
  const network = at("network/10-troupe.conflist");
  const written = {
    [files.containerd]: renderContainerd(settings, dirname(network)),
    [files.kubelet]: json(renderKubelet(settings)),
    [files.kubeProxy]: json(renderKubeProxy(settings, files.kubeconfig)),
    [files.kubeconfig]: settings.kubeconfig,
    [network]: json(renderNetwork(settings)),
  };
  await mkdir(dirname(network), { recursive: true });
  for (const [file, text] of Object.entries(written)) await writeFile(file, text, { mode: 0o600 });
  return files;
}

function json(value: object): string {
  return JSON.stringify(value, undefined, 2);
}

/** Root may lack the right to make a process less likely to be killed, with which containers start otherwise. */
function renderContainerd({ pluginFolder, pauseImage, snapshotter }: NodeSettings, networkFolder: string): string {
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
[grpc]
  address = "${containerdSocket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "/var/lib/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "${snapshotter}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${pluginFolder}"
    conf_dir = "${networkFolder}"
`;
}

/** Pods are connected one by one and not through a bridge, whose packets would pass by the rules of Services on some kernels. */
function renderNetwork({ number }: NodeSettings): object {
  return {
    cniVersion: "0.4.0",
    name: "troupe",
    plugins: [
      { type: "ptp", ipMasq: false, ipam: { type: "host-local", ranges: [[{ subnet: podsOf(number) }]], routes: [{ dst: "0.0.0.0/0" }] } },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
}

/** A node is found to be away 10 s after its last sign of life; nobody but the nodes can reach a kubelet. */
function renderKubelet({ number }: NodeSettings): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    address: addressOf(number),
    healthzBindAddress: "127.0.0.1",
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: "AlwaysAllow" },
    cgroupDriver: "cgroupfs",
    cgroupRoot: "/",
    failCgroupV1: false,
    failSwapOn: false,
    localStorageCapacityIsolation: false,
    evictionHard: { "memory.available": "100Mi" },
    imageGCHighThresholdPercent: 100, // images that are not in use are wanted all the same
    resolvConf: "",
    clusterDNS: [middle],
    clusterDomain: "cluster.local",
    volumePluginDir: "/var/lib/kubelet/volume-plugins",
    serializeImagePulls: false,
    nodeStatusUpdateFrequency: "2s",
    nodeLeaseDurationSeconds: 8,
  };
}

/** Numbers of connections that are tracked are a setting of the whole machine. */
function renderKubeProxy({ name, number }: NodeSettings, kubeconfig: string): object {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    clientConnection: { kubeconfig },
    hostnameOverride: name,
    bindAddress: addressOf(number),
    clusterCIDR: podRange,
    mode: "iptables",
    healthzBindAddress: "127.0.0.1:10256",
    metricsBindAddress: "127.0.0.1:10249",
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
    iptables: { minSyncPeriod: "200ms" },
  };
}
