import { dirname, join } from "node:path";
import type { Manifest } from "@troupe/proto/troupe/v1/resource";
import { parseDocument } from "yaml";
import { Failure, invalid } from "@troupe/domain/failure";
import { parseDocument as parseTroupeDocument } from "@troupe/domain/language/document";
import { InFile } from "../in-file.ts";
import { readPackage } from "./package-folder.ts";
import { readFiles, type TextFile } from "./read-files.ts";
import { splitDocuments } from "./split.ts";
import { writtenIn } from "./written.ts";
import type { Session } from "../session.ts";

/** One document as it is sent. What it says is the server's to judge; here it is only looked at to know where it goes. */
export interface Submission {
  readonly kind: "App" | "Cluster" | "Pipeline" | "other";
  readonly file: string;
  readonly manifest: Manifest;
  /** As far as it could be read. */
  readonly name: string;
  readonly project: string | undefined;
  /** What a Cluster, or the clusters of a Pipeline, are of, without version. */
  readonly apps: readonly string[];
  /** An App's `name@version+build`; undefined where it has no version that could be read. */
  readonly build: string | undefined;
}

export interface Input {
  readonly files: readonly TextFile[];
  /** Apps first, because Clusters follow them; Pipelines last, because they may need Clusters. */
  readonly submissions: readonly Submission[];
}

export async function readSubmissions(session: Session, args: readonly string[], recursive: boolean): Promise<Input> {
  const files = await readFiles(args, { recursive }, session.terminal);
  const submissions = (await Promise.all(files.map((each) => InFile.during(each.file, files, () => submissionsOf(each))))).flat();
  const rank = { App: 0, Cluster: 1, Pipeline: 2, other: 3 } as const;
  return { files, submissions: submissions.toSorted((a, b) => rank[a.kind] - rank[b.kind]) };
}

async function submissionsOf({ file, text }: TextFile): Promise<readonly Submission[]> {
  const parts = splitDocuments(text);
  // Without a document the server says what is wrong with the file.
  return Promise.all((parts.length === 0 ? [{ text, firstLine: 1 }] : parts).map(({ text: part, firstLine }) => submissionOf(file, part, firstLine)));
}

async function submissionOf(file: string, text: string, firstLine: number): Promise<Submission> {
  const { kind, metadata, spec, written } = looseFields(text);
  const folder = spec["package"];
  const files = kind === "App" && typeof folder === "string" ? await packageOf(join(file === "-" ? "." : dirname(file), folder), text, firstLine) : {};
  return {
    kind: kind === "App" || kind === "Cluster" || kind === "Pipeline" ? kind : "other",
    file,
    manifest: { text: written, file, firstLine, package: files },
    name: textOf(metadata["name"]),
    project: textOf(metadata["namespace"]) || undefined,
    apps: kind === "Pipeline" ? Object.values(fieldsOf(spec["clusters"])).flatMap((cluster) => appOf(fieldsOf(cluster))) : appOf(spec),
    build: kind === "App" ? buildOf(textOf(metadata["name"]), spec) : undefined,
  };
}

/** What is wrong with the folder is told where the document names it. */
async function packageOf(folder: string, text: string, firstLine: number): Promise<Readonly<Record<string, string>>> {
  try {
    return await readPackage(folder);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { placeOf } = parseTroupeDocument(text, { firstLine });
    throw invalid([{ path: "spec.package", ...placeOf(["spec", "package"]), reason: error.reason, message: error.message }]);
  }
}

function appOf(spec: Loose["spec"]): readonly string[] {
  const [app = ""] = textOf(spec["app"]).split("@");
  return app === "" ? [] : [app];
}

function buildOf(name: string, { version, build = 1 }: Loose["spec"]): string | undefined {
  return name !== "" && typeof version === "string" && typeof build === "number" ? `${name}@${version}+${build}` : undefined;
}

interface Loose {
  readonly kind: unknown;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly written: string;
}

/** The server's parser is the one that judges: whatever this cannot read, that explains. */
function looseFields(text: string): Loose {
  const unread: Loose = { kind: undefined, metadata: {}, spec: {}, written: text };
  if (text.length > 1024 * 1024) return unread;
  try {
    const document = parseDocument(text, { merge: true, uniqueKeys: false, logLevel: "silent" });
    if (document.errors.length > 0) return unread;
    const { kind, metadata, spec } = fieldsOf(document.toJS({ maxAliasCount: 100 }));
    return { kind, metadata: fieldsOf(metadata), spec: fieldsOf(spec), written: writtenIn(text, document) };
  } catch {
    return unread;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
