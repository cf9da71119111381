import { cutBlocks, MOST_TEXT } from "./adf-cut.ts";
import type { AdfNode } from "./adf-node.ts";

/** A document as Jira takes it for descriptions and comments. */
export type Adf = { readonly version: 1; readonly type: "doc"; readonly content: readonly AdfNode[] };

/** A part of a line: text from anywhere, or what `strong` makes of it. */
type Part = string | readonly AdfNode[];

/** More of one text is never looked at. */
const MOST_READ = 1_000_000;
// Everything that some reader takes for the end of a line.
const LINE_ENDS = /\r\n|[\r\v\f\u0085\u2028\u2029]/g;
/**
 * What can't be seen, can't be sent as JSON to Jira, or turns the direction of what stands beside it. Joiners and marks that single
 * letters of Persian, Hindi or emoji need stay.
 */
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: taking them out is the point
  /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** Text from outside without what can't be seen or would turn its surroundings round. Lines and tabs stay. */
export const clean = (text: string): string =>
  text.slice(0, MOST_READ).replace(LINE_ENDS, "\n").replace(HIDDEN, "").toWellFormed();

/** Text from outside as one line of at most `most` characters. */
export function oneLine(text: string, most: number): string {
  const line = clean(text).replaceAll(/\s+/g, " ").trim();
  return line.length <= most ? line : `${line.slice(0, most - 1).toWellFormed()}…`;
}

/** A whole document, cut to what Jira takes, with a word that says so. */
export const doc = (blocks: readonly AdfNode[], most: number = MOST_TEXT): Adf => {
  const content = blocks.length > 0 ? blocks : [paragraph()];
  return { version: 1, type: "doc", content: cutBlocks(content, most) };
};

/** One paragraph. Text from anybody stays text: nothing in it is markup, a mention or a link; its lines stay. */
export const paragraph = (...parts: readonly Part[]): AdfNode => ({
  type: "paragraph",
  content: inline(parts),
});

/** A text as paragraphs: an empty line begins the next one. */
export const paragraphs = (text: string): readonly AdfNode[] =>
  clean(text)
    .split(/\n[\s]*\n/)
    .filter((part) => part.trim() !== "")
    .map((part) => paragraph(part.replace(/^\n+/, "").trimEnd()));

/** Words in bold. */
export const strong = (text: string): readonly AdfNode[] =>
  inline([text]).map((node) => (node.type === "text" ? { ...node, marks: [{ type: "strong" }] } : node));

/** Words of ours that lead somewhere; plain ones where there is no address. Never for texts or addresses of agents and people. */
export const leading = (text: string, href: string | undefined): readonly AdfNode[] =>
  inline([text]).map((node) =>
    node.type === "text" && href ? { ...node, marks: [{ type: "link", attrs: { href } }] } : node,
  );

/** A heading, in one line. */
export const heading = (level: 1 | 2 | 3 | 4 | 5 | 6, text: string): AdfNode => ({
  type: "heading",
  attrs: { level },
  content: inline([oneLine(text, 255)]),
});

/** A list; an item is a text, or paragraphs, lists and code. Without items it is an empty paragraph. */
export const bulletList = (items: readonly Cell[]): AdfNode => list("bulletList", items);

/** The same, with numbers. */
export const orderedList = (items: readonly Cell[]): AdfNode => list("orderedList", items);

/** Text as it stands, in letters of one width. */
export const codeBlock = (text: string, language?: string): AdfNode => ({
  type: "codeBlock",
  ...(language === undefined ? {} : { attrs: { language } }),
  content: clean(text) === "" ? [] : [{ type: "text", text: clean(text) }],
});

/** A box in a colour. It holds paragraphs, headings, lists and code, no table. */
export const panel = (
  kind: "info" | "note" | "warning" | "error" | "success",
  blocks: readonly AdfNode[],
): AdfNode => ({
  type: "panel",
  attrs: { panelType: kind },
  content: blocks.length > 0 ? blocks : [paragraph()],
});

/** A cell of a table or an item of a list. */
type Cell = string | readonly AdfNode[];

/** A table with a row of headings. */
export const table = (head: readonly string[], rows: readonly (readonly Cell[])[]): AdfNode => ({
  type: "table",
  content: [
    row(
      "tableHeader",
      head.map((name) => [paragraph(strong(name))]),
    ),
    ...rows.map((cells) =>
      row(
        "tableCell",
        head.map((_, index) => cells[index] ?? ""),
      ),
    ),
  ],
});

const row = (type: "tableHeader" | "tableCell", cells: readonly Cell[]): AdfNode => ({
  type: "tableRow",
  content: cells.map((cell) => ({ type, attrs: {}, content: blocksOf(cell) })),
});

const list = (type: "bulletList" | "orderedList", items: readonly Cell[]): AdfNode =>
  items.length === 0
    ? paragraph()
    : { type, content: items.map((item) => ({ type: "listItem", content: blocksOf(item) })) };

function blocksOf(cell: Cell): readonly AdfNode[] {
  if (typeof cell === "string") return [paragraph(cell)];
  return cell.length > 0 ? cell : [paragraph()];
}

/** Nodes of text with breaks between lines; an empty text is none, for Jira takes no empty node. */
function inline(parts: readonly Part[]): readonly AdfNode[] {
  return parts.flatMap((part) => (typeof part === "string" ? lines(part) : part));
}

const lines = (text: string): readonly AdfNode[] =>
  clean(text)
    .split("\n")
    .flatMap((line, index) => [
      ...(index > 0 ? [{ type: "hardBreak" }] : []),
      ...(line === "" ? [] : [{ type: "text", text: line }]),
    ]);
