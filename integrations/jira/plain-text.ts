import { z } from "zod";
import { clean } from "./adf.ts";

const Node = z.looseObject({
  type: z.string(),
  text: z.string().optional().catch(undefined),
  attrs: z.record(z.string(), z.unknown()).optional().catch(undefined),
  content: z.array(z.unknown()).optional().catch(undefined),
});
type Node = z.infer<typeof Node>;

/** Deeper documents than this are nobody's: what lies deeper is left out. */
const MOST_DEPTH = 40;
/** More of one document is never looked at. */
const MOST_NODES = 20_000;

/** Jira takes a third of it. */
const MOST_READ = 100_000;

const ENDS_LINE = new Set([
  ...["paragraph", "heading", "codeBlock", "taskItem", "decisionItem", "tableRow", "rule"],
  ...["blockCard", "mediaSingle", "mediaGroup", "expand", "panel", "blockquote"],
]);

/**
 * What somebody wrote in Jira as plain text, of at most `most` characters: a document (ADF), or the text in which webhooks have it.
 * Only words are left of it: it is data, never markup or an instruction.
 */
export function plainText(written: unknown, most: number): string {
  const text = typeof written === "string" ? fromWiki(written) : fromDocument(written);
  const tidy = clean(text)
    .split("\n")
    .map((line) => line.trimEnd()) // an expression would begin anew at each of a million spaces
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
  return tidy.length <= most ? tidy : `${tidy.slice(0, most - 1).toWellFormed()}…`;
}

/** Webhooks name people by ids, which say nothing to anybody. */
const fromWiki = (text: string): string =>
  text.slice(0, MOST_READ).replaceAll(/\[~[^\]\s]{1,200}\]/g, "@somebody");

function fromDocument(document: unknown): string {
  const said: string[] = [];
  let seen = 0;
  const read = (value: unknown, depth: number): void => {
    seen += 1;
    const node = depth > MOST_DEPTH || seen > MOST_NODES ? undefined : Node.safeParse(value).data;
    if (!node) return;
    said.push(node.type === "listItem" ? "- " : "", wordsOf(node));
    for (const inner of node.content ?? []) read(inner, depth + 1);
    said.push(endOf(node.type, depth));
  };
  read(document, 0);
  return said.join("");
}

/** An empty line after each block of the document itself; inside of those their lines end. */
function endOf(type: string, depth: number): string {
  if (depth === 1) return "\n\n";
  if (type === "tableCell" || type === "tableHeader") return " ";
  return ENDS_LINE.has(type) ? "\n" : "";
}

function wordsOf({ type, text, attrs = {} }: Node): string {
  const named = (name: string): string => (typeof attrs[name] === "string" ? attrs[name] : "");
  switch (type) {
    case "text":
      return text ?? "";
    case "hardBreak":
      return "\n";
    case "mention":
      return named("text") || "@somebody";
    case "emoji":
      return named("text") || named("shortName");
    case "inlineCard":
    case "blockCard":
    case "embedCard":
      return named("url");
    case "status":
      return named("text");
    case "media":
    case "mediaInline":
      return "(a file)";
    default:
      return "";
  }
}
