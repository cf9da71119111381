import { describe, expect, test } from "vitest";
import { planTroubleCard } from "#bot/slack/blocks/plan-trouble.ts";
import { proposedPlanCard } from "#bot/slack/blocks/proposed-plan.ts";
import { resultCard } from "#bot/slack/blocks/result-card.ts";
import { welcomeCard } from "#bot/slack/blocks/welcome-card.ts";
import {
  aBrief,
  aDoneRelease,
  anOutput,
  aRelease,
  aRun,
  aStep,
  CONTEXT,
  MINUTE,
  NOON,
} from "#test/support/card-states.ts";
import { acceptable, actionIds, asRead, seen } from "#test/support/read-card.ts";
import { TYPICAL_CARDS } from "#test/support/typical-cards.ts";

describe("the result, as a new message", () => {
  test("of a release has its numbers, who approved, and the command that proves it", () => {
    const shown = acceptable(
      resultCard(aDoneRelease(), { ...CONTEXT, proof: "git -C /srv/billing show v0.2.0" }),
    );
    expect(seen(shown.blocks)).toBe(
      [
        "✓ Done in 33 min · 12 tests passed · +9 −1 in 2 files · approved by Bob",
        "Release billing 0.2.0 · g14 · for @Alice",
        "On branch `countersign/g14-release-billing-7f3a`",
        "See for yourself: `git -C /srv/billing show v0.2.0`",
        "[Rework…]",
      ].join("\n"),
    );
    expect(asRead(shown.text)).toMatch(/^Release billing 0.2.0 · ✓ Done in 33 min/);
  });

  test("without a proof promises none", () => {
    expect(seen(resultCard(aDoneRelease(), CONTEXT).blocks)).not.toContain("See for yourself");
  });

  test("counts what the last step left, not the sum of all", () => {
    const done = { status: "succeeded" } as const;
    const steps = [
      aStep("two", { ...done, endedAt: NOON + 2, output: anOutput({ testsPassed: 14, testsFailed: 0 }) }),
      aStep("one", { ...done, endedAt: NOON + 1, output: anOutput({ testsPassed: 12, testsFailed: 2 }) }),
    ];
    const run = aRun({ status: "succeeded", steps, endedAt: NOON + MINUTE });
    expect(seen(resultCard(run, CONTEXT).blocks)).toContain("✓ Done in 1 min · 14 tests passed\n");
  });

  test("of a rehearsal: nothing was changed, and two ways on", () => {
    const shown = TYPICAL_CARDS["result of a rehearsal"];
    expect(seen(shown?.blocks ?? [])).toMatch(/^✓ Rehearsed: nothing was changed\n/);
    expect(actionIds(shown?.blocks ?? [])).toEqual(["demo.start", "model.connect"]);
  });

  test("in words: written, not applied, by whom, and the whole of it in a fold", () => {
    const shown = seen(TYPICAL_CARDS["result in words"]?.blocks ?? []);
    expect(shown).toContain("✓ Answered in 48 s · written, not applied");
    expect(shown).toContain("› Half-cents are rounded up");
    expect(shown).toContain("▸ The whole result (4 lines)\n(Analyst · claude-opus-5-5)");
  });

  test("text that a model wrote within a goal that did something is marked", () => {
    const steps = [
      aStep("a", { status: "succeeded", output: anOutput({ summary: "ok" }) }),
      aStep("b", {
        agent: { kind: "model", role: "coder" },
        status: "succeeded",
        output: anOutput({ text: "a diff", notApplied: true }),
      }),
    ];
    const run = aRun({ status: "succeeded", steps, endedAt: NOON + MINUTE });
    expect(seen(resultCard(run, CONTEXT).blocks)).toContain(
      "(Coder · claude-opus-5-5 · written, not applied)",
    );
  });

  test("of a failure says why, shows the log and leads on", () => {
    const steps = [aStep("test", { title: "Run the tests", status: "failed", log: "not ok 1\n" })];
    const run = aRun({
      status: "failed",
      reason: "Rejected by <@U02BOB>: no",
      steps,
      endedAt: NOON + MINUTE,
    });
    const shown = acceptable(resultCard(run, CONTEXT));
    expect(seen(shown.blocks)).toContain("✕ Failed after 1 min · Rejected by Bob: no");
    expect(seen(shown.blocks)).toContain("▸ Log (1 line)");
    expect(actionIds(shown.blocks)).toEqual(["goal.rework"]);
  });

  test("of a goal that goes on claims nothing", () => {
    const shown = acceptable(resultCard(aRelease(), CONTEXT));
    expect(seen(shown.blocks)).toMatch(/^◐ Still going on/);
    expect(actionIds(shown.blocks)).toEqual([]);
  });
});

