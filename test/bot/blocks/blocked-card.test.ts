import { describe, expect, test } from "vitest";
import { blockedCard } from "#bot/slack/blocks/blocked-card.ts";
import { decide } from "#engine/run/decide.ts";
import type { Run, Step } from "#engine/run/run.ts";
import {
  aBrief,
  anAnswer,
  aQuestion,
  aRun,
  aStep,
  CONTEXT,
  MINUTE,
  NOON,
  QUESTION_ID,
} from "#test/support/card-states.ts";
import { acceptable, actionIds, seen } from "#test/support/read-card.ts";

const blocked = { status: "blocked", startedAt: NOON, endedAt: NOON + MINUTE } as const;
const approval = { kind: "person", asks: "approval", what: "Tag it?" };
const card = (step: Step, run: Partial<Run> = {}, acted?: Parameters<typeof blockedCard>[1]["acted"]) =>
  acceptable(blockedCard({ run: aRun({ steps: [step], ...run }), step }, { ...CONTEXT, acted }));
const failing = aStep("test", {
  ...blocked,
  title: "Run the tests",
  tries: 4,
  reason: "1 of 12 tests failed: rounds half-cents up",
  log: "ok 1\nnot ok 2 - rounds half-cents up\nexpected 3, got 2\n",
});

describe("a step that is stuck", () => {
  test("says what happened, what was tried, and what can be done", () => {
    expect(seen(card(failing).blocks)).toBe(
      [
        "✕ @Alice, Run the tests is stuck: how should it go on?",
        "1 of 12 tests failed: rounds half-cents up",
        "› not ok 2 - rounds half-cents up",
        "› expected 3, got 2",
        "Tried 4 times, with pauses between.",
        "▸ Log (3 lines)",
        "[Try again] [Skip] [Take it myself] [Rework…] [Cancel the goal]",
        "(Try again: on its branch as it is · Rework…: anew, from the project's newest commit)",
        "(g14 · Release billing 0.2.0)",
      ].join("\n"),
    );
  });

  test("nobody can stand in for tests that must pass", () => {
    const shown = card(failing, { brief: aBrief({ testsMustPass: true }) });
    expect(actionIds(shown.blocks)).toEqual(["step.retry", "goal.rework", "goal.stop"]);
  });

  test("the reason's further lines stand on their own, and nothing is said twice", () => {
    const reason = "2 of 12 tests failed: the tax is added\nAssertionError: expected 3\nbut got 2";
    const log = "✖ the tax is added (93.663206ms)\n✖ zero is refused (0.5ms)\n✖ one too many\n";
    expect(seen(card({ ...failing, reason, log }).blocks)).toContain(
      [
        "2 of 12 tests failed: the tax is added",
        "› AssertionError: expected 3 but got 2",
        "› zero is refused",
        "Tried 4 times",
      ].join("\n"),
    );
  });

  test("without a project there is no newer commit to begin from", () => {
    const brief = aBrief({ projectId: null, projectName: null });
    expect(actionIds(card(failing, { brief }).blocks)).not.toContain("goal.rework");
  });

  test("an expired approval can be asked again, never skipped or taken", () => {
    const step = aStep("approve", {
      ...blocked,
      agent: approval,
      question: aQuestion(),
      consultationId: QUESTION_ID,
      reason: "Nobody answered in time.",
    });
    expect(seen(card(step).blocks)).toContain(
      "Nobody answered in time.\nNobody has said no. Nothing is discarded.\n[Ask again] [Cancel the goal]",
    );
  });

  test("changes that no agent can make are for a person", () => {
    const answer = anAnswer({ decision: "request_changes", note: "Mention the fix" });
    const step = aStep("approve", {
      ...blocked,
      agent: approval,
      question: aQuestion(),
      consultationId: QUESTION_ID,
      answer,
      reason: "<@U02BOB> asked for changes: Mention the fix",
    });
    const shown = seen(card(step).blocks);
    expect(shown).toContain(
      "Bob asked for changes: Mention the fix\nNo agent wrote this, so the changes need a person.",
    );
    expect(shown).toContain("[Ask again] [Rework…] [Cancel the goal]");
    expect(seen(card(step, { rounds: 3 }).blocks)).toContain("the work was sent back 3 times already");
  });

  test("expired work of a person can also be skipped or taken", () => {
    const step = aStep("deploy", {
      ...blocked,
      agent: { kind: "person", asks: "work", what: "Deployed?" },
      question: aQuestion({ type: "work" }),
      consultationId: QUESTION_ID,
    });
    expect(actionIds(card(step).blocks)).toEqual(["step.ask-again", "step.skip", "step.take", "goal.stop"]);
  });

  test.each(["test", "lint"])("every button for %s is one that the rules take", (name) => {
    for (const testsMustPass of [true, false])
      for (const agent of [approval, { kind: "command", run: "npm test", name }]) {
        const step = aStep("s", { ...blocked, agent, question: aQuestion(), consultationId: QUESTION_ID });
        const run = aRun({ steps: [step], brief: aBrief({ testsMustPass }) });
        const ids = actionIds(blockedCard({ run, step }, CONTEXT).blocks);
        const allowed = (["skip step", "take step"] as const).filter((type) => isTaken(run, type));
        expect(ids.includes("step.skip")).toBe(allowed.includes("skip step"));
        expect(ids.includes("step.take")).toBe(allowed.includes("take step"));
      }
  });

  test("a rehearsed one says so", () => {
    const shown = card(failing, { brief: aBrief({ rehearsed: true }) });
    expect(shown.text).toMatch(/^Rehearsal · /);
    expect(seen(shown.blocks)).toContain("Rehearsal · 1 of 12");
  });
});

describe("once somebody did something about it", () => {
  test.each([
    ["retried", "↺ Tried again by Bob 14:05 UTC"],
    ["skipped", "– Skipped by Bob 14:05 UTC"],
    ["taken", "✋ Taken over by Bob 14:05 UTC"],
    ["cancelled", "– Goal cancelled by Bob 14:05 UTC"],
  ] as const)("%s: the buttons go and one line stays", (how, line) => {
    const shown = card(failing, {}, { how, by: "U02BOB", at: NOON + 5 * MINUTE });
    expect(seen(shown.blocks).split("\n")[0]).toBe(line);
    expect(actionIds(shown.blocks)).toEqual([]);
  });

  test.each([
    [{ status: "skipped" as const }, {}, "– Skipped"],
    [{ status: "working" as const }, {}, "↺ Goes on: working"],
    [{ status: "cancelled" as const }, { status: "cancelled" as const }, "– The goal was cancelled"],
    [
      { status: "cancelled" as const },
      { status: "failed" as const },
      "✕ The goal ended before somebody decided",
    ],
  ])("state alone tells it too: %j", (step, run, line) => {
    expect(seen(card({ ...failing, ...step }, run).blocks).split("\n")[0]).toBe(line);
  });
});

function isTaken(run: Run, type: "skip step" | "take step"): boolean {
  try {
    return decide(run, { type, key: "s", by: "U02BOB" }, NOON).length > 0;
  } catch {
    return false;
  }
}
