import { fileNames, type KubernetesFiles } from "./kubernetes-files.ts";

/**
 * All parts run in the folder of the data, and etcd listens on sockets in it: no port that another user of the machine could
 * read the whole cluster from. The number after the colon is part of the file's name; etcd insists on one.
 */
const etcdSocket = "unix://etcd:0";
const etcdPeerSocket = "unix://etcd-peer:0";

export function etcdFlags(durable: boolean): readonly string[] {
  return [
    "--data-dir=etcd-data",
    `--listen-client-urls=${etcdSocket}`,
    `--advertise-client-urls=${etcdSocket}`,
    `--listen-peer-urls=${etcdPeerSocket}`,
    `--initial-advertise-peer-urls=${etcdPeerSocket}`,
    `--initial-cluster=default=${etcdPeerSocket}`,
    "--auto-compaction-mode=periodic",
    "--auto-compaction-retention=10m",
    "--log-level=warn",
    ...(durable ? [] : ["--unsafe-no-fsync"]),
  ];
}

export function apiServerFlags(port: number): readonly string[] {
  return [
    `--etcd-servers=${etcdSocket}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    "--endpoint-reconciler-type=none", // would refuse a loopback address
    `--secure-port=${port}`,
    `--cert-dir=${fileNames.certificates}`,
    `--token-auth-file=${fileNames.tokens}`,
    "--authorization-mode=RBAC",
    "--allow-privileged=true",
    `--service-account-key-file=${fileNames.serviceAccountKey}`,
    `--service-account-signing-key-file=${fileNames.serviceAccountKey}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    "--service-cluster-ip-range=10.96.0.0/16",
    "--profiling=false",
  ];
}

/** Far above what two cores can do: the default of 20 requests/s would be what is measured. */
const fastClient = ["--kube-api-qps=1000", "--kube-api-burst=2000", "--leader-elect=false", "--secure-port=0", "--profiling=false"];

export function controllerManagerFlags({ caFile, kubeconfigOf }: KubernetesFiles): readonly string[] {
  return [
    ...fastClient,
    `--kubeconfig=${kubeconfigOf("controller-manager")}`,
    `--root-ca-file=${caFile}`,
    `--service-account-private-key-file=${fileNames.serviceAccountKey}`,
    "--enable-hostpath-provisioner=true", // makes an empty folder per claim below /tmp/hostpath_pv, removed with the volume
  ];
}

export function schedulerFlags({ kubeconfigOf }: KubernetesFiles): readonly string[] {
  return [...fastClient, `--kubeconfig=${kubeconfigOf("scheduler")}`];
}
