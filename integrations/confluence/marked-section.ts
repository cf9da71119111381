import { type Block, box, macro, richText, storageOf } from "./storage.ts";

/**
 * Our part of a page stands in a macro of Confluence's own (an excerpt with a name): its editor keeps that, shows people where our
 * part begins and ends, and moves it as one piece. Comments and hidden elements would be lost at the first save.
 */
const MACRO = "excerpt";
const NAME = "name";

const WORDS =
  "Countersign writes this part of the page and brings it up to date: what is changed in it is overwritten. What stands above or below it is yours and stays.";

/**
 * A page's body with our part as it should be now. Everything else stays byte for byte as it is. Where our part is not there, it
 * goes to the end; where somebody has copied it, one is left.
 */
export function putSection(body: string, runId: string, section: readonly Block[]): string {
  const content = storageOf([box("info", WORDS), ...section]);
  const [first, ...copies] = sectionsIn(body, runId);
  if (!first) return `${body}${macro(MACRO, { [NAME]: markOf(runId) }, richText(content))}<p />`;
  const kept = copies.toReversed().reduce((text, one) => replaced(text, one, ""), body);
  if (first.content === null)
    return replaced(kept, first, macro(MACRO, { [NAME]: markOf(runId) }, richText(content)));
  return replaced(kept, first.content, richText(content));
}

/** Whether a page's body has the part of this run in it. */
export const hasSection = (body: string, runId: string): boolean => sectionsIn(body, runId).length > 0;

/** What our part of a page holds; null where it is not there. */
export function sectionOf(body: string, runId: string): string | null {
  const [first] = sectionsIn(body, runId);
  if (!first) return null;
  return first.content === null ? "" : body.slice(first.content.from, first.content.to);
}

const markOf = (runId: string): string => `countersign-${runId}`;

type Range = { readonly from: number; readonly to: number };
/** Where our macro stands, and in it the element that holds what it shows; null where there is none. */
type Section = Range & { readonly content: Range | null };

/** A macro that is being read. */
type Reading = { readonly from: number; isOurs: boolean; content: Range | null };
type Open = {
  readonly name: string;
  readonly from: number;
  readonly macro: Reading | null;
  isNamed: boolean;
};

/** CDATA and comments are skipped as a whole: a text that talks about our macro is none. */
const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z_][\w.:-]*)((?:[^<>"']|"[^"]*"|'[^']*')*?)(\/?)>|([^<]+)/g;

/** Every section of this run that stands in no other one, in order. */
function sectionsIn(body: string, runId: string): readonly Section[] {
  const mark = markOf(runId);
  const found: Section[] = [];
  if (!body.includes(mark)) return found;
  const open: Open[] = [];
  for (const {
    index,
    0: token,
    2: slash,
    3: name = "",
    4: attributes = "",
    5: end,
    6: text,
  } of body.matchAll(TOKEN)) {
    const to = index + token.length;
    if (text !== undefined) readText(open, text, mark);
    else if (name !== "" && slash === "/") close(open, { name, to }, found);
    else if (name !== "") {
      open.push(opened(open, { name, attributes, from: index }));
      if (end === "/") close(open, { name, to }, found);
    }
  }
  return found.filter((one) => !found.some((other) => other.from < one.from && one.to < other.to));
}

function opened(
  open: readonly Open[],
  { name, attributes, from }: { readonly name: string; readonly attributes: string; readonly from: number },
): Open {
  const called = /\sac:name\s*=\s*["']([^"']*)["']/.exec(attributes)?.[1];
  const isMacro = name === "ac:structured-macro" && called === MACRO;
  const isNamed = name === "ac:parameter" && called === NAME && open.at(-1)?.macro != null;
  return { name, from, macro: isMacro ? { from, isOurs: false, content: null } : null, isNamed };
}

/** The text of the parameter that names a macro. */
function readText(open: readonly Open[], text: string, mark: string): void {
  const macroRead = open.at(-1)?.isNamed ? open.at(-2)?.macro : null;
  if (macroRead && text.trim() === mark) macroRead.isOurs = true;
}

function close(
  open: Open[],
  { name, to }: { readonly name: string; readonly to: number },
  found: Section[],
): void {
  const closed = open.at(-1);
  if (closed?.name !== name) return;
  open.pop();
  const around = open.at(-1)?.macro;
  if (name === "ac:rich-text-body" && around) around.content = { from: closed.from, to };
  if (closed.macro?.isOurs) found.push({ from: closed.from, to, content: closed.macro.content });
}

const replaced = (body: string, { from, to }: Range, by: string): string =>
  `${body.slice(0, from)}${by}${body.slice(to)}`;
