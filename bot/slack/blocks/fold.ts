import type { ContainerBlock, RichTextBlock, RichTextBlockElement, SectionBlock } from "@slack/types";
import { marks, plain } from "./elements.ts";
import { bare, clean, escaped, inert, linesOf } from "./text.ts";

/** One text inside a fold. `code` keeps its lines as they are, in the letters of a machine. */
export type Leaf = { readonly label: string; readonly text: string; readonly kind: "code" | "words" };

/** What is there for those who want to see it, behind one line that says what it is. */
export type Fold = { readonly type: "fold"; readonly title: string; readonly leaves: readonly Leaf[] };

/** So much of all texts of a fold is shown; what lies beyond is counted, never silently gone. */
const MOST_IN_FOLD = 9_000;
const MOST_LEAVES = 10;
const MOST_PLAIN_LEAVES = 8;
const MOST_PLAIN_LINES = 3;
const MOST_PLAIN = 2_800;

/** A fold, or null where there is nothing to fold. */
export function fold(title: string, leaves: readonly Leaf[]): Fold | null {
  const said = leaves.filter(({ text }) => text.trim() !== "");
  return said.length === 0 ? null : { type: "fold", title, leaves: said };
}

/** A container that opens. Its text is rich text: Slack reads no markup in it. */
export const showFold = ({ title, leaves }: Fold): ContainerBlock => ({
  type: "container",
  title: plain(title, 150),
  is_collapsible: true,
  default_collapsed: true,
  child_blocks:
    leaves.length === 1
      ? leaves.map((leaf) => showLeaf({ ...leaf, label: "" }, MOST_IN_FOLD)) // the title says it
      : [...showLeaves(leaves, MOST_IN_FOLD)],
});

/** Texts one after the other, open; all together at most `most` characters. What says nothing is left out. */
export function showLeaves(leaves: readonly Leaf[], most: number): readonly RichTextBlock[] {
  const said = leaves.filter(({ text }) => text.trim() !== "").slice(0, MOST_LEAVES);
  return said.map((leaf) => showLeaf(leaf, Math.floor(most / said.length)));
}

function showLeaf({ label, text, kind }: Leaf, most: number): RichTextBlock {
  const { shown, more } = capped(text, most);
  const body: RichTextBlockElement =
    kind === "code"
      ? { type: "rich_text_preformatted", elements: [{ type: "text", text: shown || " " }] }
      : said(shown);
  return {
    type: "rich_text",
    elements: [
      ...(label === "" ? [] : [said(bare(label, 150), true)]),
      body,
      ...(more === "" ? [] : [said(more)]),
    ],
  };
}

const said = (text: string, bold = false): RichTextBlockElement => ({
  type: "rich_text_section",
  elements: [{ type: "text", text: text === "" ? " " : text, ...(bold && { style: { bold } }) }],
});

/** The first lines that fit, and a line of ours about what is missing. */
function capped(text: string, most: number): { readonly shown: string; readonly more: string } {
  const lines = clean(text).trimEnd().split("\n");
  const fitting: string[] = [];
  let length = 0;
  for (const line of lines) {
    length += line.length + 1;
    if (length > most) break;
    fitting.push(line);
  }
  if (fitting.length === 0) return { shown: firstPart(lines[0] ?? "", most), more: "(cut here: it goes on)" };
  const missing = lines.length - fitting.length;
  const more = `(${missing} more ${missing === 1 ? "line is" : "lines are"} not shown here)`;
  return { shown: fitting.join("\n"), more: missing > 0 ? more : "" };
}

/** Never half a character. */
const firstPart = (line: string, most: number): string => line.slice(0, most).replace(/[\ud800-\udbff]$/, "");

/** The same for a Slack without containers: code as it is, as far as it fits, and the telling lines of other texts. */
export function showFoldPlainly({ title, leaves }: Fold): SectionBlock {
  const shown = leaves.slice(0, MOST_PLAIN_LEAVES);
  const most = Math.floor(MOST_PLAIN / shown.length);
  const texts = shown.map((leaf) => {
    const heading = `*${inert(leaves.length === 1 ? title : leaf.label, 60)}*`;
    return `${heading}\n${leaf.kind === "code" ? fenced(leaf.text, most - 80) : telling(leaf.text)}`;
  });
  return { type: "section", text: marks(texts.join("\n")) };
}

const telling = (text: string): string =>
  tellingLines(text, MOST_PLAIN_LINES)
    .map((line) => `› ${inert(line, 75)}`)
    .join("\n");

/** Nothing in it can end the fence. Escapes count, so that the section stays within its limit. */
function fenced(text: string, most: number): string {
  const { shown, more } = capped(escaped(clean(text)).replaceAll("`", "'"), most);
  return `\`\`\`\n${shown.replace(/&[a-z]*$/, "")}\n\`\`\`${more === "" ? "" : `\n${more}`}`;
}

const TELLING =
  /\b(?:error|fail(?:ed|ure|ing|s)?|expected|actual|cannot|can't|not found|no such|refused|denied|missing|invalid|timed? ?out|exception|panic|assert\w*)\b|^not ok\b|^\s*[✕✖✗]/i;

const DIFF_HEAD = /^(?:diff --git |index [0-9a-f]|--- |\+\+\+ |@@ )/;

/** The lines that say most: those that speak of trouble, else the first ones. */
export function tellingLines(text: string, most: number): readonly string[] {
  const lines = linesOf(text).filter((line) => !DIFF_HEAD.test(line));
  const trouble = lines.filter((line) => TELLING.test(line));
  return (trouble.length > 0 ? trouble : lines).slice(0, most);
}

/** "+58 −2 in 3 files", counted in a unified diff. */
export function countDiff(diff: string): string {
  const lines = diff.split("\n");
  const files = lines.filter((line) => line.startsWith("+++ ")).length;
  const added = lines.filter((line) => line.startsWith("+") && !line.startsWith("+++ ")).length;
  const removed = lines.filter((line) => line.startsWith("-") && !line.startsWith("--- ")).length;
  return changed(added, removed, files);
}

/** "+58 −2 in 3 files". */
export const changed = (added: number, removed: number, files: number): string =>
  `+${added} −${removed} in ${files} ${files === 1 ? "file" : "files"}`;
