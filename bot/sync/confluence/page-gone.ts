import { type Card, toCard } from "../../slack/blocks/card.ts";
import { section } from "../../slack/blocks/elements.ts";
import { numberOf } from "../../slack/blocks/goal-words.ts";
import type { RunStory } from "../follower.ts";

/** For the thread of a run whose page somebody has deleted. Nobody is called: it may well be what they wanted. */
export function pageGoneCard({ run }: RunStory): Card {
  const line = "The Confluence page of this goal is gone: it was deleted, archived, or hidden from us";
  return toCard(line, [
    section(
      `– ${line}.`,
      `It is not written any more. For a new one: \`./countersign sync retry ${numberOf(run)}\``,
    ),
  ]);
}
