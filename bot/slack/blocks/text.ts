// Everything that some reader takes for the end of a line.
const LINE_ENDS = /\r\n|[\r\v\f\u0085\u2028\u2029]/g;
/**
 * What a reader cannot see and text can hide behind: control characters, marks that turn the reading direction,
 * characters without width, tags. A joiner stays where it builds an emoji.
 */
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: taking them out is the point
  /[\u0000-\u0009\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|(?<!\p{Extended_Pictographic}\ufe0f?)\u200d/gu;
/** Signs by which our own lines say how things stand; a line from outside must not begin like one. */
const OUR_SIGNS = /^[\s>]*(?:(?:[✓✔✕✖✗✋⏱◐◌☑✅❌↺]\ufe0f?|:[a-z0-9_+-]+:)\s*)+/u;
// A mention that never ends must not be looked for to the end of the text, again from each beginning.
const PERSON = /<@([UW][A-Z0-9]{2,20})(?:\|[^<>\n]{0,100})?>/g;
/** No card shows more of one text; cut early, so that a huge one costs nothing. */
const MOST_READ = 120_000;
const LONGEST_CUT_WORD = 14;

/** Text from outside without anything that cannot be seen; tabs are two spaces. Lines stay. */
export const clean = (text: string): string =>
  text.slice(0, MOST_READ).toWellFormed().replace(LINE_ENDS, "\n").replaceAll("\t", "  ").replace(HIDDEN, "");

/**
 * Text from outside as one line of plain text, for places where Slack reads no markup (buttons, titles, rich text). At
 * most `most` UTF-16 units, never half a character.
 */
export function bare(text: string, most: number): string {
  const line = clean(text).replace(/\s+/g, " ").trim().replace(OUR_SIGNS, "");
  return cut(line, most, (character) => character.length);
}

/** Names of people, by their Slack ids. */
export type People = (id: string) => string;

/**
 * Text from outside as one line of mrkdwn that notifies nobody, links nowhere and looks like no line of ours. `<@U…>`
 * becomes the plain name. Code between backticks stays code. At most `most` UTF-16 units with its escapes.
 */
export function inert(text: string, most: number, people?: People): string {
  const named = people ? withNames(text, people) : text;
  return harmless(cut(bare(named, MOST_READ), most, escapedLength));
}

/** As `inert`, but its lines stay; empty lines go. At most `mostLines`, each of at most `most` units. */
export function inertLines(
  text: string,
  mostLines: number,
  most: number,
  people?: People,
): readonly string[] {
  return linesOf(text)
    .slice(0, mostLines)
    .map((line) => inert(line, most, people))
    .filter((line) => line !== "");
}

/** `<@U…>` as plain names. */
export const withNames = (text: string, people: People): string =>
  text.slice(0, MOST_READ).replace(PERSON, (_, id: string) => people(id));

/** The lines that say something. */
export const linesOf = (text: string): readonly string[] =>
  clean(text)
    .split("\n")
    .filter((line) => line.trim() !== "");

/** "1 line", "14 lines": of those that say something. */
export function lineCount(text: string): string {
  const count = linesOf(text).length;
  return `${count} ${count === 1 ? "line" : "lines"}`;
}

/** Slack's three special characters, escaped. */
export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const escapedLength = (character: string): number => escaped(character).length;

function cut(text: string, most: number, lengthOf: (character: string) => number): string {
  let length = 0;
  let end = 0;
  let fits = 0;
  for (const character of text) {
    length += lengthOf(character);
    if (length > most) return `${atWord(text.slice(0, fits), text.charAt(fits))}…`;
    end += character.length;
    if (length < most) fits = end;
  }
  return text;
}

/** Gives up the beginning of a word rather than cutting it, where little is lost. */
function atWord(text: string, next: string): string {
  const space = text.lastIndexOf(" ");
  const isInWord = next !== " " && space > 0 && text.length - space <= LONGEST_CUT_WORD;
  return (isInWord ? text.slice(0, space) : text).trimEnd();
}

/** Slack has no escape for its marks: what would be bold or struck out gets a letter that only looks the same. */
function harmless(line: string): string {
  const parts = line.split("`");
  const isPaired = parts.length % 2 === 1 && !line.includes("``");
  if (!isPaired) return withoutMarks(line.replaceAll("`", "'"));
  return parts
    .map((part, i) => (i % 2 === 1 ? `\`${escaped(part).replaceAll("*", "∗")}\`` : withoutMarks(part)))
    .join("");
}

const withoutMarks = (text: string): string =>
  escaped(text)
    .replaceAll("*", "∗")
    .replaceAll("~", "∼")
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "ˍ");
