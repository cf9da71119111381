import { entities } from "./entities.ts";

/** An element of storage format. */
export type Element = {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Child[];
};

/** Text as it was written (entities and all), or CDATA. */
export type Child = Element | { readonly text: string } | { readonly cdata: string };

/** XHTML that is not well-formed, in Confluence's words. */
export class BadXhtml extends Error {
  constructor(words: string, source: string, at: number) {
    const lines = source.slice(0, at).split("\n");
    super(
      `Error parsing xhtml: ${words}\n at [row,col {unknown-source}]: [${lines.length},${(lines.at(-1)?.length ?? 0) + 1}]`,
    );
  }
}

const name = "[A-Za-z_][\\w.-]*(?::[A-Za-z_][\\w.-]*)?";
const attribute = `\\s+${name}\\s*=\\s*(?:"[^"<]*"|'[^'<]*')`;
const tokens = {
  comment: /<!--(?:(?!--)[\s\S])*-->/y,
  cdata: /<!\[CDATA\[([\s\S]*?)\]\]>/y,
  close: new RegExp(`</(${name})\\s*>`, "y"),
  open: new RegExp(`<(${name})((?:${attribute})*)\\s*(/?)>`, "y"),
  text: /[^<]+/y,
};

/** Reads storage format strictly, as XML; comments are dropped, as Confluence drops them. */
export function readXhtml(source: string): Child[] {
  const root: Element = { name: "", attributes: new Map(), children: [] };
  const open: Element[] = [root];
  let at = 0;
  const bad = (words: string): never => {
    throw new BadXhtml(words, source, at);
  };
  const inner = (): Element => open.at(-1) ?? root;
  const match = (kind: keyof typeof tokens): RegExpExecArray | null => {
    tokens[kind].lastIndex = at;
    return tokens[kind].exec(source);
  };
  const take = (): number => {
    const skipped = match("comment");
    if (skipped) return skipped[0].length;
    const cdata = match("cdata");
    if (cdata) {
      inner().children.push({ cdata: cdata[1] ?? "" });
      return cdata[0].length;
    }
    return takeTag() ?? takeText();
  };
  const takeTag = (): number | undefined => takeClosing() ?? takeOpening();
  const takeClosing = (): number | undefined => {
    const closing = match("close");
    if (!closing) return undefined;
    const wanted = inner().name;
    if (open.length === 1) bad(`Unexpected close tag </${closing[1]}>; there is no open one.`);
    if (closing[1] !== wanted) bad(`Unexpected close tag </${closing[1]}>; expected </${wanted}>.`);
    open.pop();
    return closing[0].length;
  };
  const takeOpening = (): number | undefined => {
    const opening = match("open");
    if (!opening) return undefined;
    const { 0: whole, 1: called = "", 2: attributes = "", 3: end } = opening;
    const element: Element = { name: called, attributes: attributesOf(attributes, bad), children: [] };
    inner().children.push(element);
    if (end !== "/") open.push(element);
    return whole.length;
  };
  const takeText = (): number => {
    const found = match("text");
    const text =
      found?.[0] ??
      bad(
        `Unexpected character '${source.charAt(at + 1)}' in markup; expected an element name or attribute.`,
      );
    checkText(text, bad);
    if (text.includes("]]>")) bad('String "]]>" not allowed in textual content.');
    inner().children.push({ text });
    return text.length;
  };
  const illegal = [...source].findIndex(isIllegal);
  if (illegal >= 0) {
    at = illegal;
    bad("Illegal character.");
  }
  while (at < source.length) at += take();
  if (open.length > 1) bad(`Unexpected EOF; was expecting a close tag for element <${inner().name}>`);
  return root.children;
}

/** What XML does not hold: control characters, halves of pairs. */
function isIllegal(letter: string): boolean {
  const code = letter.codePointAt(0) ?? 0;
  const control = code < 0x20 && !["\t", "\n", "\r"].includes(letter);
  return control || code === 0xfffe || code === 0xffff || !letter.isWellFormed();
}

function checkText(text: string, bad: (words: string) => never): void {
  for (const { 0: whole, 1: entity } of text.matchAll(/&([^;\s&<]*;)?/g)) {
    if (entity === undefined)
      bad(`Unexpected character after '${whole}'; an entity must end with a semicolon.`);
    const plain = entity?.slice(0, -1) ?? "";
    if (!/^#(\d+|x[\da-fA-F]+)$/.test(plain) && !entities.has(plain))
      bad(`Undeclared general entity "${plain}"`);
  }
}

function attributesOf(source: string, bad: (words: string) => never): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const { 1: key = "", 2: double, 3: single } of source.matchAll(
    /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g,
  )) {
    if (attributes.has(key)) bad(`Duplicate attribute '${key}'.`);
    const value = double ?? single ?? "";
    checkText(value, bad);
    attributes.set(key, value);
  }
  return attributes;
}
