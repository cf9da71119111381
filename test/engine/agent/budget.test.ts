import { describe, expect, it } from "vitest";
import { askForMore, FULL_BUDGET, hasRoom, readBudgetAnswer } from "#engine/agent/budget.ts";
import { type Answer, Question } from "#engine/consultation/question.ts";

const answered = (decision: string): Answer => ({ decision, note: "", by: "U02BOB", at: 1, alone: false });
const before = { answer: answered("option-1"), checkpoint: { ask: "?" } };

describe("a goal's model budget", () => {
  it("has room until 100 calls or 500 000 tokens are used, whichever comes first", () => {
    expect(hasRoom(FULL_BUDGET)).toBe(true);
    expect(hasRoom({ calls: 99, tokens: 499_999, allowance: 1 })).toBe(true);
    expect(hasRoom({ calls: 100, tokens: 0, allowance: 1 })).toBe(false);
    expect(hasRoom({ calls: 1, tokens: 500_000, allowance: 1 })).toBe(false);
    expect(hasRoom({ calls: 199, tokens: 999_999, allowance: 2 })).toBe(true);
  });

  it("asks a valid question whose labels say what is granted", () => {
    const byCalls = askForMore({ calls: 100, tokens: 1_234, allowance: 1 }, before);
    const byTokens = askForMore({ calls: 3, tokens: 500_123, allowance: 1 }, before);
    expect(Question.parse(byCalls.question).options.map(({ label }) => label)).toEqual([
      "Allow 100 more calls",
      "Stop here",
    ]);
    expect(byCalls.question.what).toBe("This goal has used its 100 calls. Go on?");
    expect(byTokens.question.options[0]?.label).toBe("Allow 500\u202f000 more tokens");
  });

  it("grants one more allowance on yes, the same one however often the answer is read", () => {
    const { checkpoint } = askForMore({ calls: 200, tokens: 0, allowance: 2 }, before);
    const stored: unknown = JSON.parse(JSON.stringify(checkpoint));
    expect(readBudgetAnswer(stored, answered("allow-more"))).toEqual({ kind: "more", allowance: 3, before });
    expect(readBudgetAnswer(stored, answered("allow-more"))).toEqual({ kind: "more", allowance: 3, before });
  });

  it("stops on no, and decides nothing without an answer", () => {
    const { checkpoint } = askForMore({ calls: 100, tokens: 0, allowance: 1 }, before);
    expect(readBudgetAnswer(checkpoint, answered("stop"))).toEqual({ kind: "stop", note: "" });
    expect(readBudgetAnswer(checkpoint, null)).toEqual({ kind: "undecided", before });
  });

  it("leaves other checkpoints alone", () => {
    expect(
      readBudgetAnswer({ ask: "?", options: [], draft: "", times: 1 }, answered("allow-more")),
    ).toBeNull();
  });
});
