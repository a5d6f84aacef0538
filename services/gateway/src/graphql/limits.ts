import { Failure } from "@troupe/domain/failure";
import { type ASTVisitor, type FragmentDefinitionNode, GraphQLError, Kind, type OperationDefinitionNode, type SelectionNode, type SelectionSetNode, type ValidationContext, type ValidationRule } from "graphql";

/** What one operation, one request or one socket may ask for (api.md section 5). Tokens are bounded by the parser. */
export const limits = { depth: 12, aliases: 30, tokens: 2000, bodyBytes: 4 * 1024 * 1024, ids: 100, operationsPerSocket: 100 } as const;

export const limitRules: readonly ValidationRule[] = [weightRule];

function weightRule(context: ValidationContext): ASTVisitor {
  const weightOf = makeWeightOf((name) => context.getFragment(name));
  return {
    OperationDefinition({ selectionSet }: OperationDefinitionNode) {
      const { depth, aliases } = weightOf(selectionSet);
      if (depth > limits.depth) context.reportError(tooMuch(`the operation is deeper than ${limits.depth} fields`));
      if (aliases > limits.aliases) context.reportError(tooMuch(`the operation has more than ${limits.aliases} aliases, those of a fragment counted wherever it is spread`));
    },
  };
}

interface Weight {
  readonly depth: number;
  readonly aliases: number;
}

const nothing: Weight = { depth: 0, aliases: 0 };

/** What a selection weighs once its fragments are put in. Each fragment of a document is weighed once, however often it is spread. */
function makeWeightOf(fragmentOf: (name: string) => FragmentDefinitionNode | null | undefined): (set: SelectionSetNode) => Weight {
  const known = new Map<string, Weight>();
  return weightOf;

  function weightOf({ selections }: SelectionSetNode): Weight {
    return selections.map(weightOfOne).reduce((sum, { depth, aliases }) => ({ depth: Math.max(sum.depth, depth), aliases: sum.aliases + aliases }), nothing);
  }

  function weightOfOne(selection: SelectionNode): Weight {
    switch (selection.kind) {
      case Kind.FIELD: {
        const { depth, aliases } = selection.selectionSet ? weightOf(selection.selectionSet) : nothing;
        // Introspection has a limit of its own.
        return { depth: selection.name.value.startsWith("__") ? 1 : depth + 1, aliases: aliases + (selection.alias ? 1 : 0) };
      }
      case Kind.INLINE_FRAGMENT:
        return weightOf(selection.selectionSet);
      case Kind.FRAGMENT_SPREAD:
        return weightOfFragment(selection.name.value);
    }
  }

  function weightOfFragment(name: string): Weight {
    const found = known.get(name);
    if (found) return found;
    // One that spreads itself is refused by another rule; here it only must not run for ever.
    known.set(name, nothing);
    const fragment = fragmentOf(name);
    const weight = fragment ? weightOf(fragment.selectionSet) : nothing;
    known.set(name, weight);
    return weight;
  }
}

function tooMuch(message: string): GraphQLError {
  return new GraphQLError(message, { originalError: new Failure("invalid", message, { reason: "OPERATION_TOO_LARGE" }) });
}
