import type { KnownBlock } from "@slack/types";
import { type Fold, showFold, showFoldPlainly } from "./fold.ts";
import type { OutsideLink } from "./outside-links.ts";

/** A message of ours. `text` is the whole ask as a lock screen shows it. */
export type Card = {
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
  /** The same content in sections, for a Slack that refuses the newer blocks. Missing where `blocks` has none of them. */
  readonly plainBlocks?: readonly KnownBlock[];
};

/** What a card needs and state does not know. Cards show moments, not distances from now: they change only when state does. */
export type CardContext = {
  /** The name that people know; the id itself where nobody has it. */
  readonly people: (id: string) => string;
  /** What the app is called here: "Countersign". */
  readonly botName: string;
  /** Permalink of the goal's thread. */
  readonly threadLink?: string | undefined;
  /** Where the goal is shown outside Slack. */
  readonly outside?: readonly OutsideLink[] | undefined;
  /** The model in use as `provider:model`, for steps that no model has answered yet. */
  readonly model?: string | undefined;
};

/** A part of a card; `null` where there is nothing to say. */
export type Part = KnownBlock | Fold | null;

/** Slack takes this many blocks in a message. */
const MOST_BLOCKS = 50;

/** Puts a card together: what folds is folded, and stands in sections for a Slack that cannot fold. */
export function toCard(text: string, parts: readonly Part[]): Card {
  const said = parts.filter((part) => part !== null);
  const blocks = said.map((part) => (part.type === "fold" ? showFold(part) : part)).slice(0, MOST_BLOCKS);
  if (!said.some((part) => part.type === "fold")) return { text, blocks };
  const plain = said.map((part) => (part.type === "fold" ? showFoldPlainly(part) : part));
  return { text, blocks, plainBlocks: plain.slice(0, MOST_BLOCKS) };
}
