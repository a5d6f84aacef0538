import { z } from "zod";
import type { JsonObject } from "../json.ts";
import { type Kind, kinds } from "./fields-of.ts";

/**
 * JSON Schema of a kind, for editors: what the parser judges by shape; what depends on other parts only the parser sees.
 * Draft 7 is the newest that all editors of YAML know.
 */
export function jsonSchemaOf(kind: Kind, schema: z.ZodType = kinds[kind]): JsonObject {
  const made = z.toJSONSchema(schema, { target: "draft-7", io: "input", reused: "inline" }) as unknown as JsonObject;
  return { ...made, title: `${kind.charAt(0).toUpperCase()}${kind.slice(1)} (troupe.dev/v1)` };
}
