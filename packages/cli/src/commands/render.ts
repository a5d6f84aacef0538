import { Failure } from "@troupe/domain/failure";
import type { App } from "@troupe/domain/language/app";
import type { ClusterDocument } from "@troupe/domain/language/cluster";
import { atTheirPlaces } from "@troupe/domain/language/placed";
import { nearest } from "@troupe/domain/nearest";
import { type GivenExports, needsAlone, planAlone } from "@troupe/domain/plan/plan-alone";
import type { KubeObject } from "@troupe/domain/render/manifest";
import { previewOf } from "@troupe/domain/render/preview";
import { InFile } from "../in-file.ts";
import { readSubmissions } from "../input/documents.ts";
import { inTheirFiles, type Judged, judgeHere } from "../judged-here.ts";
import { yamlOf } from "../print/yaml.ts";
import { note, printValue, type Session } from "../session.ts";
import { usage } from "../usage.ts";

export interface RenderOptions {
  readonly filename: readonly string[];
  readonly recursive: boolean;
  readonly need: readonly string[];
  /** `Pod/a-server-0`; empty: everything. */
  readonly only: readonly string[];
}

/** `troupe render APP.yaml CLUSTER.yaml`: the objects of the cluster, grown to its full size, without a server. */
export async function render(session: Session, files: readonly string[], { filename, recursive, need, only }: RenderOptions): Promise<void> {
  const { submissions, files: texts } = await readSubmissions(session, [...files, ...filename], recursive);
  const judged = judgeHere(submissions);
  const wrong = inTheirFiles(judged, texts);
  if (wrong) throw wrong;
  const { app, cluster, judged: of } = appAndCluster(judged);
  const given = givenExports(need, cluster);
  const needs = needsAlone(app, cluster.spec, given);
  const objects = await InFile.during(of.submission.file, texts, async () => atTheirPlaces(of.document, () => previewOf(planAlone(app, cluster, needs))));
  const wanted = objectsNamed(only, objects);
  note(session, "# as it is when all members are there; its uid, its owner's and generated values stand for those that it gets");
  for (const text of standIns(needs, given)) note(session, `# ${text}`);
  await print(session, wanted);
}

interface AppAndCluster {
  readonly app: App;
  readonly cluster: ClusterDocument;
  readonly judged: Pick<Judged, "submission"> & { readonly document: NonNullable<Judged["read"]>["document"] };
}

function appAndCluster(judged: readonly Judged[]): AppAndCluster {
  const apps = judged.flatMap(({ read }) => (read?.kind === "app" && read.app ? [read.app] : []));
  const clusters = judged.flatMap(({ read, submission, missing }) => (read?.kind === "cluster" && read.cluster ? [{ cluster: read.cluster, missing, judged: { submission, document: read.document } }] : []));
  const [[app, ...otherApps], [found, ...otherClusters]] = [apps, clusters];
  if (!app || !found || otherApps.length + otherClusters.length > 0) throw usage(`render takes one App and one Cluster, and there are ${apps.length} and ${clusters.length}: troupe render app.yaml cluster.yaml`);
  const [missing] = found.missing;
  if (missing) throw new Failure("not_found", `the Cluster is of ${missing.app}, and the App is ${app.name}@${app.version}+${app.build}`, { reason: "APP_NOT_FOUND" });
  return { app, ...found };
}

/** `zk.quorum=coord:2181`, for slots that are bound to another cluster. */
function givenExports(words: readonly string[], { spec: { needs } }: ClusterDocument): GivenExports {
  const slots = Object.keys(needs).filter((slot) => needs[slot]?.kind === "cluster");
  const entries = words.map((word) => {
    const [, slot, name, value] = /^([^.=]+)\.([^.=]+)=(.*)$/s.exec(word) ?? [];
    if (slot === undefined || name === undefined || value === undefined) throw usage(`--need ${word}: write SLOT.EXPORT=VALUE, such as zk.quorum=coord:2181`);
    if (!slots.includes(slot)) throw usage(`--need ${word}: the Cluster binds no slot ${slot} to another cluster${slots.length > 0 ? `: there are ${slots.join(", ")}` : ""}`);
    return { slot, name, value };
  });
  return Object.fromEntries(slots.map((slot) => [slot, Object.fromEntries(entries.filter((entry) => entry.slot === slot).map(({ name, value }) => [name, value]))]));
}

/** What nobody gave and was made up, in words. */
function standIns(needs: ReturnType<typeof needsAlone>, given: GivenExports): readonly string[] {
  return Object.entries(needs).flatMap(([slot, need]) =>
    need.kind === "bound" && need.provider !== undefined ? Object.entries(need.exports).filter(([name]) => given[slot]?.[name] === undefined).map(([name, value]) => `${JSON.stringify(value)} stands for what ${need.provider} offers: --need ${slot}.${name}=VALUE`) : [],
  );
}

/** Those that are named, in the order of all. */
function objectsNamed(names: readonly string[], objects: readonly KubeObject[]): readonly KubeObject[] {
  const known = objects.map(spokenObject);
  const wanted = names.map((name) => name.toLowerCase());
  const missing = wanted.find((name) => !known.includes(name));
  if (missing === undefined) return names.length === 0 ? objects : objects.filter((object) => wanted.includes(spokenObject(object)));
  const near = nearest(missing, known);
  throw new Failure("not_found", `no object is ${missing}: ${near === undefined ? "-o name lists all" : `did you mean ${near}?`}`);
}

/** As kubectl does: `pod/a-server-0`. */
function spokenObject({ kind, metadata: { name } }: KubeObject): string {
  return `${kind.toLowerCase()}/${name}`;
}

async function print(session: Session, objects: readonly KubeObject[]): Promise<void> {
  const { output, terminal } = session;
  if (output === "json") return printValue(session, { apiVersion: "v1", kind: "List", items: objects });
  const texts = objects.map((object) => (output === "name" ? `${spokenObject(object)}\n` : yamlOf(object, 0)));
  terminal.out.write(texts.join(output === "name" ? "" : "---\n"));
}
