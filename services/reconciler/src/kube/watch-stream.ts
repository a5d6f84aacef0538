import type { JsonObject } from "@troupe/domain/json";
import { failureOf } from "./failures.ts";
import type { WatchEvent } from "./kube.ts";

const newline = 10;

/**
 * Lines of JSON as they come off the socket → events, one batch per piece that held at least one whole line.
 * Throws the Failure that an ERROR event tells; a line cut off by the end of the stream is dropped.
 */
export async function* readWatch(body: AsyncIterable<Uint8Array>): AsyncGenerator<readonly WatchEvent[]> {
  let rest: Uint8Array[] = [];
  for await (const piece of body) {
    const last = piece.lastIndexOf(newline);
    if (last === -1) {
      rest.push(piece);
      continue;
    }
    const whole = Buffer.concat([...rest, piece.subarray(0, last)]).toString("utf8");
    rest = last + 1 < piece.length ? [piece.subarray(last + 1)] : [];
    yield whole.split("\n").flatMap((line) => (line === "" ? [] : [eventOf(line)]));
  }
}

interface Line {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: JsonObject & { readonly metadata: { managedFields?: unknown; readonly resourceVersion: string } };
}

function eventOf(line: string): WatchEvent {
  const { type, object } = JSON.parse(line) as Line;
  switch (type) {
    case "ADDED":
    case "MODIFIED": {
      delete object.metadata.managedFields;
      return { kind: "put", object };
    }
    case "DELETED": {
      delete object.metadata.managedFields;
      return { kind: "gone", object };
    }
    case "BOOKMARK": {
      return { kind: "bookmark", resourceVersion: object.metadata.resourceVersion };
    }
    case "ERROR": {
      const code = object["code"];
      throw failureOf(typeof code === "number" ? code : 500, object);
    }
  }
}
