import { type ASTVisitor, GraphQLError, Kind, type OperationDefinitionNode, type SelectionSetNode, type ValidationContext, type ValidationRule } from "graphql";

/** What one operation may ask for (api.md section 5). Tokens are bounded by the parser. */
export const limits = { depth: 12, aliases: 30, tokens: 2000, bodyBytes: 4 * 1024 * 1024 } as const;

export const limitRules: readonly ValidationRule[] = [depthRule, aliasRule];

function depthRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation: OperationDefinitionNode) {
      if (depthOf(operation.selectionSet, context, new Set()) > limits.depth) context.reportError(tooMuch(`the operation is deeper than ${limits.depth} fields`));
    },
  };
}

/** A fragment that spreads itself is refused by another rule; here it only must not run for ever. */
function depthOf(set: SelectionSetNode, context: ValidationContext, seen: ReadonlySet<string>): number {
  const depths = set.selections.map((selection) => {
    if (selection.kind === Kind.FIELD) return selection.name.value.startsWith("__") || !selection.selectionSet ? 1 : 1 + depthOf(selection.selectionSet, context, seen);
    if (selection.kind === Kind.INLINE_FRAGMENT) return depthOf(selection.selectionSet, context, seen);
    const name = selection.name.value;
    const fragment = seen.has(name) ? undefined : context.getFragment(name);
    return fragment ? depthOf(fragment.selectionSet, context, new Set([...seen, name])) : 0;
  });
  return Math.max(0, ...depths);
}

function aliasRule(context: ValidationContext): ASTVisitor {
  let aliases = 0;
  return {
    Field(node) {
      if (!node.alias) return;
      aliases += 1;
      if (aliases === limits.aliases + 1) context.reportError(tooMuch(`the operation has more than ${limits.aliases} aliases`));
    },
  };
}

function tooMuch(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "INVALID", reason: "OPERATION_TOO_LARGE" } });
}
