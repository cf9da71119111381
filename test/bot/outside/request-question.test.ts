import { describe, expect, test } from "vitest";
import type { NewRequest } from "#bot/outside/requests/request.ts";
import { questionOf } from "#bot/outside/requests/request-question.ts";
import { Question } from "#engine/consultation/question.ts";

const ASKED: NewRequest = {
  ...{ type: "approval", title: "May I tag v1.2.0?", description: "", context: {}, options: [] },
  ...{ routing: { channels: [], recipients: [] }, timeoutMinutes: 1_440, metadata: {} },
};
const asked = (context: NewRequest["context"]) => Question.parse(questionOf({ ...ASKED, context }));

describe("The documented context", () => {
  test("is evidence: the risk, what it affects, the diff", () => {
    const { risk, evidence } = asked({
      code_diff: "--- a\n+++ b\n+one",
      risk_assessment: { level: "high", reason: "no backfill" },
      affected_systems: ["payments", "user-auth"],
    });
    expect(risk).toBe("high");
    expect(evidence).toEqual([
      { kind: "text", label: "Risk", text: "level: high\nreason: no backfill" },
      { kind: "line", label: "Affects", text: "affects: payments, user-auth" },
      { kind: "diff", label: "Diff", text: "--- a\n+++ b\n+one" },
    ]);
  });

  test("has lists in words, not as JSON: a risk's reasons stand on the card as its agent wrote them", () => {
    const { evidence } = asked({
      risk_assessment: { level: "high", reasons: ["It touches payments."], affects: [] },
      checks: { passed: ["lint", "types"], failed_tests: 2 },
    });
    expect(evidence).toEqual([
      { kind: "text", label: "Risk", text: "level: high\nreasons: It touches payments." },
      { kind: "text", label: "Checks", text: "passed:\n- lint\n- types\nfailed tests: 2" },
    ]);
  });

  test("and other keys follow, in words; what says nothing is left out", () => {
    const { evidence } = asked({
      test_results: "214 passed",
      coverage: 0.93,
      log: "one\ntwo",
      nested: { a: { b: 1 } },
      empty: "",
      nothing: null,
      none: [],
    });
    expect(evidence).toEqual([
      { kind: "line", label: "Test results", text: "test results: 214 passed" },
      { kind: "line", label: "Coverage", text: "coverage: 0.93" },
      { kind: "text", label: "Log", text: "one\ntwo" },
      { kind: "text", label: "Nested", text: '{\n  "a": {\n    "b": 1\n  }\n}' },
    ]);
  });
});

describe("The documented priority", () => {
  test.each([
    ["high", ["priority: high"]],
    [1, ["priority: 1"]],
    ["normal", []],
    ["", []],
    [{ high: true }, []],
    [undefined, []],
  ])("%j stands on the card as %j", (priority, lines) => {
    const { evidence, risk } = Question.parse(questionOf({ ...ASKED, metadata: { priority } }));
    expect(evidence.map(({ text }) => text)).toEqual(lines);
    expect(risk).toBe("low");
  });
});

describe("The risk", () => {
  test.each([
    ["High: touches payments", "high"],
    ["critical", "high"],
    [{ severity: "Critical" }, "high"],
    [{ risk_level: "medium", score: "low" }, "medium"],
    [{ score: 9, level: "low" }, "low"],
    ["moderate", "medium"],
    ["highway maintenance", "low"],
    [{ reason: "high traffic" }, "low"],
    [["high"], "low"],
    [null, "low"],
  ])("of %j is %s", (assessment, risk) => {
    expect(asked({ risk_assessment: assessment }).risk).toBe(risk);
  });
});

describe("What is too much for a card", () => {
  test("stands whole in its fold: a long description", () => {
    const description = `${"word ".repeat(1_900)}END`;
    const { why, evidence } = Question.parse(questionOf({ ...ASKED, description }));
    expect(why).toHaveLength(2_000);
    expect(why.endsWith("…")).toBe(true);
    expect(evidence).toEqual([{ kind: "text", label: "Description", text: description }]);
  });

  test("stands together in the last one: more than ten keys", () => {
    const context = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`key_${i}`, `value ${i}`]));
    const { evidence } = asked(context);
    expect(evidence).toHaveLength(10);
    expect(evidence.at(-1)).toMatchObject({ kind: "text", label: "More" });
    for (let i = 9; i < 40; i++) expect(evidence.at(-1)?.text).toContain(`key ${i}: value ${i}`);
  });

  test("is no more than the engine takes, whatever a context of 64 kB holds", () => {
    const long = "é".repeat(16_000);
    expect(() => asked({ [`${"k".repeat(300)}_x`]: long, b: [long], c: { d: long } })).not.toThrow();
    expect(() => asked({ deep: Array(13_000).fill([1]), more: "x" })).not.toThrow();
    expect(() => asked({ "": "x", "  ": "y", "🚀": "z" })).not.toThrow();
  });
});
