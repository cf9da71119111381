import { attributesOf, docRule, type NodeRule, nodeRules } from "./adf-rules.ts";

type Json = Readonly<Record<string, unknown>>;

/** What is wrong with an Atlassian document; undefined: nothing. Jira itself says only INVALID_INPUT. */
export function wrongDocument(value: unknown): string | undefined {
  if (!isObject(value)) return "it is no object";
  if (value["type"] !== "doc") return "its root is no doc";
  if (value["version"] !== 1) return "its version is not 1";
  const extra = Object.keys(value).find((key) => !["type", "version", "content"].includes(key));
  if (extra) return `doc has no ${extra}`;
  return wrongChildren(value, docRule, "doc");
}

/** The text of a document, without its form. */
export function textOf(node: unknown): string {
  if (!isObject(node)) return "";
  if (typeof node["text"] === "string") return node["text"];
  const children = Array.isArray(node["content"]) ? node["content"] : [];
  return children.map(textOf).join(node["type"] === "paragraph" ? "" : "\n");
}

function wrongNode(node: unknown, within: string): string | undefined {
  if (!isObject(node)) return `${within} holds something that is no node`;
  const type = String(node["type"]);
  const rule = Object.hasOwn(nodeRules, type) ? nodeRules[type] : undefined;
  if (!rule) return `unknown node ${type}`;
  if (type === "text") return wrongText(node, within);
  const extra = Object.keys(node).find((key) => !["type", "attrs", "content", "marks"].includes(key));
  if (extra) return `${type} has no ${extra}`;
  return (
    wrongAttributes(type, rule.attrs, node["attrs"]) ??
    wrongMarks(node, rule) ??
    wrongChildren(node, rule, type)
  );
}

function wrongText(node: Json, within: string): string | undefined {
  if (typeof node["text"] !== "string") return "a text node without text";
  if (node["text"] === "") return "an empty text node";
  const extra = Object.keys(node).find((key) => !["type", "text", "marks"].includes(key));
  if (extra) return `text has no ${extra}`;
  const marks = node["marks"];
  if (marks === undefined) return undefined;
  if (within === "codeBlock") return "text of a codeBlock has no marks";
  return wrongMarkList(marks);
}

function wrongMarkList(marks: unknown): string | undefined {
  if (!Array.isArray(marks)) return "marks are no list";
  const types = marks.map((mark) => (isObject(mark) ? String(mark["type"]) : "?"));
  const twice = types.find((type, index) => types.indexOf(type) < index);
  if (twice) return `mark ${twice} twice`;
  const beside = types.find((type) => !["code", "link", "annotation"].includes(type));
  if (types.includes("code") && beside) return `mark code beside ${beside}`;
  return marks.map(wrongMark).find((wrong) => wrong !== undefined);
}

function wrongMark(mark: unknown): string | undefined {
  const type = isObject(mark) ? String(mark["type"]) : "?";
  const rule = attributesOf(type);
  if (!isObject(mark) || !rule) return `unknown mark ${type}`;
  return wrongAttributes(type, rule, mark["attrs"]);
}

function wrongMarks(node: Json, rule: NodeRule): string | undefined {
  const marks = node["marks"];
  if (marks === undefined || (Array.isArray(marks) && marks.length === 0)) return undefined;
  const types = Array.isArray(marks) ? marks.map((mark) => String((mark as Json)["type"])) : ["?"];
  const wrong = types.find((type) => !rule.marks?.includes(type));
  return wrong ? `${String(node["type"])} takes no mark ${wrong}` : undefined;
}

function wrongAttributes(
  type: string,
  rule: NodeRule["attrs"] = {},
  attrs: unknown = {},
): string | undefined {
  if (!isObject(attrs)) return `${type} has attrs that are no object`;
  const unknown = Object.keys(attrs).find((name) => !(name in rule));
  if (unknown) return `${type} has no attribute ${unknown}`;
  const wrong = Object.entries(rule).find(([name, { required, fits }]) =>
    name in attrs ? !fits(attrs[name]) : required,
  );
  return wrong ? `${type} has no ${wrong[0]}, or a wrong one` : undefined;
}

function wrongChildren(node: Json, rule: NodeRule, type: string): string | undefined {
  if (!rule.children) return "content" in node ? `${type} has no content` : undefined;
  return wrongContent(node["content"] ?? [], rule, rule.children, type);
}

function wrongContent(content: unknown, rule: NodeRule, children: readonly string[], type: string) {
  if (!Array.isArray(content)) return `content of ${type} is no list`;
  if (content.length < (rule.least ?? 0)) return `${type} needs content`;
  for (const [index, child] of content.entries()) {
    const allowed = (index === 0 && rule.first) || children;
    const wrong = wrongNode(child, type) ?? wrongPlace(child, allowed, type);
    if (wrong) return wrong;
  }
  return undefined;
}

function wrongPlace(child: unknown, allowed: readonly string[], within: string): string | undefined {
  const type = isObject(child) ? String(child["type"]) : "?";
  return allowed.includes(type) ? undefined : `${type} in ${within}`;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
