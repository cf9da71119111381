import { describe, expect, test } from "vitest";
import { goalCard } from "#bot/slack/blocks/goal-card.ts";
import type { Run } from "#engine/run/run.ts";
import {
  aBrief,
  aConsultation,
  aDoneRelease,
  anAnswer,
  aRelease,
  aRun,
  aStep,
  CONTEXT,
  MINUTE,
  NOON,
} from "#test/support/card-states.ts";
import { acceptable, actionIds, asRead, seen } from "#test/support/read-card.ts";

const linked = { ...CONTEXT, threadLink: "https://example.com/thread" };
const shown = (run: Run, questions = [aConsultation()]): string =>
  seen(acceptable(goalCard({ run, questions }, linked)).blocks);
const [first, ...rest] = aRelease().steps;

describe("a goal's card in its channel", () => {
  test("says that an agent asked, and in whose name; a hostile name stays a name", () => {
    const run = aRun({ status: "planning", brief: aBrief({ agent: "release-bot <!channel>" }) });
    expect(shown(run)).toContain("asked by release-bot");
    expect(shown(run)).toContain("· agent, for Alice");
    expect(JSON.stringify(goalCard({ run, questions: [] }, linked))).not.toContain("<!channel>");
  });

  test("while it is planned", () => {
    expect(shown(aRun({ status: "planning" }))).toMatchInlineSnapshot(`
      "Release billing 0.2.0
      ◐ Planning
      (g14 · asked by Alice · project billing · branch \`countersign/g14-release-billing-7f3a\`)
      [Open thread] [Stop]"
    `);
  });

  test("when the planner is stuck, it says who is wanted", () => {
    expect(shown(aRun({ status: "planning", planTrouble: "No idea." }))).toContain(
      "✋ The planner is stuck\n✋ Waiting for Alice: the planner needs help",
    );
  });

  test("when its plan waits to be started", () => {
    expect(shown(aRelease({ status: "proposed" }))).toContain(
      "✋ Planned · 4 steps · not started\n✋ Waiting for Alice to start the plan",
    );
  });

  test("while an agent works", () => {
    const steps = first
      ? [
          { ...first, status: "working" as const },
          ...rest.map((step) => ({ ...step, status: "pending" as const })),
        ]
      : [];
    expect(shown(aRelease({ steps }))).toMatchInlineSnapshot(`
      "Release billing 0.2.0
      ◐ Working · 0 of 4 steps
      (g14 · asked by Alice · project billing · branch \`countersign/g14-release-billing-7f3a\`)
      [Open thread] [Stop]"
    `);
  });

  test("while somebody is asked, it says who, since when and for what", () => {
    expect(shown(aRelease())).toMatchInlineSnapshot(`
      "Release billing 0.2.0
      ✋ Waiting · 2 of 4 steps
      ✋ Waiting for Bob or Carol since 14:00 UTC: Ask a reviewer
      (g14 · asked by Alice · project billing · branch \`countersign/g14-release-billing-7f3a\`)
      [Open thread] [Stop]"
    `);
  });

  test("without the question's own state it still says whom it waits for", () => {
    expect(shown(aRelease(), [])).toContain("✋ Waiting for Bob or Carol: Ask a reviewer");
  });

  test("when nobody is named, a reviewer is waited for", () => {
    const anybody = aConsultation({ policy: { people: [], channel: "C01GENERAL", fourEyes: "never" } });
    const run = aRelease({ brief: aBrief({ reviewers: [] }) });
    expect(shown(run, [anybody])).toContain("✋ Waiting for a reviewer since 14:00 UTC: Ask a reviewer");
  });

  test("when a step is blocked", () => {
    const steps = [aStep("test", { title: "Run the tests", status: "blocked", endedAt: NOON + MINUTE })];
    expect(shown(aRun({ steps }))).toContain(
      "✕ Blocked · 0 of 1 steps\n✕ Blocked since 14:01 UTC: Run the tests",
    );
  });

  test("a long wait names three and counts the rest", () => {
    const steps = Array.from({ length: 5 }, (_, i) => aStep(`s${i}`, { status: "blocked" }));
    expect(shown(aRun({ steps }))).toContain("… and 2 more");
  });

  test("Done says how long, what was counted, who approved", () => {
    expect(shown(aDoneRelease())).toMatchInlineSnapshot(`
      "Release billing 0.2.0
      ✓ Done in 33 min · 12 tests passed · +9 −1 in 2 files · approved by Bob
      (g14 · asked by Alice · project billing · branch \`countersign/g14-release-billing-7f3a\`)
      [Open thread]"
    `);
  });

  test("an approval by the requester alone is called so", () => {
    const run = aDoneRelease();
    const steps = run.steps.map((step) =>
      step.key === "approve" ? { ...step, answer: anAnswer({ by: "U01ALICE", alone: true }) } : step,
    );
    expect(shown({ ...run, steps })).toContain("approved alone by Alice, who asked");
  });

  test("Answered says that nothing was applied", () => {
    const steps = [aStep("write", { agent: { kind: "model", role: "writer" }, status: "succeeded" })];
    expect(shown(aRun({ status: "succeeded", steps, endedAt: NOON + 48_000 }))).toContain(
      "✓ Answered in 48 s · written, not applied",
    );
  });

  test("Failed says why and what can be done", () => {
    const run = aRun({
      status: "failed",
      reason: "Rejected by <@U02BOB>: not *now*",
      endedAt: NOON + 3 * MINUTE,
    });
    expect(shown(run)).toMatchInlineSnapshot(`
      "Release billing 0.2.0
      ✕ Failed after 3 min · Rejected by Bob: not ∗now∗
      (g14 · asked by Alice · project billing · branch \`countersign/g14-release-billing-7f3a\`)
      (Nothing more happens by itself. \`/goal rework g14 …\` tries again with what you say.)
      [Open thread]"
    `);
  });

  test("Cancelled says by whom", () => {
    const run = aRun({
      status: "cancelled",
      reason: "Cancelled by <@U01ALICE>.",
      endedAt: NOON + 5 * MINUTE,
    });
    expect(shown(run)).toContain("– Cancelled after 5 min · Cancelled by Alice.");
  });

  test("a rehearsal is called one in every state", () => {
    const brief = aBrief({ rehearsed: true });
    for (const status of ["planning", "proposed", "running", "succeeded", "failed", "cancelled"] as const) {
      const card = acceptable(goalCard({ run: aRelease({ brief, status }), questions: [] }, CONTEXT));
      expect(`${card.text}${seen(card.blocks)}`, status).toMatch(
        /Rehears(?:al|ed).*rehearsal: nothing is changed/s,
      );
    }
  });

  test("a rehearsal claims no numbers and names no branch", () => {
    const run = { ...aDoneRelease(), brief: aBrief({ rehearsed: true }) };
    expect(shown(run)).not.toMatch(/12 tests|branch|approved/);
  });

  test("Stop asks once more, and goes with the goal", () => {
    const open = goalCard({ run: aRelease(), questions: [] }, linked);
    expect(actionIds(open.blocks)).toEqual(["link.open", "goal.stop"]);
    expect(JSON.stringify(open.blocks)).toContain("Stop this goal for good?");
    expect(actionIds(goalCard({ run: aDoneRelease(), questions: [] }, linked).blocks)).toEqual(["link.open"]);
  });

  test("without a link there is no button that leads nowhere", () => {
    expect(seen(goalCard({ run: aRelease(), questions: [] }, CONTEXT).blocks)).not.toContain("Open thread");
  });

  test("the lock screen gets title and state", () => {
    expect(asRead(goalCard({ run: aDoneRelease(), questions: [] }, CONTEXT).text)).toBe(
      "Release billing 0.2.0: ✓ Done in 33 min · 12 tests passed · +9 −1 in 2 files · approved by Bob",
    );
  });
});
