import type { Card, CardContext } from "#bot/slack/blocks/card.ts";
import { jiraCommentCard } from "#bot/slack/blocks/jira-comment.ts";
import { jiraGoalCard } from "#bot/slack/blocks/jira-goal.ts";
import { jiraMoveCard } from "#bot/slack/blocks/jira-move.ts";
import type { Heard } from "#db/heard.ts";
import type { Run } from "#engine/run/run.ts";
import { NOON } from "./card-states.ts";

/** Something that came in from Jira, and how it stands. */
export const heardAs = (
  outcome: string,
  state: Heard["state"] = "done",
  by: string | null = "U04DAVE",
): Heard => ({
  ...{ workspaceId: "T01LOCAL", system: "jira", projectId: "7f1c2a44-0a51-4c6a-9d0e-3b0f6c1d2e3f" },
  ...{ key: "7f1c2a44-0a51-4c6a-9d0e-3b0f6c1d2e3f comment:10234", change: null, streamId: null, failures: 0 },
  ...{ state, outcome, by, settledAt: state === "asked" ? null : new Date(NOON + 60_000) },
});

/** Every card of what came from Jira, where people there said this. */
export function jiraCards(run: Run, some: (most: number) => string, context: CardContext): readonly Card[] {
  const author = { accountId: "5b10a:carol", displayName: some(100) };
  const common = { issueId: "10002", issueKey: "PAY-12", author, at: NOON } as const;
  const comment = { kind: "comment", id: "comment:1", ...common, text: some(3_000) } as const;
  const to = { name: some(90), category: "done" } as const;
  const move = { kind: "moved", id: "move:1", ...common, to } as const;
  const said = { summary: some(255), text: some(8_000), labels: [some(255)] };
  const label = { kind: "labelled", id: "label:1", ...common, ...said } as const;
  const asked = (why: string) => heardAs(why, "asked", null);
  return [
    ...[
      asked("unknown"),
      asked("elsewhere"),
      heardAs("guided"),
      heardAs("used"),
      heardAs("ended", "done", null),
    ].map((heard) => jiraCommentCard({ heard, change: comment, run }, context)),
    ...[
      asked("moved"),
      heardAs("cancelled"),
      heardAs("kept"),
      heardAs("moved on", "done", null),
      heardAs("ended", "done", null),
    ].map((heard) => jiraMoveCard({ heard, change: move, run }, context)),
    ...[asked("unknown"), asked("not invited"), heardAs("started")].map((heard) =>
      jiraGoalCard({ heard, change: label, run }, context),
    ),
  ];
}
