import { z } from "zod";
import type { JsonObject } from "../json.ts";
import { type Kind, kinds } from "./fields-of.ts";

/** JSON Schema (2020-12) of a kind, for editors: what the parser judges by shape; what depends on other parts only the parser sees. */
export function jsonSchemaOf(kind: Kind): JsonObject {
  const schema = z.toJSONSchema(kinds[kind], { io: "input", unrepresentable: "any", reused: "ref" }) as unknown as JsonObject;
  return { ...schema, title: `${kind.charAt(0).toUpperCase()}${kind.slice(1)} (troupe.dev/v1)` };
}