describe("a proposed plan", () => {
  test("says what it does to the world, and that starting is no approval", () => {
    const shown = acceptable(proposedPlanCard(aRelease({ status: "proposed" }), CONTEXT));
    expect(seen(shown.blocks)).toContain(
      "✋ @Alice, start this plan?\nRelease billing 0.2.0 · 4 steps\nIt makes a tag.\nStarting is not an approval: the plan asks for one on its way.",
    );
    expect(actionIds(shown.blocks)).toEqual(["plan.start", "goal.stop"]);
  });

  test("without effects says no more than it knows", () => {
    const run = aRun({ status: "proposed", steps: [aStep("a")] });
    expect(seen(proposedPlanCard(run, CONTEXT).blocks)).toContain(
      "No step is known to push, tag or deploy.\nStarting is not an approval.",
    );
  });

  test.each([
    [aRelease(), "✓ Plan started by Alice"],
    [
      aRun({ status: "cancelled", reason: "Cancelled by <@U01ALICE>.", steps: [aStep("a")] }),
      "– Plan not started. Cancelled by Alice.",
    ],
  ])("loses its buttons once it is decided", (run, line) => {
    const shown = acceptable(proposedPlanCard(run, CONTEXT));
    expect(seen(shown.blocks).split("\n")[0]).toBe(line);
    expect(actionIds(shown.blocks)).toEqual([]);
  });
});

describe("a planner that is stuck", () => {
  test("tells its reasons and what can be done", () => {
    const planTrouble = ["one", "two", "three", "four"].join("\n");
    const shown = acceptable(planTroubleCard(aRun({ status: "planning", planTrouble }), CONTEXT));
    expect(seen(shown.blocks)).toContain(
      "✕ @Alice, there is no plan yet: what now?\nRelease billing 0.2.0\n› one\n› two\n› three\n▸ All 4 reasons\n[Plan again] [Cancel the goal]",
    );
  });

  test.each([
    ["planning", "◐ Planning again"],
    ["running", "✓ There is a plan"],
    ["cancelled", "– The goal was cancelled"],
    ["failed", "✕ The goal failed"],
  ] as const)("%s: no buttons any more", (status, line) => {
    const shown = acceptable(planTroubleCard(aRun({ status }), CONTEXT));
    expect(seen(shown.blocks).split("\n")[0]).toBe(line);
    expect(actionIds(shown.blocks)).toEqual([]);
  });
});

describe("the first message of a workspace", () => {
  test("leads to a real release with one press", () => {
    const shown = acceptable(welcomeCard({ startedBy: null }, CONTEXT));
    expect(seen(shown.blocks)).toMatch(
      /^Release billing 0.2.0: real commands, a demo repository, no model needed\n/,
    );
    expect(seen(shown.blocks)).toContain("[Start]");
  });

  test("has no Start once it was pressed", () => {
    const context = { ...CONTEXT, threadLink: "https://example.com/t" };
    expect(seen(acceptable(welcomeCard({ startedBy: "U02BOB" }, context)).blocks)).toContain(
      "✓ Started by Bob\n[Open thread]",
    );
  });

  test("a rehearsed proposal and result are called rehearsals", () => {
    const brief = aBrief({ rehearsed: true });
    for (const card of [
      proposedPlanCard(aRelease({ brief, status: "proposed" }), CONTEXT),
      proposedPlanCard(aRelease({ brief }), CONTEXT),
      planTroubleCard(aRun({ brief, status: "planning", planTrouble: "x" }), CONTEXT),
      resultCard(aRun({ brief, status: "cancelled", reason: "x", endedAt: NOON }), CONTEXT),
    ])
      expect(seen(card.blocks)).toContain("Rehearsal");
  });
});
