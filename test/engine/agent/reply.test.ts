import { describe, expect, it } from "vitest";
import { z } from "zod";
import { StepOutput } from "#engine/agent/agent.ts";
import { MOST_QUESTIONS, readAsked, StepReply, toOutcome } from "#engine/agent/reply.ts";
import { Question } from "#engine/consultation/question.ts";
import { modelStep } from "#test/support/model-step.ts";

const { step } = modelStep();
const DONE: StepReply = {
  summary: "A route that answers 200",
  result: "diff --git …",
  tests: "curl it",
  insights: null,
  blocked: null,
  question: null,
};
const ASKS: StepReply = {
  ...DONE,
  question: { ask: "Which port?", why: "It is fixed later.", options: ["3000", " 8080 ", "3000", ""] },
};

describe("StepReply", () => {
  it("refuses a reply that says nothing, or two things at once", () => {
    expect(StepReply.safeParse({ ...DONE, result: " " }).success).toBe(false);
    expect(StepReply.safeParse({ ...ASKS, blocked: "no access" }).success).toBe(false);
    expect(StepReply.safeParse({ ...ASKS, question: { ask: "", why: "", options: [] } }).success).toBe(false);
    expect(StepReply.safeParse({ ...DONE, result: "", blocked: "no access" }).success).toBe(true);
  });

  it("is flat enough for strict structured output: every field is required", () => {
    const schema = z.toJSONSchema(StepReply);
    expect(schema.required).toEqual(Object.keys(schema.properties ?? {}));
    expect(JSON.stringify(schema)).not.toMatch(/maxLength|pattern|minItems/);
  });
});

describe("toOutcome", () => {
  it("marks a result as written, not applied, and says by whom", () => {
    expect(toOutcome(DONE, step, "anthropic:claude-sonnet-5-5", null)).toEqual({
      kind: "finished",
      output: {
        summary: "A route that answers 200",
        text: "diff --git …",
        values: { testing_notes: "curl it" },
        notApplied: true,
        model: "anthropic:claude-sonnet-5-5",
      },
    });
  });

  it("cuts what does not fit, so that every outcome is a valid one", () => {
    const long = "😀".repeat(60_000);
    const outcome = toOutcome(
      { ...DONE, summary: long, result: long, tests: long, insights: long },
      step,
      "m",
      null,
    );
    const asks = toOutcome(
      { ...ASKS, result: long, question: { ask: long, why: long, options: [long, "b"] } },
      step,
      "m",
      null,
    );
    expect(outcome.kind === "finished" && StepOutput.parse(outcome.output).text?.endsWith("…")).toBe(true);
    expect(asks.kind === "asks" && Question.parse(asks.question).what.length).toBe(300);
  });

  it("asks for a decision where there are options, and keeps what they mean", () => {
    const outcome = toOutcome(ASKS, { ...step, risk: "medium" }, "m", null);
    expect(outcome).toMatchObject({
      kind: "asks",
      question: {
        type: "decision",
        what: "Which port?",
        risk: "medium",
        options: [
          { key: "option-1", label: "3000" },
          { key: "option-2", label: "8080" },
        ],
      },
    });
    expect(outcome.kind === "asks" && readAsked(outcome.checkpoint)?.times).toBe(1);
  });

  it("asks for a clarification where any answer will do", () => {
    const question = { ask: "Who uses it?", why: "", options: [] };
    const outcome = toOutcome({ ...ASKS, question }, step, "m", null);
    expect(outcome).toMatchObject({ kind: "asks", question: { type: "clarification", options: [] } });
  });

  it("stops asking after a few questions", () => {
    const before = { ask: "?", options: [], draft: "", times: MOST_QUESTIONS };
    expect(toOutcome(ASKS, step, "m", before)).toMatchObject({ kind: "failed", again: false });
  });

  it("fails for good when the model says that it is blocked", () => {
    expect(toOutcome({ ...DONE, blocked: "The file was not shown." }, step, "m", null)).toEqual({
      kind: "failed",
      reason: "The file was not shown.",
      again: false,
    });
  });

  it("reads no question from somebody else's checkpoint", () => {
    expect(readAsked({ sha: "abc" })).toBeNull();
    expect(readAsked(null)).toBeNull();
  });
});
