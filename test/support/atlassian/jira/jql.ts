import { refuse } from "./model.ts";

/** One condition of a search. */
export type Clause = {
  readonly kind: "clause";
  readonly field: string;
  readonly operator: string;
  readonly values: readonly string[];
};

/** A search as a tree. */
export type Condition =
  | Clause
  | { readonly kind: "and"; readonly parts: readonly Condition[] }
  | { readonly kind: "or"; readonly parts: readonly Condition[] }
  | { readonly kind: "not"; readonly part: Condition };

/** A search that was understood. */
export type Jql = {
  readonly where: Condition | undefined;
  readonly orderBy: readonly { readonly field: string; readonly down: boolean }[];
};

type Token = { readonly text: string; readonly quoted: boolean; readonly at: number };

const operators = ["not in", "is not", ">=", "<=", "!=", "!~", "=", ">", "<", "~", "in", "is"];
const reserved = [
  "and",
  "or",
  "not",
  "order",
  "by",
  "in",
  "is",
  "empty",
  "null",
  "was",
  "changed",
  "select",
  "from",
  "where",
];

/** Understands a part of Jira's query language; what it does not understand is an error, as in Jira. */
export function parseJql(text: string): Jql {
  const tokens = tokensOf(text);
  let next = 0;
  const peek = (ahead = 0) => tokens[next + ahead];
  const word = (ahead = 0) => (peek(ahead)?.quoted ? undefined : peek(ahead)?.text.toLowerCase());
  const take = (what: string): Token => {
    const token = tokens[next++];
    return token ?? fail(`Error in the JQL Query: Expecting ${what} but got the end of the query.`);
  };
  const expect = (wanted: string) => {
    if (word() !== wanted)
      fail(`Error in the JQL Query: Expecting '${wanted}' but got '${peek()?.text ?? "the end"}'.`);
    next += 1;
  };

  const either = (): Condition => joined("or", () => joined("and", unary));
  const joined = (kind: "and" | "or", part: () => Condition): Condition => {
    const parts = [part()];
    while (word() === kind) {
      next += 1;
      parts.push(part());
    }
    const [first] = parts;
    return first && parts.length === 1 ? first : { kind, parts };
  };
  const unary = (): Condition => {
    if (word() === "not" || word() === "!") {
      next += 1;
      return { kind: "not", part: unary() };
    }
    if (word() !== "(") return clause();
    next += 1;
    const inner = either();
    expect(")");
    return inner;
  };
  const clause = (): Condition => {
    const field = take("a field name");
    if (!field.quoted && reserved.includes(field.text.toLowerCase())) {
      fail(
        `Error in the JQL Query: Expecting a field name but got '${field.text}'. '${field.text}' is a reserved JQL word.`,
      );
    }
    const operator = operatorAt();
    return { kind: "clause", field: field.text.toLowerCase(), operator, values: valuesFor(operator) };
  };
  const operatorAt = (): string => {
    const two = `${word()} ${word(1)}`;
    const found = operators.find((one) => one === two) ?? operators.find((one) => one === word());
    if (!found) fail(`Error in the JQL Query: Expecting operator but got '${peek()?.text ?? "the end"}'.`);
    next += found?.includes(" ") ? 2 : 1;
    return found ?? "";
  };
  const valuesFor = (operator: string): string[] => {
    if (!operator.endsWith("in")) return [value()];
    expect("(");
    const values = [value()];
    while (word() === ",") {
      next += 1;
      values.push(value());
    }
    expect(")");
    return values;
  };
  const value = (): string => {
    const token = take("a value, list or function");
    if (!token.quoted && /^[(),=<>!~]/.test(token.text))
      fail(`Error in the JQL Query: Expecting a value but got '${token.text}'.`);
    if (token.quoted || word() !== "(") return token.text;
    next += 1;
    expect(")");
    return `${token.text}()`;
  };
  const order = (): Jql["orderBy"] => {
    expect("order");
    expect("by");
    const fields: { field: string; down: boolean }[] = [];
    do {
      if (word() === ",") next += 1;
      const field = take("a field name").text.toLowerCase();
      const down = word() === "desc";
      if (down || word() === "asc") next += 1;
      fields.push({ field, down });
    } while (word() === ",");
    return fields;
  };

  const where = tokens.length === 0 || word() === "order" ? undefined : either();
  const orderBy = word() === "order" ? order() : [];
  const rest = peek();
  if (rest)
    fail(
      `Error in the JQL Query: Expecting either 'OR' or 'AND' but got '${rest.text}'. (line 1, character ${rest.at + 1})`,
    );
  return { where, orderBy };
}

function tokensOf(text: string): Token[] {
  const pattern =
    /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(>=|<=|!=|!~|[=<>~!(),])|([^\s=<>~!(),"']+))/y;
  const tokens: Token[] = [];
  while (pattern.lastIndex < text.trimEnd().length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match)
      fail(
        `Error in the JQL Query: The character '${text.slice(at).trim().charAt(0)}' is not expected. (line 1, character ${at + 1})`,
      );
    const quoted = match?.[1] ?? match?.[2];
    const bare = match?.[3] ?? match?.[4] ?? "";
    tokens.push({
      text: quoted === undefined ? bare : quoted.replace(/\\(.)/g, "$1"),
      quoted: quoted !== undefined,
      at,
    });
  }
  return tokens;
}

/** Jira's refusal of a query. */
export function fail(words: string): never {
  throw refuse(400, [words]);
}
