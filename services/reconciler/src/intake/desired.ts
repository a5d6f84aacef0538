import { createHash } from "node:crypto";
import type { Sources } from "@troupe/domain/plan/sources";
import type { Uid } from "@troupe/domain/name";

/** What control wants of the target, as far as it was heard. The newer version of a cluster's sources wins, always. */
export class DesiredSet {
  readonly #sources = new Map<Uid, Sources>();
  #digest: string | undefined;

  /** Whether it was news. */
  offer(sources: Sources): boolean {
    const known = this.#sources.get(sources.uid);
    if (known && known.version >= sources.version) return false;
    this.#sources.set(sources.uid, sources);
    this.#digest = undefined;
    return true;
  }

  get(uid: Uid): Sources | undefined {
    return this.#sources.get(uid);
  }

  /** Deleted for good, and control knows it. */
  forget(uid: Uid): void {
    if (this.#sources.delete(uid)) this.#digest = undefined;
  }

  /** uid → version. */
  versions(): ReadonlyMap<Uid, number> {
    return new Map([...this.#sources.values()].map(({ uid, version }) => [uid, version]));
  }

  uids(): Iterable<Uid> {
    return this.#sources.keys();
  }

  get size(): number {
    return this.#sources.size;
  }

  digest(): string {
    this.#digest ??= digestOfVersions(this.versions());
    return this.#digest;
  }
}

/** Equal on both sides when both have the same versions of the same clusters: hex SHA-256 of a line `uid version` each, in order of uid. */
export function digestOfVersions(versions: ReadonlyMap<Uid, number>): string {
  const lines = [...versions].map(([uid, version]) => `${uid} ${version}\n`).toSorted();
  return createHash("sha256").update(lines.join("")).digest("hex");
}
