import { type Card, type CardContext, toCard } from "./card.ts";
import { actions, button, link, section, context as words } from "./elements.ts";
import { nameOf } from "./who.ts";

/** Whoever pressed Start first; null before that. */
export type Welcome = { readonly startedBy: string | null };

const WHAT = "Release billing 0.2.0: real commands, a demo repository, no model needed";

/** The first message of a new workspace: one press leads from nothing to a tag in a real repository. */
export function welcomeCard({ startedBy }: Welcome, context: CardContext): Card {
  const started = startedBy === null ? null : `✓ Started by ${nameOf(startedBy, context.people)}`;
  return toCard(started === null ? `${WHAT}. Press Start.` : `${WHAT}. ${started}`, [
    section(
      `*${WHAT}*`,
      started,
      started === null ? "Tests run, a changelog is written, a person is asked, a tag is made." : null,
    ),
    actions(
      startedBy === null
        ? button("demo.start", "Start", {}, { style: "primary" })
        : link("Open thread", context.threadLink),
    ),
    words("`/goal help` says what else there is"),
  ]);
}
