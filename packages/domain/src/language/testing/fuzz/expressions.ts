import fc from "fast-check";

/** Expressions over names that documents often have, of types that often fit. */

const atoms = [
  ..."member.id member.index member.name member.host member.cpu member.memoryMiB member.start member.leaving member.facts role.name role.count".split(" "),
  ..."cluster.name cluster.upgrade params.p params.size secrets.s exports.e exports.url needs.a.url needs.db needs.db.host roles.a.count roles.server.count".split(" "),
  ..."1 0 -1 2.5 9223372036854775807 'a' '' \"\\u0000\" r'\\d' '''x''' b'a' true null [] [1,'a'] {} {'a':1} [[1]] target.index to.name change.old args.x attempt.number m x".split(" "),
  "roles.a.hosts('p')", "roles.server.hosts('client')", "roles.server.service('client')", "topology('p')", "roles.server.all", "roles.server.members", "range(3)", "range(9000)", "has(needs.db)", "has(needs.db.host)",
];
const methods = ["size()", "join(',')", "map(m, m.host)", "map(x, x)", "filter(m, m.id > 0)", "all(m, m.leaving)", "exists(x, x == 1)", "first(1)", "sort()", "distinct()", "reverse()", "split(',')", "matches('^a+$')", "matches('(')", "substring(1)", "substring(5, 2)", "charAt(9)", "indexOf('a')", "replace('', 'a')", "trim()", "upperAscii()", "slice(0, 9)"];
const calls = ["string", "int", "double", "bool", "size", "json", "yaml", "base64", "sha256", "ceil", "abs", "min", "has", "dyn", "type", "timestamp", "optional.of"];
const operators = ["+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||", "in"];

const { expression } = fc.letrec<{ readonly expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { arbitrary: fc.constantFrom(...atoms), weight: 4 },
    { arbitrary: fc.tuple(tie("expression"), fc.constantFrom(...methods)).map(([of, method]) => `${of}.${method}`), weight: 3 },
    { arbitrary: fc.tuple(tie("expression"), fc.constantFrom(...operators), tie("expression")).map((parts) => parts.join(" ")), weight: 2 },
    { arbitrary: fc.tuple(fc.constantFrom(...calls), tie("expression")).map(([call, of]) => `${call}(${of})`), weight: 2 },
    { arbitrary: fc.tuple(tie("expression"), tie("expression"), tie("expression")).map(([a, b, c]) => `${a} ? ${b} : ${c}`), weight: 1 },
    { arbitrary: fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => `(${a})[${b}]`), weight: 1 },
    { arbitrary: fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => `{'a': ${a}, ${b}: [${a}]}`), weight: 1 },
  ),
}));

export const expressionText: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: expression.map((source) => `\${{ ${source} }}`), weight: 5 },
  { arbitrary: fc.tuple(fc.string({ maxLength: 4 }), expression, fc.string({ maxLength: 4 })).map(([before, source, after]) => `${before}\${{${source}}}${after}`), weight: 2 },
  { arbitrary: fc.constantFrom("$${{ x }}", "${{ x", "${{}}", "a ${{ member.id }} b ${{ params.p }}"), weight: 1 },
);
