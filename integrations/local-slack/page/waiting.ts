import type { AnyBlock, KnownBlock, TextObject } from "@slack/types";
import type { Named, Reader } from "./text/reader.ts";

// The clause of a sentence like "Bob or Carol can answer" or "Anybody in #general but Alice can answer".
const WHO_CAN = /([^.·\n]*?)\b(?:can|may|must) (?:answer|approve|decide|start)\b/i;

/**
 * Who a card waits for, when it has buttons and the reader is not among the wanted. Empty otherwise.
 * A sentence that says who can answer decides; else everybody whom the card speaks to, which leaves out
 * those it merely names as the asker ("asked by @Alice", "for @Alice", "that @Alice asked for").
 */
export function waitsFor(blocks: readonly AnyBlock[], reader: Reader): readonly Named[] {
  const known = blocks.flatMap(withChildren);
  if (!known.some(hasButton)) return [];
  const texts = known.flatMap(textsOf);
  const clauses = texts.flatMap((text) => WHO_CAN.exec(text)?.[1] ?? []);
  const wanted = new Set(
    clauses.length > 0
      ? clauses.flatMap((clause) => allowedBy(clause, reader))
      : texts.flatMap((text) => mentioned(text, reader)),
  );
  if (wanted.has(reader.id)) return [];
  return reader.people.filter((person) => wanted.has(person.id));
}

function allowedBy(clause: string, reader: Reader): string[] {
  const [who = "", except = ""] = clause.split(/\bbut\b/);
  if (!/\b(?:anybody|anyone|everybody|everyone)\b/i.test(who)) return named(clause, reader);
  const out = new Set(named(except, reader));
  return reader.people.map(({ id }) => id).filter((id) => !out.has(id));
}

/** By mention or by their plain name, since a card that is edited must notify nobody again. */
function named(text: string, reader: Reader): string[] {
  const words = new Set(text.match(/[\p{L}\p{N}_-]+/gu));
  const byName = reader.people.filter(({ name }) => name.split(/\s+/).every((word) => words.has(word)));
  return [...mentioned(text, reader), ...byName.map(({ id }) => id)];
}

function mentioned(text: string, reader: Reader): string[] {
  const people = [...text.matchAll(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g)].filter(
    (match) => !isNamedAsAsker(text, match),
  );
  const groups = [...text.matchAll(/<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>/g)];
  const members = groups.flatMap(([, id]) => reader.groups.find((group) => group.id === id)?.members ?? []);
  return [...people.flatMap(([, id]) => (id === undefined ? [] : [id])), ...members];
}

function isNamedAsAsker(text: string, match: RegExpExecArray): boolean {
  const before = text.slice(0, match.index);
  const after = text.slice(match.index + match[0].length);
  return /\b(?:by|from|that|(?<!\bwait(?:s|ing) )for)\s*$/i.test(before) || /^\s+asked\b/i.test(after);
}

function withChildren(block: AnyBlock): KnownBlock[] {
  const known = block as KnownBlock;
  return known.type === "container" ? [known, ...known.child_blocks] : [known];
}

function hasButton(block: KnownBlock): boolean {
  if (block.type === "section")
    return block.accessory?.type === "button" && block.accessory.url === undefined;
  if (block.type !== "actions") return false;
  return block.elements.some((element) => element.type === "button" && element.url === undefined);
}

function textsOf(block: KnownBlock): string[] {
  if (block.type === "section") return [block.text, ...(block.fields ?? [])].flatMap(marksOf);
  if (block.type !== "context") return [];
  return block.elements.flatMap((element) => (element.type === "image" ? [] : marksOf(element)));
}

function marksOf(text: TextObject | undefined): string[] {
  return text?.type === "mrkdwn" ? [text.text] : [];
}
