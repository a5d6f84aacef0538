/**
 * What an image has above the layers below it. It is data: what is made is kept under a hash of it. Beside the fields,
 * what lies in files/<name>/ is laid over the root folder. The fields are carried out in the order of this list.
 */
export interface Layer {
  readonly name: string;
  readonly on?: Layer;
  /** A release of Debian, of which this is the smallest system. */
  readonly debian?: "bookworm" | "trixie";
  /** Made before the packages, which would give it another number. */
  readonly user?: { readonly name: string; readonly id: number };
  /** Of Debian; of the newest version that its release has. */
  readonly packages?: readonly string[];
  readonly jars?: Jars;
  /** A zip from Maven, whose one folder becomes `to`. */
  readonly distribution?: { readonly artifact: string; readonly to: string };
  /** What pip installs is pinned in requirements/<name>.txt. */
  readonly python?: boolean;
  /** Where the Kubernetes program of deploy/local goes, which is etcd and more by the name that it is called by. */
  readonly kubernetes?: string;
  /** Path → what it points to. */
  readonly links?: Readonly<Record<string, string>>;
  /** That belong to the user. */
  readonly folders?: readonly string[];
  /** What a shell does in the image when all else is there. */
  readonly script?: string;
}

export interface Jars {
  readonly to: string;
  /** `group:artifact:version`, with all that they need at run time. */
  readonly artifacts: readonly string[];
  /** `group:artifact`, with `*` for any, that are left out although something needs them. */
  readonly without?: readonly string[];
}

/** The layer that only this application has, and how it is started. */
export interface Recipe extends Layer {
  /** What it truly is, and so its tag; of Debian's packages it is known only when they are there. */
  readonly version: string | { readonly ofPackage: string };
  /** A folder of programs besides the usual ones. */
  readonly path?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly workingFolder?: string;
}
