import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeExecutableSchema } from "@graphql-tools/schema";
import { GraphQLScalarType, type GraphQLSchema, type ValueNode, valueFromASTUntyped } from "graphql";
import { argument } from "./connections.ts";
import { checkedJson } from "./json-value.ts";
import { mutations } from "./mutations.ts";
import { partOfPipeline, pipeline } from "./pipelines.ts";
import { cluster, project, queries } from "./queries.ts";
import { subscriptions } from "./subscriptions.ts";

/** The committed SDL with its resolvers. */
export function makeSchema(): GraphQLSchema {
  return makeExecutableSchema({
    typeDefs: readFileSync(join(import.meta.dirname, "schema.graphql"), "utf8"),
    resolvers: { Query: queries, Project: project, Cluster: cluster, Pipeline: pipeline, PipelineCluster: partOfPipeline, GraphNode: partOfPipeline, Mutation: mutations, Subscription: subscriptions, Int64: int64, DateTime: dateTime, JSON: json },
  });
}

const int64 = new GraphQLScalarType<string, string>({
  name: "Int64",
  serialize: String,
  parseValue: (value) => checkedInt64(value),
  parseLiteral: (node: ValueNode) => checkedInt64("value" in node ? node.value : undefined),
});

function checkedInt64(value: unknown): string {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text === "string" && /^-?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)) return text;
  throw argument("Int64", "must be a whole number of 64 bits, as text");
}

const dateTime = new GraphQLScalarType({ name: "DateTime", serialize: (value) => (value instanceof Date ? value.toISOString() : String(value)) });

const json = new GraphQLScalarType({ name: "JSON", serialize: (value) => value, parseValue: checkedJson, parseLiteral: (node, variables) => checkedJson(valueFromASTUntyped(node, variables)) });
