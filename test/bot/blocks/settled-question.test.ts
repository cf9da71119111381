import { describe, expect, test } from "vitest";
import { questionCard } from "#bot/slack/blocks/question-card.ts";
import { settledLine } from "#bot/slack/blocks/settled-question.ts";
import type { Answer } from "#engine/consultation/question.ts";
import type { Run, Step } from "#engine/run/run.ts";
import {
  aConsultation,
  aDoneRelease,
  anAnswer,
  aQuestion,
  aRelease,
  CONTEXT,
  MINUTE,
  NOON,
  QUESTION_ID,
} from "#test/support/card-states.ts";
import { acceptable, asRead, seen } from "#test/support/read-card.ts";

const settled = (answer: Partial<Answer> = {}, more = {}) =>
  aConsultation({ state: "settled", answer: anAnswer(answer), endedAt: NOON + 32 * MINUTE, ...more });
const line = (consultation = settled(), run: Run | null = aDoneRelease()): string =>
  asRead(settledLine({ consultation, run }, CONTEXT));
const withApproval = (change: Partial<Step>, more: Partial<Run> = {}): Run => {
  const run = aRelease(more);
  return { ...run, steps: run.steps.map((step) => (step.key === "approve" ? { ...step, ...change } : step)) };
};

describe("the line that stays of a question", () => {
  test("grows to the outcome", () => {
    expect(line()).toBe("✓ Approved by Bob 14:32 UTC → Tag v0.2.0 ✓ 14:33 UTC");
  });

  test("says only what is so far", () => {
    expect(line(settled(), aRelease())).toBe("✓ Approved by Bob 14:32 UTC");
    const run = aDoneRelease();
    const steps = run.steps.map((step) =>
      step.key === "tag" ? { ...step, status: "working" as const } : step,
    );
    expect(line(settled(), { ...run, status: "running", steps })).toBe(
      "✓ Approved by Bob 14:32 UTC → Tag v0.2.0: working",
    );
  });

  test("does not call a failure done", () => {
    const run = aDoneRelease();
    const steps = run.steps.map((step) =>
      step.key === "tag" ? { ...step, status: "blocked" as const } : step,
    );
    expect(line(settled(), { ...run, status: "running", steps })).toContain("→ Tag v0.2.0: blocked");
  });

  test("names the day where the answer came long after the question", () => {
    expect(line(settled({ at: NOON + 2 * 24 * 60 * MINUTE }), null)).toBe(
      "✓ Approved by Bob 2026-11-23 14:00 UTC",
    );
  });

  test.each([
    [{ decision: "approve", by: "U01ALICE", alone: true }, "✓ Approved alone by Alice, who asked, 14:32 UTC"],
    [{ decision: "reject" }, "✕ Rejected by Bob 14:32 UTC"],
    [{ decision: "request_changes" }, "↺ Changes asked for by Bob 14:32 UTC"],
    [{ decision: "done" }, "✓ Called done by Bob 14:32 UTC"],
    [{ decision: "text", note: "42" }, "✓ Answered by Bob 14:32 UTC"],
  ])("%j", (answer, expected) => {
    expect(line(settled(answer), null)).toBe(expected);
  });

  test("a chosen option stands by its words", () => {
    const question = aQuestion({ type: "decision", options: [{ key: "stop", label: "Stop here" }] });
    expect(line(settled({ decision: "stop" }, { question }), null)).toBe(
      "✓ Chosen by Bob 14:32 UTC: “Stop here”",
    );
  });

  test("a rehearsed approval decides nothing", () => {
    expect(line(settled({}, { question: aQuestion({ rehearsed: true }) }), null)).toContain(
      "it decides nothing",
    );
  });

  test("a rejection ends the goal", () => {
    const run = withApproval({ status: "failed" }, { status: "failed", endedAt: NOON + 32 * MINUTE });
    expect(line(settled({ decision: "reject" }), run)).toBe(
      "✕ Rejected by Bob 14:32 UTC → the goal ends here",
    );
  });

  test("changes go back to work, or to a person where nobody can make them", () => {
    const blocked = withApproval({ status: "blocked", answer: anAnswer({ decision: "request_changes" }) });
    expect(line(settled({ decision: "request_changes" }), blocked)).toContain(
      "→ a person must say how it goes on",
    );
    const reopened = withApproval({ status: "pending", consultationId: null });
    expect(line(settled({ decision: "request_changes" }), reopened)).toContain(
      "→ work goes on with the note",
    );
  });

  test("an answer after the end says that the goal had ended", () => {
    const run = withApproval({ status: "cancelled" }, { status: "cancelled", endedAt: NOON + 10 * MINUTE });
    expect(line(settled(), run)).toBe("✓ Approved by Bob 14:32 UTC → the goal had already ended");
  });

  test("expired is not rejected", () => {
    const run = withApproval({ status: "blocked", consultationId: QUESTION_ID });
    expect(line(aConsultation({ state: "expired" }), run)).toBe(
      "⏱ Nobody answered in 3 d: expired, the step is blocked. Nothing is discarded.",
    );
    expect(line(aConsultation({ state: "expired" }), null)).toContain("That is no rejection.");
  });

  test("withdrawn says why", () => {
    const consultation = aConsultation({
      state: "withdrawn",
      reason: "The run it belonged to has ended: cancelled.",
      endedAt: NOON,
    });
    expect(line(consultation, null)).toBe(
      "– Withdrawn 14:00 UTC: The run it belonged to has ended: cancelled.",
    );
  });
});

describe("the settled card", () => {
  const shown = (audience: "thread" | "direct") =>
    acceptable(
      questionCard(
        { consultation: settled({ note: "Fine. *Really* <!here>" }), run: aDoneRelease() },
        { ...CONTEXT, audience, requesterAlone: false },
      ),
    );

  test("is the same on every copy: line, note, question, evidence", () => {
    expect(seen(shown("thread").blocks)).toBe(
      [
        "✓ Approved by Bob 14:32 UTC → Tag v0.2.0 ✓ 14:33 UTC",
        "› Fine. ∗Really∗ <!here>",
        "(Tag billing v0.2.0? · g14)",
        "▸ Diff (+2 −1 in 1 file) · Why · Facts",
      ].join("\n"),
    );
    expect(seen(shown("direct").blocks)).toBe(seen(shown("thread").blocks));
  });

  test("mentions nobody: an edit notifies nobody anyway", () => {
    expect(JSON.stringify(shown("thread"))).not.toMatch(/<@|<!here/);
  });
});
