import { completeSpec, type StoredSpec } from "@troupe/domain/language/stored-spec";
import { Failure } from "@troupe/domain/failure";
import type { Json } from "@troupe/domain/json";
import type { Intent, Order, Sources } from "@troupe/domain/plan/sources";
import * as wire from "@troupe/proto/troupe/internal/v1/reconciler";

/** Bytes of a message on `troupe.v1.desired.<target>.<uid>`. */
export function decodeSources(bytes: Uint8Array): Sources {
  return toSources(wire.Sources.decode(bytes));
}

/** Control made it from values of the same types, so only its shape is asked, not its sense: that is `plan`'s. */
export function toSources(message: wire.Sources): Sources {
  const { uid, project, target, namespace, name, labels, formed, app } = message;
  if (uid === "" || !app) throw new Failure("internal", `sources of cluster "${uid}" have no ${uid === "" ? "uid" : "app"}`);
  return {
    uid,
    project,
    target,
    namespace,
    name,
    labels,
    version: Number(message.version),
    generation: Number(message.generation),
    intent: toIntent(message),
    app,
    spec: completeSpec(JSON.parse(message.spec) as StoredSpec),
    needs: JSON.parse(message.needs || "{}") as Sources["needs"],
    formed,
    lastRecord: message.lastRecord === "" ? undefined : (JSON.parse(message.lastRecord) as Sources["lastRecord"]),
    continued: Number(message.continued),
    orders: message.orders.map(toOrder),
  };
}

/** An intent that this build does not know must not be taken for another one. */
function toIntent({ uid, intent }: wire.Sources): Intent {
  const kind = intent?.kind;
  switch (kind?.$case) {
    case "run": {
      return { kind: "run" };
    }
    case "delete": {
      return { kind: "delete", deleteVolumes: kind.value.deleteVolumes };
    }
    case undefined: {
      throw new Failure("internal", `sources of cluster "${uid}" have no intent that this reconciler knows`);
    }
  }
}

function toOrder({ id, kind, args }: wire.Order): Order {
  return { id, kind, args: JSON.parse(args || "{}") as Readonly<Record<string, Json>> };
}
