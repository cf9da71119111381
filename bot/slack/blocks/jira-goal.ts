import type { Labelled } from "#integrations/jira/changes.ts";
import { type Card, type CardContext, toCard } from "./card.ts";
import { actions, button, section, context as words } from "./elements.ts";
import { type FromJira, jiraName, keyOf, quoted, settledBy, wholeText, whyAsked } from "./from-jira.ts";
import { numberOf } from "./goal-words.ts";
import { inert } from "./text.ts";

/** An issue got the goal label from somebody who may not start goals here: whoever may is asked. */
export function jiraGoalCard({ heard, change, run }: FromJira<Labelled>, { people }: CardContext): Card {
  const key = keyOf(change);
  const summary = inert(change.summary, 200, people);
  if (heard.state !== "asked") {
    const by = settledBy(heard, change, people);
    const line = `✓ ${key} was started as ${run ? numberOf(run) : "a goal"} by ${by}`;
    return toCard(line, [section(line, `*${summary}*`)]);
  }
  const line = `${jiraName(change)} gave it the goal label in Jira.`;
  return toCard(`Start ${key} as a goal? ${summary}`, [
    section(`✋ *Start ${key} as a goal?*`, line),
    section(`*${summary}*`, ...quoted(change.text, people)),
    wholeText("The whole description", change.text),
    actions(button("jira.start", "Start as goal", { heard: heard.key })),
    words(whyAsked(heard), "Whoever starts it asks for it"),
  ]);
}
