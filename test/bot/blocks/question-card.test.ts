import { describe, expect, test } from "vitest";
import { questionCard } from "#bot/slack/blocks/question-card.ts";
import { reminderCard } from "#bot/slack/blocks/reminder.ts";
import type { Consultation, Policy } from "#engine/consultation/consultation.ts";
import { aBrief, aConsultation, aQuestion, aRelease, CONTEXT } from "#test/support/card-states.ts";
import { acceptable, actionIds, asRead, seen, seenBeforeButtons } from "#test/support/read-card.ts";

const inThread = { ...CONTEXT, audience: "thread", requesterAlone: false } as const;
const alone = { ...inThread, requesterAlone: true } as const;
const card = (consultation: Consultation, context: Parameters<typeof questionCard>[1] = inThread) =>
  acceptable(questionCard({ consultation, run: aRelease() }, context));
const rowOf = (consultation: Consultation, context: Parameters<typeof questionCard>[1] = inThread): string =>
  seen(card(consultation, context).blocks.filter(({ type }) => type === "actions"));
const inAnybodysHands: Policy = { people: [], channel: "C01GENERAL", fourEyes: "when_possible" };

describe("an open question", () => {
  test("says what is wanted, why, the risk and the evidence, then what can be done", () => {
    expect(seen(card(aConsultation()).blocks)).toBe(
      [
        "✋ @Bob or @Carol, Tag billing v0.2.0?",
        "medium risk · until 2026-11-24 14:00 UTC",
        "The tests pass and the changelog is…",
        "12 tests passed · +9 −1 in 2 files · Commit a3f1c2d4e5",
        "▸ Diff (+2 −1 in 1 file) · Why · Facts",
        "[Approve: tag v0.2.0] [Request changes…] [Reject…] […]",
        "(Bob or Carol can answer · asked by Alice · g14 Release billing 0.2.0)",
      ].join("\n"),
    );
  });

  test("puts the whole ask on the lock screen", () => {
    expect(asRead(card(aConsultation()).text)).toBe(
      "Tag billing v0.2.0? Asked by Alice, 12 tests passed · +9 −1 in 2 files · Commit a3f1c2d4e5, until 2026-11-24 14:00 UTC",
    );
  });

  test.each([
    ["short", {}],
    ["wordy", { what: "w ".repeat(149), why: "because ".repeat(200) }],
    ["of one long word", { what: "w".repeat(300), why: "b".repeat(2_000) }],
    [
      "with much evidence",
      {
        evidence: Array.from({ length: 10 }, () => ({
          kind: "line" as const,
          label: "l",
          text: "t".repeat(500),
        })),
      },
    ],
  ])("takes at most six lines of 40 characters before the buttons: %s", (_, more) => {
    const lines = seenBeforeButtons(card(aConsultation({ question: aQuestion(more) })).blocks);
    const rows = lines.map((line) =>
      line.startsWith("▸") ? 1 : Math.ceil(line.replace(/\d{4}-.* UTC/, "Tue 14:00").length / 40),
    );
    expect(
      rows.reduce((sum, count) => sum + count, 0),
      lines.join("\n"),
    ).toBeLessThanOrEqual(6);
  });

  test("keeps what it had to cut in the fold", () => {
    const what = `Add ${"a very long story ".repeat(15)}END?`;
    const json = JSON.stringify(card(aConsultation({ question: aQuestion({ what }) })).blocks);
    expect(json).toContain("The whole question");
    expect(json).toContain("END?");
  });

  test("shows the exact commit in full, in the fold", () => {
    expect(JSON.stringify(card(aConsultation()).blocks)).toContain(
      "Commit: a3f1c2d4e5a3f1c2d4e5a3f1c2d4e5a3f1c2d4e5",
    );
  });

  test("shows the diff as it is also to a Slack that cannot fold", () => {
    const { plainBlocks = [] } = card(aConsultation());
    expect(seen(plainBlocks)).toContain("```\n--- a/x\n+++ b/x\n-old\n+new\n+newer\n```");
    expect(actionIds(plainBlocks)).toEqual(actionIds(card(aConsultation()).blocks));
  });

  test("of high risk asks once more, with effect and target", () => {
    const json = JSON.stringify(card(aConsultation({ question: aQuestion({ risk: "high" }) })).blocks);
    expect(json).toContain('"text":"tag v0.2.0: high risk"');
    expect(json).toContain(
      "On billing, branch countersign/g14-release-billing-7f3a. Approving starts it now.",
    );
    expect(JSON.stringify(card(aConsultation()).blocks)).not.toContain('"confirm"');
  });

  test("names nobody: whoever asked is told, and anybody else may answer", () => {
    const shown = seen(card(aConsultation({ policy: inAnybodysHands })).blocks);
    expect(shown).toMatch(/^✋ Tag billing/);
    expect(shown).toContain("(Anybody in <#C01GENERAL> but Alice can answer · asked by @Alice ·");
  });

  test("does not call the requester among reviewers whose answer counts", () => {
    const policy: Policy = { ...inAnybodysHands, people: ["U01ALICE", "U02BOB"] };
    const shown = seen(card(aConsultation({ policy })).blocks);
    expect(shown).toMatch(/^✋ @Bob, /);
    expect(shown).toContain("(Bob can answer");
  });

  test("as a direct message mentions nobody and leads to the thread", () => {
    const context = { ...inThread, audience: "direct", threadLink: "https://example.com/t" } as const;
    const shown = seen(card(aConsultation(), context).blocks);
    expect(shown).toMatch(/^✋ Tag billing v0.2.0\?/);
    expect(shown).toMatch(/\[Open thread\]$/);
    expect(shown).not.toContain("@");
  });

  test("that is rehearsed says so and decides nothing", () => {
    const run = aRelease({ brief: aBrief({ rehearsed: true }) });
    const consultation = aConsultation({ question: aQuestion({ rehearsed: true, risk: "high" }) });
    const shown = acceptable(questionCard({ consultation, run }, alone));
    expect(shown.text).toMatch(/^Rehearsal · /);
    expect(seen(shown.blocks)).toContain("Rehearsal · ");
    expect(seen(shown.blocks)).toContain("[Approve (decides nothing)] [Request changes…] [Reject…] […]");
    expect(JSON.stringify(shown.blocks)).not.toContain('"confirm"');
  });
});

