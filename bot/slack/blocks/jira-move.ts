import type { Moved } from "#integrations/jira/changes.ts";
import { type Card, type CardContext, toCard } from "./card.ts";
import { actions, button, confirmation, section, context as words } from "./elements.ts";
import { type FromJira, jiraName, keyOf, settledBy } from "./from-jira.ts";
import { numberOf, plainTitleOf } from "./goal-words.ts";
import { inert } from "./text.ts";
import { mention } from "./who.ts";

/** Somebody moved the run's issue to an end while the goal goes on: what is meant is for people here to say. */
export function jiraMoveCard(state: FromJira<Moved>, context: CardContext): Card {
  const { heard, change, run } = state;
  const { people } = context;
  const goal = run ? numberOf(run) : "the goal";
  const moved = `${jiraName(change)} moved ${keyOf(change)} to ${inert(change.to.name, 40)} in Jira`;
  if (heard.state !== "asked" || !run) {
    const line = `${moved}. ${settled(state, goal, context)}`;
    return toCard(line, [section(line)]);
  }
  const confirm = confirmation({
    title: "Stop this goal for good?",
    text: `${plainTitleOf(run)}: work under way ends at once, questions are taken back. What is on its branch stays.`,
    ...{ yes: "Stop it", no: "Keep it going", style: "danger" },
  });
  const value = { heard: heard.key };
  return toCard(`${moved}, and ${goal} still runs. Cancel the goal, or keep going?`, [
    section(
      `✋ ${mention(run.brief?.requestedBy ?? "", people)}, *${moved}, and ${goal} still runs.*`,
      "It goes on until somebody here says otherwise.",
    ),
    actions(
      button("jira.cancel", "Cancel the goal", value, { style: "danger", confirm }),
      button("jira.keep", "Keep going", value),
    ),
    words(`Keep going: with the goal's next news ${keyOf(change)} is moved back to where the goal stands`),
  ]);
}

function settled({ heard, change }: FromJira<Moved>, goal: string, { people }: CardContext): string {
  const by = settledBy(heard, change, people);
  switch (heard.outcome) {
    case "cancelled":
      return `– ${goal} was cancelled by ${by}`;
    case "kept":
      return `✓ ${goal} is kept going by ${by}. With its next news the issue is moved back to where the goal stands`;
    case "moved on":
      return "– It was moved on since";
    default:
      return `– ${goal} has ended since`;
  }
}
