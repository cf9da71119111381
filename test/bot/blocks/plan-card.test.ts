import { describe, expect, test } from "vitest";
import { planCard } from "#bot/slack/blocks/plan-card.ts";
import { planDetails } from "#bot/slack/blocks/plan-details.ts";
import { STEP_STATUSES, type Step } from "#engine/run/run.ts";
import { checkView } from "#integrations/local-slack/blocks/check-view.ts";
import {
  aBrief,
  aDoneRelease,
  anOutput,
  aRelease,
  aRun,
  aStep,
  CONTEXT,
  NOON,
} from "#test/support/card-states.ts";
import { acceptable, seen } from "#test/support/read-card.ts";

const shown = (steps: readonly Step[], more = {}): string =>
  seen(acceptable(planCard({ run: aRun({ steps, ...more }), questions: [] }, CONTEXT)).blocks);
const coder = { kind: "model", role: "coder" };

describe("the plan in the thread", () => {
  test("a card for each step with its state in words", () => {
    expect(
      seen(acceptable(planCard({ run: aRelease(), questions: [] }, CONTEXT)).blocks),
    ).toMatchInlineSnapshot(`
      "Plan: Release billing 0.2.0 · 4 steps
      [complete] Run the tests · 40 s · 12 tests passed
      [complete] Write the changelog · 1 s · +9 −1 in 2 files
      [pending] ✋ Ask a reviewer · waiting for Bob or Carol
      [pending] Tag v0.2.0 · after Ask a reviewer
      [Stop] [Details]"
    `);
  });

  test("the same in sections, for a Slack that refuses plans", () => {
    const { plainBlocks = [] } = planCard({ run: aRelease(), questions: [] }, CONTEXT);
    expect(seen(plainBlocks)).toMatchInlineSnapshot(`
      "Plan: Release billing 0.2.0
      ✋ Waiting · 2 of 4 steps
      ✓ Run the tests · 40 s · 12 tests passed
      ✓ Write the changelog · 1 s · +9 −1 in 2 files
      ✋ Ask a reviewer · waiting for Bob or Carol
      ◌ Tag v0.2.0 · after Ask a reviewer
      [Stop] [Details]"
    `);
  });

  test("every state has its sign in sections, and none claims to be done but done", () => {
    const steps = STEP_STATUSES.map((status, i) => aStep(`s${i}`, { status, title: `Is ${status}` }));
    const card = acceptable(planCard({ run: aRun({ steps }), questions: [] }, CONTEXT));
    const lines = seen(card.plainBlocks ?? []).split("\n");
    const signs = STEP_STATUSES.map((status) =>
      lines.find((line) => line.includes(`Is ${status}`))?.slice(0, 1),
    );
    expect(signs).toEqual(["◌", "◌", "◐", "✋", "↺", "✕", "✓", "✕", "–", "–"]);
    expect(seen(card.blocks).match(/\[complete\].*/g)).toEqual([expect.stringContaining("Is succeeded")]);
  });

  test("waiting and skipped stand in the title, since Slack knows only four states", () => {
    const asked = aStep("a", {
      title: "Look at it",
      status: "waiting",
      agent: { kind: "person", asks: "work", what: "Done?", people: ["U02BOB"] },
    });
    expect(shown([asked, aStep("b", { title: "Lint", status: "skipped" })])).toContain(
      "[pending] ✋ Look at it · waiting for Bob\n[pending] – Lint · skipped",
    );
  });

  test("agents are named by role and model", () => {
    const done = { status: "succeeded", startedAt: NOON, endedAt: NOON + 180_000 } as const;
    const steps = [
      aStep("a", { title: "Write", agent: coder, ...done, output: anOutput({ model: "openai:gpt-9" }) }),
      aStep("b", { title: "Write", agent: coder, status: "working" }),
      aStep("c", {
        title: "Play",
        agent: { kind: "rehearsal", role: "coder", lastsMs: 1 },
        status: "working",
      }),
      aStep("d", { title: "Test", status: "working" }),
    ];
    expect(shown(steps)).toContain(
      [
        "[complete] Write · Coder · gpt-9 · 3 min",
        "[in_progress] Write · Coder · claude-opus-5-5 · working",
        "[in_progress] Play · Coder · rehearsal · working",
        "[in_progress] Test · command npm run d · working",
      ].join("\n"),
    );
  });

  test("details hold the newest note, the trouble and the tries; output says what is not applied", () => {
    const steps = [
      aStep("a", {
        status: "retrying",
        note: "<!channel> compiling",
        reason: "exit 1 <@U02BOB>",
        tries: 2,
        startedAt: NOON,
      }),
      aStep("b", {
        agent: coder,
        status: "succeeded",
        output: anOutput({ summary: "A diff", text: "one\ntwo", notApplied: true }),
      }),
    ];
    const json = JSON.stringify(planCard({ run: aRun({ steps }), questions: [] }, CONTEXT).blocks);
    expect(json).toContain('"text":"<!channel> compiling"');
    expect(json).toContain("Trouble: exit 1 Bob");
    expect(json).toContain("Failed twice");
    expect(json).toContain('"type":"date"');
    expect(json).toContain("Written, not applied");
  });

  test("a plan of fifty long steps stays within what Slack takes", () => {
    const long = "😀*<&".repeat(60);
    const steps = Array.from({ length: 50 }, (_, i) =>
      aStep(`s${i}`, {
        title: long.slice(0, 120),
        status: "working",
        note: long,
        reason: long,
        startedAt: NOON,
        output: anOutput({ summary: long }),
      }),
    );
    const card = acceptable(planCard({ run: aRun({ steps }), questions: [] }, CONTEXT));
    expect(JSON.stringify(card.blocks).match(/task_card/g)).toHaveLength(50);
    expect(JSON.stringify(card.blocks).length).toBeLessThan(40_000);
  });

  test("a plan of a thousand steps is counted, and names what matters now", () => {
    const steps = Array.from({ length: 1000 }, (_, i) =>
      aStep(`s${i}`, { status: i < 400 ? "succeeded" : i < 420 ? "working" : "pending" }),
    );
    const text = shown(steps);
    expect(text).toContain("◐ Working · 400 of 1000 steps");
    expect(text).toContain("◌ 580 pending · ◐ 20 working · ✓ 400 done");
    expect(text).toContain("… and 8 more: see Details");
  });

  test("an ended plan has no Stop, an empty one no Details", () => {
    expect(seen(planCard({ run: aDoneRelease(), questions: [] }, CONTEXT).blocks)).toMatch(/\[Details\]$/);
    expect(shown([], { status: "planning" })).toBe("Plan: Release billing 0.2.0\n◐ Planning\n[Stop]");
  });

  test("a rehearsed plan says so", () => {
    const card = planCard({ run: aRelease({ brief: aBrief({ rehearsed: true }) }), questions: [] }, CONTEXT);
    expect(seen(card.blocks)).toMatch(/^Rehearsal · Plan: /);
    expect(card.text).toMatch(/^Rehearsal · /);
  });
});

describe("all steps in a modal", () => {
  test.each([0, 4, 30, 31, 1000])("of %i steps is a view that Slack takes", (count) => {
    const text = "😀 a long line of a result\n".repeat(3_000);
    const steps = Array.from({ length: count }, (_, i) =>
      aStep(`s${i}`, { title: "t".repeat(120), status: "succeeded", output: anOutput({ text, log: text }) }),
    );
    const view = planDetails(aRun({ steps }), CONTEXT);
    expect(checkView(view).flaws).toEqual([]);
    expect(JSON.stringify(view).length).toBeLessThan(240_000);
  });

  test("shows what a step left behind", () => {
    const text = seen(planDetails(aDoneRelease(), CONTEXT).blocks);
    expect(text).toContain("✓ Done in 33 min · 12 tests passed");
    expect(text).toContain("✓ Ask a reviewer · Bob · 31 min");
  });
});
