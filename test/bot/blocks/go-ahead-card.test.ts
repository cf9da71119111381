import { expect, test } from "vitest";
import { goAheadCard, letCard } from "#bot/slack/blocks/go-ahead-card.ts";
import { issueGoneCard } from "#bot/slack/blocks/issue-gone.ts";
import { aRelease, CONTEXT, NOON } from "#test/support/card-states.ts";
import { acceptable, seen, seenBeforeButtons } from "#test/support/read-card.ts";

const run = aRelease();
const project = { key: "PAY", site: "acme.atlassian.net", account: "bot@acme.com" };
const asked = {
  ...{ project, run, place: "https://acme.atlassian.net PAY" },
  what: "make Epic “Ship billing 1.2.3 (g14)” and 4 of type Story",
};

test("what would be written, where and as whom, fits a phone before the button that lets it", () => {
  const { text, blocks } = acceptable(goAheadCard(asked, CONTEXT));
  expect(text).toBe("Countersign would write to Jira project PAY for the first time: may it?");
  const lines = seenBeforeButtons(blocks);
  expect(lines).toEqual([
    "✋ @Alice, Countersign would write to Jira project PAY for the first time",
    "It would make Epic “Ship billing 1.2.3 (g14)” and 4 of type Story, with comments and moves",
    "On acme.atlassian.net, as bot@acme.com",
  ]);
  expect(lines.reduce((sum, line) => sum + Math.ceil(line.length / 40), 0)).toBeLessThanOrEqual(6);
  expect(JSON.stringify(blocks)).toContain("Go on");
});

test("who let it stays in one line, without the button", () => {
  const { blocks } = acceptable(letCard({ project, by: "U02BOB", at: NOON, run }, CONTEXT));
  expect(seen(blocks)).toMatch(/^✓ Bob let Countersign write to Jira project PAY \d\d:\d\d/);
  expect(JSON.stringify(blocks)).not.toContain("action_id");
});

test("an issue that is gone is named with what it showed, and nobody is called", () => {
  const [step] = run.steps;
  const card = acceptable(issueGoneCard({ run, issue: "PAY-12", step: step?.key ?? "" }));
  expect(card.text).toBe(`Jira has no issue PAY-12 any more (of “${step?.title}”)`);
  expect(acceptable(issueGoneCard({ run, issue: "PAY-1", step: "" })).text).toBe(
    "Jira has no issue PAY-1 any more (this goal's own)",
  );
});
