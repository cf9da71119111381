/** A part of a line, in storage format. Made by the functions here only, so that text can never become markup. */
type InlineMarkup = { readonly inline: string };
/** What stands in a line: text from anywhere, which stays text, and elements made here. */
export type Inline = string | InlineMarkup | readonly Inline[];
/** What stands by itself: a paragraph, a table. */
export type Block = { readonly block: string };
/** What a cell or a point of a list holds. */
export type Held = Inline | Block | readonly Block[];
/** How Confluence colours a state. */
export type Colour = "Grey" | "Blue" | "Green" | "Yellow" | "Red" | "Purple";

/** The most of one text that a page shows. */
const MOST_IN_TEXT = 20_000;

const LINE_ENDS = /\r\n|[\r\v\f\u0085\u2028\u2029]/g;
/**
 * What XML cannot hold (control characters, two non-characters), and marks that turn the reading direction: a text could show
 * itself, or what stands after it, in another order than it is written. Letters that are read from right to left stay.
 */
const UNFIT =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: taking them out is the point
  /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g;

/** Text that XML can hold. */
export const legible = (text: string): string =>
  text.toWellFormed().replace(LINE_ENDS, "\n").replace(UNFIT, "");

/** At most so many characters of a text, never half a one; says how much is missing. */
export function cut(text: string, most = MOST_IN_TEXT): string {
  if (text.length <= most) return text;
  const kept = text
    .slice(0, most)
    .toWellFormed()
    .replace(/\ufffd$/, "");
  const missing = (text.length - kept.length).toLocaleString("en-US");
  return `${kept}…\n(Cut here: ${missing} more characters are in Countersign.)`;
}

/** Storage format of several blocks. */
export const storageOf = (blocks: readonly Block[]): string => blocks.map(({ block }) => block).join("");

export const bold = (content: Inline): Inline => element("strong", content);
/** A word of code within a line. */
export const mono = (content: Inline): Inline => element("code", content);

/** A state as a coloured word. */
export const status = (title: string, colour: Colour): Inline => ({
  inline: macro("status", { title, colour }),
});

/** A link, where the address is a web page's by https; else the words alone. */
export function link(url: string, words: Inline): Inline {
  const { protocol, href } = URL.parse(url) ?? {};
  if (protocol !== "https:" || href === undefined) return words;
  return { inline: `<a href="${escaped(href)}">${inlineOf(words)}</a>` };
}

export const paragraph = (...content: readonly Inline[]): Block => ({ block: `<p>${inlineOf(content)}</p>` });

export const heading = (level: 2 | 3 | 4, content: Inline): Block => ({
  block: `<h${level}>${inlineOf(content)}</h${level}>`,
});

export const bullets = (points: readonly Held[]): Block => ({
  block: `<ul>${points.map((point) => `<li>${heldOf(point)}</li>`).join("")}</ul>`,
});

/** A table with its head in the first row. */
export function table(head: readonly Inline[], rows: readonly (readonly Held[])[]): Block {
  const row = (name: "th" | "td", cells: readonly Held[]) =>
    `<tr>${cells.map((cell) => `<${name}>${heldOf(cell)}</${name}>`).join("")}</tr>`;
  return {
    block: `<table><tbody>${row("th", head)}${rows.map((cells) => row("td", cells)).join("")}</tbody></table>`,
  };
}

/** A table of things by their names, which stand in the first column. */
export function details(rows: readonly (readonly [Inline, Held])[]): Block {
  const row = ([name, held]: readonly [Inline, Held]) =>
    `<tr><th>${heldOf(name)}</th><td>${heldOf(held)}</td></tr>`;
  return { block: `<table><tbody>${rows.map(row).join("")}</tbody></table>` };
}

/** A box that stands out. */
export const box = (kind: "info" | "note" | "warning", ...content: readonly Inline[]): Block => ({
  block: macro(kind, {}, richText(paragraph(...content).block)),
});

/** Text as it is: code, a log, a diff. */
export const codeBlock = (text: string, language: "text" | "diff" = "text"): Block => ({
  block: macro(
    "code",
    { language },
    `<ac:plain-text-body>${charactersOf(legible(text))}</ac:plain-text-body>`,
  ),
});

/** A macro with what it holds. `body` is storage format already. */
export function macro(name: string, parameters: Readonly<Record<string, string>>, body = ""): string {
  const all = Object.entries(parameters).map(
    ([key, value]) => `<ac:parameter ac:name="${escaped(key)}">${escaped(oneLine(value))}</ac:parameter>`,
  );
  return `<ac:structured-macro ac:name="${escaped(name)}" ac:schema-version="1">${all.join("")}${body}</ac:structured-macro>`;
}

export const richText = (body: string): string => `<ac:rich-text-body>${body}</ac:rich-text-body>`;

const element = (name: string, content: Inline): Inline => ({
  inline: `<${name}>${inlineOf(content)}</${name}>`,
});

function inlineOf(content: Inline): string {
  if (typeof content === "string") return escaped(legible(content)).replaceAll("\n", "<br />");
  if ("inline" in content) return content.inline;
  return content.map(inlineOf).join("");
}

/** A paragraph around what is only a line: Confluence's editor puts one there anyway. */
function heldOf(held: Held): string {
  if (typeof held === "object" && "block" in held) return held.block;
  if (isBlocks(held)) return storageOf(held);
  return paragraph(held).block;
}

const isBlocks = (held: Inline | readonly Block[]): held is readonly Block[] =>
  Array.isArray(held) &&
  held.length > 0 &&
  held.every((one) => typeof one === "object" && one !== null && "block" in one);

const oneLine = (text: string): string => legible(text).replaceAll(/\s+/g, " ").trim();

/** Nothing ends a CDATA section from within. */
const charactersOf = (text: string): string => `<![CDATA[${text.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`;

const escaped = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
