import fc from "fast-check";
import { expect, test } from "vitest";
import {
  applyToConsultation,
  type Consultation,
  type ConsultationFact,
  consultationDueAt,
  noConsultation,
} from "#engine/consultation/consultation.ts";
import { type ConsultationCommand, decideConsultation } from "#engine/consultation/decide.ts";
import { Refusal } from "#engine/errors.ts";
import type { Instant } from "#engine/run/run.ts";
import { NOON } from "#test/support/given.ts";
import { alice, asking, bob, policy, reply } from "#test/support/sample-question.ts";
import { question } from "#test/support/sample-run.ts";

const anyCommand: fc.Arbitrary<ConsultationCommand> = fc.oneof(
  fc
    .record({
      decision: fc.constantFrom("approve", "reject", "request_changes", "done", "text", "green", "nonsense"),
      note: fc.constantFrom("", "Why?"),
      alone: fc.boolean(),
      who: fc.record({
        id: fc.constantFrom(alice.id, bob.id, "U03CAROL"),
        isFullMember: fc.boolean(),
        isInChannel: fc.boolean(),
        othersMayAnswer: fc.boolean(),
      }),
    })
    .map(({ decision, ...changes }) => reply(decision, changes)),
  fc.constantFrom<ConsultationCommand>(
    asking(),
    { type: "keep time" },
    { type: "keep time" },
    { type: "name reviewers", people: ["U03CAROL"], by: alice.id },
    { type: "name reviewers", people: [alice.id], by: bob.id },
    { type: "withdraw", reason: "The run has ended." },
  ),
);

const anyOpening = fc
  .record({
    type: fc.constantFrom("approval", "decision", "clarification", "work"),
    risk: fc.constantFrom("low", "medium", "high"),
    fourEyes: fc.constantFrom("always", "when_possible", "never"),
    people: fc.constantFrom<string[]>([], [bob.id], [alice.id]),
    timeoutMs: fc.oneof(fc.nat(10), fc.nat(100_000)),
  })
  .map(({ type, risk, fourEyes, people, timeoutMs }) =>
    asking({
      question: { ...question, type, risk },
      policy: { ...policy, fourEyes, people },
      expiresAt: NOON + timeoutMs,
    }),
  );

type Change = {
  readonly before: Consultation;
  readonly after: Consultation;
  readonly facts: readonly ConsultationFact[];
};

function tryTo(state: Consultation, command: ConsultationCommand, at: Instant): readonly ConsultationFact[] {
  try {
    return decideConsultation(state, command, at);
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}

const applyAll = (state: Consultation, facts: readonly ConsultationFact[], at: Instant): Consultation =>
  facts.reduce((before, fact) => applyToConsultation(before, fact, at), state);

/** Any commands at any moments after an opening; what is no refusal is thrown. */
const always = (name: string, holds: (changes: readonly Change[]) => void) =>
  test(name, () => {
    const anyMoves = fc.array(fc.tuple(anyCommand, fc.nat(40_000)), { maxLength: 20, size: "max" });
    fc.assert(
      fc.property(anyOpening, anyMoves, (opening, moves) => {
        const changes: Change[] = [];
        let at = NOON;
        let state = noConsultation("c1", "T01LOCAL");
        for (const [command, afterMs] of [[opening, 0] as const, ...moves]) {
          at += afterMs;
          const facts = tryTo(state, command, at);
          const after = applyAll(state, facts, at);
          changes.push({ before: state, after, facts });
          state = after;
        }
        holds(changes);
      }),
      { numRuns: 500 },
    );
  });

const ENDS = ["consultation.settled", "consultation.expired", "consultation.withdrawn"];

always(
  "a question is settled, expired or withdrawn at most once, and then nothing happens to it",
  (changes) => {
    const facts = changes.flatMap((change) => change.facts);
    const end = facts.findIndex(({ type }) => ENDS.includes(type));
    expect([-1, facts.length - 1]).toContain(end);
  },
);

always("it is opened once, and asked once more at most once", (changes) => {
  const types = changes.flatMap((change) => change.facts.map(({ type }) => type));
  expect(types.filter((type) => type === "consultation.opened")).toHaveLength(1);
  expect(types.filter((type) => type === "consultation.reminded").length).toBeLessThan(2);
});

always(
  "no requester approves under four eyes, unless alone, at no high risk, and recorded as such",
  (changes) => {
    const {
      answer,
      requester,
      question: asked,
      policy: under,
    } = changes.at(-1)?.after ?? noConsultation("", "");
    if (answer?.by !== requester || answer.decision !== "approve" || asked?.type !== "approval") return;
    expect(under?.fourEyes).not.toBe("always");
    expect(answer.alone).toBe(under?.fourEyes === "when_possible");
    if (answer.alone) expect(asked.risk).not.toBe("high");
  },
);

always("the clock comes once for what is due, and then later or never", (changes) => {
  for (const { after } of changes) {
    const due = consultationDueAt(after);
    if (due === null) continue;
    expect(Number.isInteger(due)).toBe(true);
    expect(decideConsultation(after, { type: "keep time" }, due - 1)).toEqual([]);
    const facts = decideConsultation(after, { type: "keep time" }, due);
    expect(facts).toHaveLength(1);
    expect(consultationDueAt(applyAll(after, facts, due)) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(due);
  }
});
