import { stringify } from "yaml";
import { Failure, invalid } from "@troupe/domain/failure";
import { type App, parseApp } from "@troupe/domain/language/app";
import { checkSpec } from "@troupe/domain/language/check-spec";
import { type ClusterDocument, parseClusterDocument } from "@troupe/domain/language/cluster";
import { type Document, parseDocument } from "@troupe/domain/language/document";
import { plan } from "@troupe/domain/plan/plan";
import { bindNeeds } from "@troupe/domain/plan/needs";
import type { Sources } from "@troupe/domain/plan/sources";
import { previewOf } from "@troupe/domain/render/preview";
import { InFile } from "../in-file.ts";
import { readSubmissions, type Submission } from "../input/documents.ts";
import { isMachineReadable, printValue, type Session } from "../session.ts";
import { usage } from "../usage.ts";

export interface RenderOptions {
  readonly need: readonly string[];
}

/** Stands for the uid that a cluster gets when it is created. */
const uid = "00000000-0000-7000-8000-000000000000";

/** `troupe render APP.yaml CLUSTER.yaml`: every object of the cluster, grown to its full size, without a server. */
export async function render(session: Session, files: readonly string[], { need }: RenderOptions): Promise<void> {
  const { submissions, files: texts } = await readSubmissions(session, files, false);
  const apps = submissions.filter(({ kind }) => kind === "App");
  const [cluster, another] = submissions.filter(({ kind }) => kind === "Cluster");
  if (apps.length !== 1 || cluster === undefined || another !== undefined) throw usage("render takes one App and one Cluster: troupe render app.yaml cluster.yaml");
  const app = await InFile.during(apps[0]?.file ?? "", texts, async () => appIn(apps[0]));
  const document = documentOf(cluster);
  const objects = await InFile.during(cluster.file, texts, async () => objectsOf(app, document, needsGiven(need)));
  session.terminal.err.write("# as it is when all members are there; uids and generated values stand for those that it gets\n");
  if (isMachineReadable(session)) return printValue(session, { apiVersion: "v1", kind: "List", items: objects });
  session.terminal.out.write(objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join("---\n"));
}

function appIn(submission: Submission | undefined): App {
  if (submission === undefined) throw usage("render takes one App and one Cluster");
  return parseApp(documentOf(submission), submission.manifest.package);
}

function documentOf({ manifest: { text, firstLine } }: Submission): Document {
  return parseDocument(text, { firstLine });
}

function objectsOf(app: App, document: Document, given: Given) {
  const { name, project, labels, spec } = parseClusterDocument(document);
  const wrong = checkSpec(app, spec, name, document.placeOf);
  if (wrong.length > 0) throw invalid(wrong);
  if (spec.app.split("@")[0] !== app.name) throw invalid([{ path: "spec.app", ...document.placeOf(["spec", "app"]), reason: "APP_NOT_FOUND", message: `the Cluster is of ${spec.app}, and the App is ${app.name}` }]);
  const needs = bindNeeds(app, spec, providersOf(spec, given));
  const waiting = Object.entries(needs).flatMap(([slot, need]) => (need.kind === "waiting" ? [{ slot, message: need.message }] : []));
  if (waiting.length > 0) throw new Failure("invalid", waiting.map(({ slot, message }) => `${slot}: ${message}; give it with --need ${slot}.NAME=VALUE`).join("; "), { reason: "NEED_INCOMPLETE" });
  const ref = { project: app.project, name: app.name, version: app.version, build: app.build, digest: "" };
  const sources: Sources = { uid, project, target: spec.placement.target, namespace: spec.placement.namespace ?? project, name, labels, version: 1, generation: 1, intent: { kind: "run" }, app: ref, spec, needs, formed: false, lastRecord: undefined, orders: [] };
  return previewOf(plan(sources, app, { domain: "cluster.local" }));
}

/** Slot → export → value. */
type Given = Readonly<Record<string, Readonly<Record<string, string>>>>;

function needsGiven(words: readonly string[]): Given {
  const parsed = words.map((word) => /^([^.=]+)\.([^.=]+)=(.*)$/s.exec(word) ?? undefined);
  if (parsed.includes(undefined)) throw usage("--need takes SLOT.EXPORT=VALUE, such as --need zk.quorum=h:2181");
  const slots = new Set(parsed.map((match) => match?.[1] ?? ""));
  return Object.fromEntries([...slots].map((slot) => [slot, Object.fromEntries(parsed.flatMap((match) => (match?.[1] === slot ? [[match[2] ?? "", match[3] ?? ""]] : [])))]));
}

/** Clusters that slots are bound to, with what is given of them. */
function providersOf({ needs }: ClusterDocument["spec"], given: Given): Given {
  return Object.fromEntries(Object.entries(needs).flatMap(([slot, binding]) => (binding.kind === "cluster" ? [[binding.cluster, given[slot] ?? {}] as const] : [])));
}
