import { describe, expect, test } from "vitest";
import { ago } from "#engine/consultation/ago.ts";
import { type ConsultationFact, consultationDueAt } from "#engine/consultation/consultation.ts";
import { consultationAfter, givenConsultation, NOON } from "#test/support/given.ts";
import { asking, bob, opened, reply, settled, TIMEOUT_MS } from "#test/support/sample-question.ts";
import { question } from "#test/support/sample-run.ts";

const HALF_MS = TIMEOUT_MS / 2;
const reminded = { type: "consultation.reminded" } as const;
const expired = { type: "consultation.expired" } as const;
const withdrawn = { type: "consultation.withdrawn", reason: "The run has ended." } as const;

describe("a question", () => {
  test("is opened with its deadline", () => {
    givenConsultation().when(asking()).gives(opened());
    expect(consultationAfter(opened())).toMatchObject({ state: "open", openedAt: NOON, seq: 1 });
  });

  test("is opened once, also when the job that asks comes twice", () => {
    givenConsultation(opened()).when(asking()).refused("wrong_state");
  });

  test("may belong to no run", () => {
    givenConsultation()
      .when(asking({ origin: null }))
      .gives(opened({ origin: null }));
  });

  test("that was never opened is not found", () => {
    givenConsultation().when(reply("approve")).refused("not_found");
    givenConsultation().when({ type: "keep time" }).refused("not_found");
    givenConsultation().when({ type: "withdraw", reason: "x" }).refused("not_found");
    givenConsultation()
      .when({ type: "name reviewers", people: ["U03CAROL"], by: "U01ALICE" })
      .refused("not_found");
  });

  test("is withdrawn when what it was for has ended", () => {
    givenConsultation(opened()).when({ type: "withdraw", reason: "The run has ended." }).gives(withdrawn);
  });

  test("is not withdrawn any more when it is over: an answer that came first is kept", () => {
    for (const over of [settled("approve"), expired, withdrawn])
      givenConsultation(opened(), over).when({ type: "withdraw", reason: "late" }).gives();
  });
});

describe("time", () => {
  test("half-way, an unanswered question is asked once more", () => {
    expect(consultationDueAt(consultationAfter(opened()))).toBe(NOON + HALF_MS);
    givenConsultation(opened())
      .when({ type: "keep time" }, NOON + HALF_MS - 1)
      .gives();
    givenConsultation(opened())
      .when({ type: "keep time" }, NOON + HALF_MS)
      .gives(reminded);
  });

  test("once only; then comes the deadline", () => {
    const after = consultationAfter(opened(), { ...reminded, at: NOON + HALF_MS });
    expect(consultationDueAt(after)).toBe(NOON + TIMEOUT_MS);
    givenConsultation(opened(), reminded)
      .when({ type: "keep time" }, NOON + TIMEOUT_MS - 1)
      .gives();
  });

  test("at its deadline it expires, reminded or not", () => {
    givenConsultation(opened(), reminded)
      .when({ type: "keep time" }, NOON + TIMEOUT_MS)
      .gives(expired);
    givenConsultation(opened())
      .when({ type: "keep time" }, NOON + TIMEOUT_MS)
      .gives(expired);
  });

  test("nothing is due when it is over, and the clock changes nothing", () => {
    for (const over of [settled("approve"), expired, withdrawn]) {
      expect(consultationDueAt(consultationAfter(opened(), over))).toBeNull();
      givenConsultation(opened(), over)
        .when({ type: "keep time" }, NOON + 2 * TIMEOUT_MS)
        .gives();
    }
  });

  test("half-way is a whole millisecond, whatever the deadline", () => {
    const odd = opened({ expiresAt: NOON + 2_001 });
    expect(consultationDueAt(consultationAfter(odd))).toBe(NOON + 1_000);
    givenConsultation(odd)
      .when({ type: "keep time" }, NOON + 1_000)
      .gives(reminded);
  });

  test("an answer that overtakes the clock counts, though the deadline has just passed", () => {
    const at = NOON + TIMEOUT_MS + 1;
    givenConsultation(opened()).when(reply("approve"), at).gives(settled("approve", { at }));
  });
});

describe("whoever comes late is told who decided, and when", () => {
  const late = NOON + 3 * 60_000;

  test.each<[ConsultationFact, RegExp]>([
    [settled("approve"), /^<@U02BOB> approved this already, 3 minutes ago\.$/],
    [settled("reject"), /^<@U02BOB> rejected this already/],
    [settled("request_changes"), /^<@U02BOB> asked for changes to this already/],
    [settled("done"), /^<@U02BOB> answered this already/],
    [expired, /expired 3 minutes ago/],
    [withdrawn, /withdrawn 3 minutes ago\. The run has ended\.$/],
  ])("after %o", (over, words) => {
    givenConsultation(opened(), over).when(reply("reject"), late).refused("already_settled", words);
    givenConsultation(opened(), over)
      .when({ type: "name reviewers", people: ["U03CAROL"], by: "U01ALICE" }, late)
      .refused("already_settled", words);
  });

  test.each([
    [0, "just now"],
    [59_999, "just now"],
    [60_000, "1 minute ago"],
    [7_200_000, "2 hours ago"],
    [86_400_000 * 3.5, "3 days ago"],
    [-5_000, "just now"],
  ])("%i ms is %s", (ms, words) => {
    expect(ago(ms)).toBe(words);
  });
});

describe("what may be answered", () => {
  const to = (type: "decision" | "clarification" | "work", keys: readonly string[] = []) =>
    opened({ question: { ...question, type, options: keys.map((key) => ({ key, label: key })) } });

  test.each(["approve", "reject"])("an approval: %s", (decision) => {
    givenConsultation(opened()).when(reply(decision)).gives(settled(decision));
  });

  test("an approval: changes, with a note that says which", () => {
    const note = "The tax is wrong.";
    givenConsultation(opened())
      .when(reply("request_changes", { note: `  ${note} ` }))
      .gives(settled("request_changes", { note }));
    givenConsultation(opened())
      .when(reply("request_changes", { note: "  " }))
      .refused("bad_input", /what should change/);
  });

  test("work: that it is done", () => {
    givenConsultation(to("work")).when(reply("done")).gives(settled("done"));
    givenConsultation(to("work")).when(reply("approve")).refused("bad_input");
  });

  test("a decision: one of its options", () => {
    givenConsultation(to("decision", ["blue", "green"]))
      .when(reply("green"))
      .gives(settled("green"));
    givenConsultation(to("decision", ["blue", "green"]))
      .when(reply("red"))
      .refused("bad_input", /“red”/);
  });

  test("a decision for which nobody named options: words, so that it can be answered at all", () => {
    givenConsultation(to("decision"))
      .when(reply("text", { note: "Blue." }))
      .gives(settled("text", { note: "Blue." }));
  });

  test("a clarification: words, or an option", () => {
    givenConsultation(to("clarification", ["yes"]))
      .when(reply("text", { note: "Only on Mondays." }))
      .gives(settled("text", { note: "Only on Mondays." }));
    givenConsultation(to("clarification", ["yes"]))
      .when(reply("yes"))
      .gives(settled("yes"));
    givenConsultation(to("clarification"))
      .when(reply("text"))
      .refused("bad_input", /Write your answer/);
  });

  test("by one person, once", () => {
    givenConsultation(opened(), settled("approve"))
      .when(reply("approve", { who: bob }))
      .refused("already_settled");
  });
});
