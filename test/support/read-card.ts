import type { KnownBlock } from "@slack/types";
import { expect } from "vitest";
import type { Card } from "#bot/slack/blocks/card.ts";
import { checkBlocks } from "#integrations/local-slack/blocks/check.ts";

/** Fails where Slack would refuse the card, in either form; gives it back for more. */
export function acceptable(card: Card): Card {
  expect(checkBlocks(card.blocks, "message")).toEqual([]);
  if (card.plainBlocks) expect(checkBlocks(card.plainBlocks, "message")).toEqual([]);
  expect(card.text.length).toBeGreaterThan(0);
  expect(card.text.length).toBeLessThan(3_000);
  expect(new Set(actionIds(card.blocks)).size).toBe(actionIds(card.blocks).length);
  return card;
}

/** The action ids of all elements, in order. */
export const actionIds = (blocks: readonly KnownBlock[]): readonly string[] =>
  [...JSON.stringify(blocks).matchAll(/"action_id":"([^"]*)"/g)].map(([, id]) => id ?? "");

/** The blocks as lines that a person reads: no marks, names for mentions with an @, dates as UTC. */
export const seen = (blocks: readonly object[]): string => blocks.flatMap(linesIn).join("\n");

/** The lines before the first buttons. */
export function seenBeforeButtons(blocks: readonly KnownBlock[]): readonly string[] {
  const end = blocks.findIndex(({ type }) => type === "actions");
  return seen(end < 0 ? blocks : blocks.slice(0, end)).split("\n");
}

function linesIn(block: object): readonly string[] {
  const known = block as Record<string, unknown> & { type: string };
  switch (known.type) {
    case "section":
      return [...textOf(known["text"]).split("\n"), ...buttonsIn([known["accessory"]])];
    case "context":
      return (known["elements"] as unknown[]).map((element) => `(${textOf(element)})`);
    case "actions":
      return buttonsIn(known["elements"] as unknown[]);
    case "container":
      return [`▸ ${textOf(known["title"])}`];
    case "plan":
      return [String(known["title"]), ...(known["tasks"] as object[]).flatMap(linesIn)];
    case "task_card":
      return [`[${String(known["status"])}] ${String(known["title"])}`];
    case "rich_text":
      return [JSON.stringify(known["elements"])];
    case "input":
      return [`${textOf(known["label"])}${known["optional"] === true ? "" : " *"}`];
    default:
      return [known.type];
  }
}

function buttonsIn(elements: readonly unknown[]): readonly string[] {
  const known = elements.filter(
    (element): element is Record<string, unknown> => typeof element === "object" && element !== null,
  );
  if (known.length === 0) return [];
  return [
    known
      .map((element) => (element["type"] === "overflow" ? "[…]" : `[${textOf(element["text"])}]`))
      .join(" "),
  ];
}

const textOf = (text: unknown): string => {
  const { type, text: words } = text as { type?: string; text?: string };
  return type === "mrkdwn" ? asRead(words ?? "") : (words ?? "");
};

/** Mrkdwn as a person reads it. */
export const asRead = (text: string): string =>
  text
    .replace(/<!date\^\d+\^[^|>]*\|([^>]*)>/g, "$1")
    .replace(/<@U\d\d([A-Z]+)>/g, (_, name: string) => `@${name.charAt(0)}${name.slice(1).toLowerCase()}`)
    .replace(/(?<![\p{L}\p{N}])\*([^*\n]+)\*(?![\p{L}\p{N}])/gu, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
