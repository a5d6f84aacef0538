import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { written } from "../life/testing/written.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { filesOf, podOf } from "./testing/objects.ts";

/** What an init container does, done for real in a folder of its own that stands for the root of the image. */

type Tree = Readonly<Record<string, string>>;
const roots: string[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

function newRoot(): string {
  const root = mkdtempSync(join(tmpdir(), "install-"));
  roots.push(root);
  return root;
}

function put(root: string, tree: Tree): void {
  for (const [path, text] of Object.entries(tree)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** `secrets`: Secret → key → value. Gives the path under which the process would see a file. */
function install(cluster: DesiredCluster, { image = {}, secrets = {}, root = newRoot() }: { readonly image?: Tree; readonly secrets?: Readonly<Record<string, Tree>>; readonly root?: string } = {}) {
  const { spec, main, install: container } = podOf(cluster);
  put(root, image);
  for (const { mountPath } of container?.volumeMounts ?? []) mkdirSync(join(root, mountPath), { recursive: true });
  put(join(root, "troupe/files"), filesOf(cluster));
  for (const { name, mountPath } of container?.volumeMounts ?? []) put(join(root, mountPath), secrets[spec.volumes?.find((volume) => volume.name === name)?.secret?.secretName ?? ""] ?? {});
  const script = (container?.command?.[2] ?? "").replaceAll("$$", "$").replaceAll("'/", `'${root}/`).replaceAll(/(?<=[ !])\/troupe\//g, `${root}/troupe/`);
  execFileSync("/bin/sh", ["-c", script]);
  const placeOf = (path: string) => {
    const mount = main.volumeMounts?.filter(({ mountPath }) => path.startsWith(`${mountPath}/`) || path === mountPath).toSorted((a, b) => b.mountPath.length - a.mountPath.length)[0];
    const from = container?.volumeMounts?.find(({ name }) => name === mount?.name);
    return join(root, from?.mountPath ?? "", mount?.subPath ?? "", path === mount?.mountPath ? "" : path.slice(mount?.mountPath.length));
  };
  return { root, read: (path: string) => readFileSync(placeOf(path), "utf8"), modeOf: (path: string) => (statSync(placeOf(path)).mode & 0o777).toString(8), write: (path: string, text: string) => writeFileSync(placeOf(path), text) };
}

const server = (role: string, rest = "") => written(`${rest}  roles: {server: {members: 1, ${role}}}\n`);
const twoSecrets = '  secrets: {own: {generate: hex}, tls: {from: {name: "${{ cluster.name }}-tls", key: tls.key}}}\n';
const values = { "c-secrets-00000001": { own: "0042" }, "c-tls": { "tls.key": "line 1\nline 2\n" } };

describe("files of a member", () => {
  test("are beside those of the image, each with its mode, and take the place of the image's own", () => {
    const { read, modeOf } = install(server("files: {/etc/s/a.conf: {text: 'mine'}, /etc/s/b.conf: {text: 'b', mode: '0400'}}"), { image: { "/etc/s/a.conf": "image", "/etc/s/other/c": "kept" } });
    expect([read("/etc/s/a.conf"), read("/etc/s/b.conf"), read("/etc/s/other/c")]).toEqual(["mine", "b", "kept"]);
    expect([modeOf("/etc/s/a.conf"), modeOf("/etc/s/b.conf")]).toEqual(["644", "400"]);
  });

  test("hold what a shell would take for its own, as it is, also in their names", () => {
    const { read } = install(server(`files: {"/etc/it's $HOME/a b": {text: "$(x) 'y' \\\\ \${z}"}}`));
    expect(read("/etc/it's $HOME/a b")).toBe("$(x) 'y' \\ ${z}");
  });

  test("may be in the root folder, and in folders that the image does not have", () => {
    const { read } = install(server("files: {/top: {text: top}, /new/folder/x: {text: x}}"));
    expect([read("/top"), read("/new/folder/x")]).toEqual(["top", "x"]);
  });

  test("of the application's own are written once in a volume, and others each time", () => {
    const cluster = server("volumes: {data: {path: /data, size: 1Gi}}, files: {/data/conf/own: {text: first, owner: app}, /data/conf/ours: {text: ours}}");
    const first = install(cluster);
    first.write("/data/conf/own", "changed");
    first.write("/data/conf/ours", "changed");
    const again = install(cluster, { root: first.root });
    expect([again.read("/data/conf/own"), again.read("/data/conf/ours")]).toEqual(["changed", "ours"]);
  });
});

describe("secrets in files", () => {
  const file = 'files: {/etc/s/mixed: {text: "a=${{ secrets.own }}\\nb=${{ secrets.tls }}c=${{ secrets.own }}", mode: "0600"}, /etc/s/alone: {text: "${{ secrets.tls }}"}, /etc/s/last: {text: "${{ member.index }}"}}';

  test("are put between the pieces of text, in their order, and nowhere else", () => {
    const cluster = server(file, twoSecrets);
    const { read, modeOf } = install(cluster, { secrets: values });
    expect([read("/etc/s/mixed"), read("/etc/s/alone"), read("/etc/s/last")]).toEqual(["a=0042\nb=line 1\nline 2\nc=0042", "line 1\nline 2\n", "0"]);
    expect(modeOf("/etc/s/mixed")).toBe("600");
    expect(Object.values(filesOf(cluster)).toSorted()).toEqual(["\nb=", "0", "a=", "c="]);
  });

  test("of a file that begins with one, beside a file of each member, have pieces of their own", () => {
    const cluster = server('files: {/a: {text: "${{ secrets.own }}x"}, /b: {text: "${{ member.index }}"}}', twoSecrets);
    const { read } = install(cluster, { secrets: values });
    expect([read("/a"), read("/b")]).toEqual(["0042x", "0"]);
  });

  test("stand in every format where they are, as text even if they look like numbers", () => {
    const set = '{key: "${{ secrets.own }}", url: "x://u:${{ secrets.own }}@h"}';
    const formats = { properties: "key=0042\nurl=x://u:0042@h\n", env: "key='0042'\nurl='x://u:0042@h'\n", yaml: 'key: "0042"\nurl: "x://u:0042@h"\n', json: '{\n  "key": "0042",\n  "url": "x://u:0042@h"\n}\n' };
    for (const [format, expected] of Object.entries(formats)) expect(install(server(`files: {/etc/f: {format: ${format}, set: ${set}}}`, twoSecrets), { secrets: values }).read("/etc/f")).toBe(expected);
    expect(install(server(`files: {/etc/f: {format: hadoop-xml, set: ${set}}}`, twoSecrets), { secrets: values }).read("/etc/f")).toContain("<value>x://u:0042@h</value>");
  });

  test("of other clusters come from the Secret where they are", () => {
    const app = '  needs: {db: {}}\n  roles: {server: {members: 1, files: {/etc/f: {text: "p=${{ needs.db.password }}!"}}}}\n';
    const cluster = written(app, "needs: {db: x}", 1, { needs: { db: { kind: "bound", provider: "x", exports: { password: { namespace: "shop", secret: "x-secrets", key: "pw" } } } } });
    expect(install(cluster, { secrets: { "x-secrets": { pw: "pass" } } }).read("/etc/f")).toBe("p=pass!");
  });
});

describe("a volume that is seeded", () => {
  const cluster = server("volumes: {data: {path: /data, size: 1Gi, seed: true}}, files: {/data/conf/ours: {text: ours}, /data/conf/own: {text: first, owner: app}}");

  test("begins with what the image has there, once, and files go into it", () => {
    const first = install(cluster, { image: { "/data/conf/default": "image", "/data/conf/ours": "image" } });
    expect([first.read("/data/conf/default"), first.read("/data/conf/ours"), first.read("/data/conf/own")]).toEqual(["image", "ours", "first"]);
    first.write("/data/conf/default", "changed");
    const again = install(cluster, { root: first.root, image: { "/data/conf/default": "newer image" } });
    expect(again.read("/data/conf/default")).toBe("changed");
  });

  test("is empty where the image has nothing there", () => {
    expect(install(cluster).read("/data/conf/ours")).toBe("ours");
  });

  test("is not where files go that lie in a volume inside it", () => {
    const nested = server("volumes: {outer: {path: /data, size: 1Gi, seed: true}, inner: {path: /data/inner, size: 1Gi}}, files: {/data/inner/x: {text: inner}, /data/y: {text: outer}}");
    const { read } = install(nested);
    expect([read("/data/inner/x"), read("/data/y")]).toEqual(["inner", "outer"]);
    const other = server("volumes: {outer: {path: /data, size: 1Gi}, inner: {path: /data/inner, size: 1Gi, seed: true}}, files: {/data/inner/x: {text: inner}, /data/y: {text: outer}}");
    expect([install(other).read("/data/inner/x"), install(other).read("/data/y")]).toEqual(["inner", "outer"]);
  });
});

describe("files of an image without a shell", () => {
  test("are mounted one by one, with their modes, and nothing runs before the process", () => {
    const cluster = server('shell: false, volumes: {data: {path: /data, size: 1Gi}}, files: {/etc/a.conf: {text: "a", mode: "0400"}, /data/b: {text: "${{ member.index }}"}}');
    const { spec, main, install: container } = podOf(cluster);
    expect([container, spec.volumes?.find(({ name }) => name === "troupe-files")?.configMap?.items]).toEqual([undefined, [{ key: "file.server.0.0", path: "file.server.0.0", mode: 0o644 }, { key: "file.server.1", path: "file.server.1", mode: 0o400 }]]);
    expect(main.volumeMounts).toContainEqual({ name: "troupe-files", mountPath: "/etc/a.conf", subPath: "file.server.1", readOnly: true });
    expect(filesOf(cluster)).toMatchObject({ "file.server.0.0": "0", "file.server.1": "a" });
  });

  test("hold no secret that another cluster exports: it is told when it is bound", () => {
    const needs = { db: { kind: "bound", provider: "x", exports: { password: { namespace: "default", secret: "s", key: "k" } } } } as const;
    const bound = () => written('  needs: {db: {}}\n  roles: {server: {members: 1, shell: false, files: {/a: {text: "${{ needs.db.password }}"}}}}\n', "needs: {db: x}", 1, { needs });
    expect(bound).toThrow(expect.objectContaining({ problems: [expect.objectContaining({ path: 'spec.roles.server.files["/a"].text', reason: "SECRET_NOT_ALLOWED" })] }));
  });
});
