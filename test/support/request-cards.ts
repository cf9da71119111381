import type { Card } from "#bot/slack/blocks/card.ts";
import { handedOnCard } from "#bot/slack/blocks/handed-on.ts";
import { notAnAnswer, perhapsAnAnswer } from "#bot/slack/blocks/not-an-answer.ts";
import { questionCard } from "#bot/slack/blocks/question-card.ts";
import { reminderCard } from "#bot/slack/blocks/reminder.ts";
import type { Question } from "#engine/consultation/question.ts";
import { anAnswer, aRequest, NOON } from "./card-states.ts";

const DRAFT = "7f1c2a44-0a51-4c6a-9d0e-3b0f6c1d2e3f";

/** What an agent outside asks, with its own words wherever it may say some. */
export function requestCards(
  question: Question,
  some: (most: number) => string,
  context: Parameters<typeof questionCard>[1],
): readonly Card[] {
  const outside = { agent: some(200), workflowId: some(200), title: some(255), description: some(10_000) };
  const attachments = Array.from({ length: 10 }, () => ({ name: some(200), url: some(2_000) }));
  const settled = {
    state: "settled",
    answer: anAnswer({ note: some(3_000), decision: "k3", attachments }),
  } as const;
  const withdrawn = { state: "withdrawn", reason: some(3_000) } as const;
  const named = { people: ["U02BOB"], channel: "", fourEyes: "when_possible" } as const;
  return [
    {},
    { requester: "U01ALICE" },
    { policy: { ...named, people: ["U02BOB"] } },
    settled,
    withdrawn,
  ].flatMap((more) => {
    const asked = { consultation: aRequest({ question, endedAt: NOON, ...more }, outside), run: null };
    const naming = { people: ["U02BOB"], by: "person:U03CAROL", at: NOON };
    return [
      ...(["channel", "direct"] as const).flatMap((audience) => [
        questionCard(asked, { ...context, audience }),
        reminderCard(asked, { ...context, audience }),
      ]),
      notAnAnswer({ ...asked, requesterAlone: false }, context),
      perhapsAnAnswer({ ...asked, requesterAlone: false }, { draft: DRAFT, typed: some(10_000) }, context),
      handedOnCard(asked, naming, context),
    ];
  });
}