describe("what can be answered", () => {
  test("alone: confirmed, and called so beforehand", () => {
    const shown = card(aConsultation({ policy: inAnybodysHands }), alone);
    expect(seen(shown.blocks)).toContain("Nobody but Alice, who asked, may answer this.");
    expect(rowOf(aConsultation({ policy: inAnybodysHands }), alone)).toBe(
      "[Approve alone…] [Request changes…] [Reject…] […]",
    );
    expect(JSON.stringify(shown.blocks)).toContain("recorded as approved alone by you");
    expect(JSON.stringify(shown.blocks)).not.toContain('question.approve"');
    expect(seen(shown.blocks)).not.toContain("can answer ·");
  });

  test.each([
    ["high risk", { question: aQuestion({ risk: "high" }), policy: inAnybodysHands }],
    ["four eyes always", { policy: { ...inAnybodysHands, fourEyes: "always" as const } }],
  ])("alone with %s: only somebody else can be named", (_, more) => {
    expect(rowOf(aConsultation(more), alone)).toBe("[Name a reviewer…] [Cancel the goal]");
  });

  test("alone where four eyes are never asked for: approved like by anybody", () => {
    const policy = { ...inAnybodysHands, fourEyes: "never" as const };
    expect(rowOf(aConsultation({ policy }), alone)).toMatch(/^\[Approve: tag v0.2.0\]/);
  });

  test("a decision offers its options, each with an id of its own", () => {
    const options = [
      { key: "allow-more", label: "Allow 100 more calls" },
      { key: "stop", label: "Stop here" },
    ];
    const consultation = aConsultation({ question: aQuestion({ type: "decision", options }) });
    expect(rowOf(consultation)).toBe("[Allow 100 more calls] [Stop here]");
    expect(actionIds(card(consultation).blocks)).toEqual(["question.choose:0", "question.choose:1"]);
  });

  test.each([
    ["decision", "[Answer…]"],
    ["clarification", "[Answer…]"],
    ["work", "[Done] […]"],
  ] as const)("a %s without options: %s", (type, row) => {
    expect(rowOf(aConsultation({ question: aQuestion({ type, options: [] }) }))).toBe(row);
  });

  test("nobody can press what is not open any more", () => {
    for (const state of ["settled", "expired", "withdrawn"] as const)
      expect(actionIds(card(aConsultation({ state })).blocks), state).toEqual([]);
  });
});

describe("the reminder", () => {
  test("mentions again, leads to the question and has no answers of its own", () => {
    const context = { ...inThread, questionLink: "https://example.com/q" };
    const shown = acceptable(reminderCard({ consultation: aConsultation(), run: aRelease() }, context));
    expect(seen(shown.blocks)).toMatch(/^✋ @Bob or @Carol, Tag billing v0.2.0\?\nStill open, until/);
    expect(actionIds(shown.blocks)).toEqual(["link.open"]);
  });

  test("calls whoever asked where nobody is named", () => {
    const consultation = aConsultation({ policy: inAnybodysHands });
    const shown = acceptable(reminderCard({ consultation, run: aRelease() }, inThread));
    expect(seen(shown.blocks)).toMatch(/^✋ @Alice, nobody has answered: Tag/);
    expect(seen(shown.blocks)).toContain("stands above in this thread");
  });

  test("becomes the line of what came of it", () => {
    const shown = acceptable(
      reminderCard({ consultation: aConsultation({ state: "withdrawn" }), run: null }, inThread),
    );
    expect(seen(shown.blocks)).toMatch(/^– Withdrawn/);
    expect(actionIds(shown.blocks)).toEqual([]);
  });
});
