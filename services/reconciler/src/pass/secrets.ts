import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { Failure } from "@troupe/domain/failure";
import type { GeneratedSecret } from "@troupe/domain/language/app";
import type { ObservedCluster } from "@troupe/domain/life/observed";
import type { WantedSecret } from "@troupe/domain/render/secrets";
import type { KubeCache } from "../kube/cache.ts";
import type { Kube } from "../kube/kube.ts";

/** Generated values, made once and only here: no other process ever sees them. One that is there is never written again. */
export async function makeSecret(kube: Kube, cache: KubeCache, wanted: WantedSecret, { secrets }: ObservedCluster): Promise<void> {
  if (secrets.has(wanted.name)) return;
  const { name, namespace, labels, values } = wanted;
  const stringData = Object.fromEntries(Object.entries(values).map(([key, how]) => [key, generate(how)]));
  try {
    const { data: _data, stringData: _stringData, ...answer } = await kube.create({ apiVersion: "v1", kind: "Secret", metadata: { name, namespace, labels }, stringData });
    cache.offer("Secret", answer);
  } catch (error) {
    // Made by an earlier owner whose write we have not seen yet: its values stand.
    if (!(error instanceof Failure) || error.kind !== "already_exists") throw error;
  }
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

export function generate(how: GeneratedSecret): string {
  switch (how.generate) {
    case "password":
      return Array.from({ length: how.length }, () => letters[randomInt(letters.length)]).join("");
    case "uuid":
      return randomUUID();
    case "hex":
      return randomBytes(how.bytes).toString("hex");
    case "base64url":
      return withoutLeadingDash(how.bytes);
  }
}

/** A value that begins with `-` is an option to many programs. */
function withoutLeadingDash(bytes: number): string {
  for (;;) {
    const text = randomBytes(bytes).toString("base64url");
    if (!text.startsWith("-")) return text;
  }
}
