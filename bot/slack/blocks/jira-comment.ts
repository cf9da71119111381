import type { Commented } from "#integrations/jira/changes.ts";
import { type Card, type CardContext, toCard } from "./card.ts";
import { actions, button, section, context as words } from "./elements.ts";
import { type FromJira, jiraName, keyOf, quoted, settledBy, wholeText, whyAsked } from "./from-jira.ts";
import { numberOf } from "./goal-words.ts";
import { inert } from "./text.ts";
import { nameOf } from "./who.ts";

/** A comment in Jira, in its goal's thread: as guidance of whoever it counts as theirs, or inert until somebody says so. */
export function jiraCommentCard(state: FromJira<Commented>, context: CardContext): Card {
  const { heard, change, run } = state;
  const { people } = context;
  const goal = run ? numberOf(run) : "the goal";
  const isTheirs = heard.outcome === "guided" && heard.by !== null;
  const who = isTheirs && heard.by !== null ? nameOf(heard.by, people) : jiraName(change);
  const head = `${who}, in Jira ${keyOf(change)}:`;
  const said = section(`*${head}*`, ...quoted(change.text, people));
  const whole = wholeText("The whole comment", change.text);
  const line = inert(change.text, 200, people);
  if (heard.state === "asked")
    return toCard(`${head} ${line} Use it as guidance for ${goal}?`, [
      section(
        `✋ *Use this as guidance for ${goal}?*`,
        "It guides nothing until a full member here says so.",
      ),
      said,
      whole,
      actions(button("jira.guidance", "Use as guidance", { heard: heard.key })),
      words(whyAsked(heard)),
    ]);
  return toCard(`${head} ${line}`, [said, whole, ...afterwards(state, goal, context)]);
}

function afterwards({ heard, change, run }: FromJira<Commented>, goal: string, { people }: CardContext) {
  switch (heard.outcome) {
    case "guided":
      return [words(`✓ Noted: whoever works next on ${goal} reads it`)];
    case "used":
      return [words(`✓ Used as guidance by ${settledBy(heard, change, people)}`)];
    default:
      return [
        section(
          `${goal} has ended: nobody works on it any more. Rework begins it anew, with what you say there.`,
        ),
        run && actions(button("goal.rework", "Rework…", { run: run.id })),
      ];
  }
}
