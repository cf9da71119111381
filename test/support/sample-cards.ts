import type { RichTextBlock, TaskCardBlock } from "@slack/types";
import { marks, type SampleCard, words } from "./sample-card.ts";
import { carousel, fields, lists, report, tables } from "./sample-reports.ts";

const rich = (text: string): RichTextBlock => ({
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
});
const task = (
  id: string,
  status: TaskCardBlock["status"],
  title: string,
  more: Partial<TaskCardBlock> = {},
): TaskCardBlock => ({ type: "task_card", task_id: id, status, title, ...more });

const goalCard: SampleCard = {
  name: "goal in the channel",
  text: "Ship the health check to billing: working, 3 of 5",
  blocks: [
    {
      type: "section",
      block_id: "goal",
      text: marks("*Ship the health check to billing*\n◐ Working · 3 of 5"),
      accessory: { type: "button", action_id: "stop", text: words("Stop"), style: "danger", value: "g14" },
    },
    {
      type: "context",
      elements: [marks("Asked by <@U01ALICE> · project `billing` · branch `countersign/health-check-7f3a`")],
    },
    { type: "context", elements: [marks("✋ Waiting for a reviewer since <!date^1795269900^{time}^14:05>")] },
  ],
};

const plan: SampleCard = {
  name: "plan with tasks",
  text: "Plan: health check for billing, 5 steps",
  blocks: [
    {
      type: "plan",
      block_id: "plan",
      title: "Plan: health check for billing · 5 steps",
      tasks: [
        task("1", "complete", "Understand the service", {
          details: rich("Architect · 40 s. Read 14 files."),
        }),
        task("2", "complete", "Write the check", { output: rich("Coder · 3 min · +58 −2 in 3 files") }),
        task("3", "in_progress", "Run the tests", { details: rich("command npm test · 12 s so far") }),
        task("4", "pending", "Review, after the tests"),
        task("5", "error", "✋ Approve the schema change: waiting for Bob or Carol"),
      ],
    },
    {
      type: "actions",
      block_id: "plan-actions",
      elements: [
        { type: "button", action_id: "stop", text: words("Stop"), style: "danger" },
        { type: "button", action_id: "details", text: words("Details") },
      ],
    },
  ],
};

const question: SampleCard = {
  name: "question with risk",
  text: "Add a column to services? Asked by Alice, tests pass, until Tue 14:00",
  blocks: [
    { type: "section", text: marks("✋ <@U02BOB>, *add a column to `services`?*") },
    {
      type: "context",
      elements: [marks("*high risk* · until <!date^1795528800^{date_short_pretty} {time}^Tue 14:00>")],
    },
    {
      type: "section",
      text: marks(
        "`last_seen`, nullable, no backfill; for the health check that <@U01ALICE> asked for\nAffects payments, user-auth · tests pass",
      ),
    },
    {
      type: "container",
      title: words("Diff (14 lines)"),
      is_collapsible: true,
      default_collapsed: true,
      child_blocks: [
        {
          type: "rich_text",
          elements: [
            {
              type: "rich_text_preformatted",
              elements: [{ type: "text", text: "+ alter table services add column last_seen timestamptz;" }],
            },
          ],
        },
      ],
    },
    {
      type: "actions",
      block_id: "answer",
      elements: [
        {
          type: "button",
          action_id: "approve",
          style: "primary",
          text: words("Approve: add column"),
          value: "c7",
          confirm: {
            title: words("Add the column?"),
            text: marks("*high risk*: `alter table services` on billing."),
            confirm: words("Approve"),
            deny: words("Not yet"),
          },
        },
        { type: "button", action_id: "changes", text: words("Request changes…"), value: "c7" },
        { type: "button", action_id: "reject", style: "danger", text: words("Reject…"), value: "c7" },
        {
          type: "overflow",
          action_id: "more",
          options: [
            { text: words("Approve with a note…"), value: "note" },
            { text: words("Not mine…"), value: "hand" },
          ],
        },
      ],
    },
    { type: "context", elements: [marks("<@U02BOB> or <@U03CAROL> can answer")] },
  ],
};

const settled: SampleCard = {
  name: "settled question",
  text: "Approved by Bob",
  blocks: [
    { type: "section", text: marks("*Add a column to `services`?*") },
    {
      type: "context",
      elements: [marks("✓ Approved by <@U02BOB> 14:32 → column added 14:33, 214 tests pass")],
    },
  ],
};

const stuck: SampleCard = {
  name: "stuck step",
  text: "Tests fail for the third time with the same error",
  blocks: [
    { type: "header", text: words("✕ Tests fail for the third time with the same error") },
    {
      type: "section",
      text: marks(
        "`billing/health.test.ts:41` expected 200, got 503 (database not reachable in the sandbox)\n*Tried:* retry, debugger's fix (<https://example.com/a3f1c2|a3f1c2>), clean install",
      ),
    },
    {
      type: "actions",
      block_id: "stuck",
      elements: [
        { type: "button", action_id: "again", text: words("Try again"), style: "primary" },
        { type: "button", action_id: "allow", text: words("Allow the database host…") },
        { type: "button", action_id: "take", text: words("Take it myself") },
        { type: "button", action_id: "cancel", text: words("Cancel the goal"), style: "danger" },
      ],
    },
  ],
};

/** Ten cards that use every part a Countersign message is made of, to be looked at and tested against. */
export const SAMPLE_CARDS: readonly SampleCard[] = [
  goalCard,
  plan,
  question,
  settled,
  stuck,
  report,
  fields,
  tables,
  carousel,
  lists,
];
