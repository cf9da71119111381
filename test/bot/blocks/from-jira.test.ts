import { describe, expect, test } from "vitest";
import { jiraCommentCard } from "#bot/slack/blocks/jira-comment.ts";
import { aBrief, aRun, CONTEXT, NOON } from "#test/support/card-states.ts";
import { heardAs, jiraCards } from "#test/support/jira-cards.ts";
import { acceptable, seen } from "#test/support/read-card.ts";

const run = aRun({ brief: aBrief({ goalNumber: 14 }) });
const author = { accountId: "5b10a:carol", displayName: "Carol Cole" };

describe("a card of what came from Jira", () => {
  test("says first what is wanted, what was said and by whom, and what its buttons do", () => {
    const said = new Map([
      [100, "Carol Cole"],
      [90, "Fertig"],
    ]);
    const some = (most: number): string => said.get(most) ?? "Mind the gap.";
    const cards = jiraCards(run, some, CONTEXT).map((card) => seen(acceptable(card).blocks));
    expect(cards).toMatchInlineSnapshot(`
      [
        "✋ Use this as guidance for g14?
      It guides nothing until a full member here says so.
      Carol Cole, in Jira PAY-12:
      > Mind the gap.
      [Use as guidance]
      (No full member here is known by this Jira account)",
        "✋ Use this as guidance for g14?
      It guides nothing until a full member here says so.
      Carol Cole, in Jira PAY-12:
      > Mind the gap.
      [Use as guidance]
      (They are not in this channel)",
        "Dave, in Jira PAY-12:
      > Mind the gap.
      (✓ Noted: whoever works next on g14 reads it)",
        "Carol Cole, in Jira PAY-12:
      > Mind the gap.
      (✓ Used as guidance by Dave 14:01 UTC)",
        "Carol Cole, in Jira PAY-12:
      > Mind the gap.
      g14 has ended: nobody works on it any more. Rework begins it anew, with what you say there.
      [Rework…]",
        "✋ @Alice, Carol Cole moved PAY-12 to Fertig in Jira, and g14 still runs.
      It goes on until somebody here says otherwise.
      [Cancel the goal] [Keep going]
      (Keep going: with the goal's next news PAY-12 is moved back to where the goal stands)",
        "Carol Cole moved PAY-12 to Fertig in Jira. – g14 was cancelled by Dave 14:01 UTC",
        "Carol Cole moved PAY-12 to Fertig in Jira. ✓ g14 is kept going by Dave 14:01 UTC. With its next news the issue is moved back to where the goal stands",
        "Carol Cole moved PAY-12 to Fertig in Jira. – It was moved on since",
        "Carol Cole moved PAY-12 to Fertig in Jira. – g14 has ended since",
        "✋ Start PAY-12 as a goal?
      Carol Cole gave it the goal label in Jira.
      Mind the gap.
      > Mind the gap.
      [Start as goal]
      (No full member here is known by this Jira account · Whoever starts it asks for it)",
        "✋ Start PAY-12 as a goal?
      Carol Cole gave it the goal label in Jira.
      Mind the gap.
      > Mind the gap.
      [Start as goal]
      (I could not post here when it came · Whoever starts it asks for it)",
        "✓ PAY-12 was started as g14 by Dave 14:01 UTC
      Mind the gap.",
      ]
    `);
  });

  test("shows all of a comment to whoever is to say yes to it", () => {
    const text = Array.from({ length: 30 }, (_, i) => `Line ${i} of what it says`).join("\n");
    const change = {
      kind: "comment",
      id: "comment:1",
      issueId: "1",
      issueKey: "PAY-12",
      author,
      at: NOON,
      text,
    } as const;
    const card = jiraCommentCard({ heard: heardAs("unknown", "asked", null), change, run }, CONTEXT);
    for (const blocks of [card.blocks, card.plainBlocks ?? []])
      expect(JSON.stringify(blocks)).toContain("Line 3 of");
    expect(JSON.stringify(card.blocks)).toContain("Line 29 of what it says");
  });
});
