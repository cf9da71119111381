import { describe, expect, test } from "vitest";
import { answerForm, goalForm, noteForm, reviewersForm, reworkForm } from "#bot/slack/blocks/forms.ts";
import { readGoalForm, readReviewers, readText } from "#bot/slack/blocks/read-forms.ts";
import { checkView } from "#integrations/local-slack/blocks/check-view.ts";
import { aBrief, aConsultation, aQuestion, aRun, CONTEXT } from "#test/support/card-states.ts";
import { seen } from "#test/support/read-card.ts";

const hard = aConsultation({ question: aQuestion({ what: "&".repeat(300), why: "<".repeat(2_000) }) });
const projects = Array.from({ length: 120 }, (_, i) => ({
  name: i === 5 ? "n".repeat(200) : `project ${i}`,
  hasTests: i % 2 === 0,
}));
const filled = (more = {}) => ({
  goal: { goal: { type: "plain_text_input", value: " Add a health check " } },
  requirements: { requirements: { type: "plain_text_input", value: "one\n\n two " } },
  project: { project: { type: "static_select", selected_option: { text: {}, value: "billing" } } },
  max_time: { max_time: { type: "static_select", selected_option: { value: "7200000" } } },
  tests: { tests: { type: "checkboxes", selected_options: [{ value: "must pass" }] } },
  reviewers: { reviewers: { type: "multi_users_select", selected_users: ["U02BOB"] } },
  ...more,
});

describe("forms", () => {
  test.each([
    ["goal", goalForm({ channel: "C1", projects, project: "project 3", text: "😀".repeat(5_000) })],
    ["goal without projects", goalForm({ channel: "C1", projects: [] })],
    ["approve", noteForm(hard, { decision: "approve", alone: false }, CONTEXT.people)],
    ["reject", noteForm(hard, { decision: "reject", alone: true }, CONTEXT.people)],
    ["changes", noteForm(hard, { decision: "request_changes", alone: false }, CONTEXT.people)],
    ["answer", answerForm(hard, CONTEXT.people)],
    ["rework", reworkForm(aRun({ brief: aBrief({ title: "&".repeat(150) }) }))],
    ["reviewers", reviewersForm(hard, CONTEXT.people)],
  ])("%s is a view that Slack takes", (_, view) => {
    expect(checkView(view).flaws).toEqual([]);
    expect((view.private_metadata ?? "").length).toBeLessThan(3_000);
  });

  test("the goal's form asks for what can be said about a goal", () => {
    expect(seen(goalForm({ channel: "C1", projects }).blocks)).toBe(
      "What should be done? *\nWhat must hold?\nProject\nWorking time at most *\nTests\nReviewers",
    );
  });

  test("begins with the channel's project and two hours", () => {
    const json = JSON.stringify(goalForm({ channel: "C1", projects, project: "project 3" }));
    expect(json).toContain(
      '"initial_option":{"text":{"type":"plain_text","text":"project 3 (no test command)"},"value":"project 3"}',
    );
    expect(json).toContain(
      '"initial_option":{"text":{"type":"plain_text","text":"2 hours"},"value":"7200000"}',
    );
  });

  test("says that a note is no condition", () => {
    expect(
      JSON.stringify(noteForm(aConsultation(), { decision: "approve", alone: false }, CONTEXT.people)),
    ).toContain("Approving starts it now; a note is not a condition.");
  });

  test("a request for changes needs its words, a rejection does not", () => {
    const changes = noteForm(aConsultation(), { decision: "request_changes", alone: false }, CONTEXT.people);
    const reject = noteForm(aConsultation(), { decision: "reject", alone: false }, CONTEXT.people);
    expect(seen(changes.blocks)).toContain("What should change? *");
    expect(seen(reject.blocks)).toMatch(/Why\?$/);
  });
});

describe("what was filled in", () => {
  test("a goal", () => {
    expect(readGoalForm(filled())).toEqual({
      kind: "filled in",
      value: {
        text: "Add a health check",
        requirements: ["one", "two"],
        project: "billing",
        maxTimeMs: 7_200_000,
        testsMustPass: true,
        reviewers: ["U02BOB"],
      },
    });
  });

  test("a goal with nothing but its text", () => {
    const empty = {
      goal: { goal: { value: "Do it" } },
      max_time: filled().max_time,
      tests: { tests: { selected_options: [] } },
      requirements: { requirements: { value: null } },
    };
    expect(readGoalForm(empty)).toMatchObject({
      value: { requirements: [], project: null, testsMustPass: false, reviewers: [] },
    });
  });

  test.each([
    [{ goal: { goal: { value: "  " } } }, { goal: "Say what should be done." }],
    [
      { requirements: { requirements: { value: "x\n".repeat(51) } } },
      { requirements: "At most 50 requirements." },
    ],
    [
      { requirements: { requirements: { value: "x".repeat(1_001) } } },
      { requirements: "A requirement has at most 1000 characters." },
    ],
    [
      { reviewers: { reviewers: { selected_users: ["1", "2", "3", "4", "5", "6"] } } },
      { reviewers: "At most five reviewers." },
    ],
  ])("what is wrong stands at its field: %j", (more, errors) => {
    expect(readGoalForm(filled(more))).toEqual({ kind: "wrong", errors });
  });

  test("a note may be empty, an answer not", () => {
    expect(readText({ note: { note: { value: null } } }, "note", false)).toEqual({
      kind: "filled in",
      value: "",
    });
    expect(readText({ answer: { answer: { value: " " } } }, "answer", true)).toEqual({
      kind: "wrong",
      errors: { answer: expect.stringContaining("Write something") },
    });
    expect(readText({ feedback: { feedback: { value: " x " } } }, "feedback", true)).toEqual({
      kind: "filled in",
      value: "x",
    });
  });

  test("one to five people", () => {
    const named = (selected_users: string[]) =>
      readReviewers({ reviewers: { reviewers: { selected_users } } });
    expect(named(["U1"])).toEqual({ kind: "filled in", value: ["U1"] });
    for (const users of [[], ["1", "2", "3", "4", "5", "6"]])
      expect(named(users)).toMatchObject({ kind: "wrong" });
  });

  test("another shape than Slack's is an error, not an empty form", () => {
    expect(() => readGoalForm("x")).toThrow();
  });
});
