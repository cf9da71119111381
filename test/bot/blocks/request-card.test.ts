import { describe, expect, test } from "vitest";
import { noteForm } from "#bot/slack/blocks/forms.ts";
import { handedOnCard } from "#bot/slack/blocks/handed-on.ts";
import { notAnAnswer } from "#bot/slack/blocks/not-an-answer.ts";
import { lateClick } from "#bot/slack/blocks/private.ts";
import { questionCard } from "#bot/slack/blocks/question-card.ts";
import { reminderCard } from "#bot/slack/blocks/reminder.ts";
import type { Consultation, Policy } from "#engine/consultation/consultation.ts";
import { anAnswer, aQuestion, aRequest, CONTEXT, MINUTE, NOON } from "#test/support/card-states.ts";
import { acceptable, actionIds, asRead, seen, seenBeforeButtons } from "#test/support/read-card.ts";

const inChannel = { ...CONTEXT, audience: "channel", requesterAlone: false } as const;
const direct = { ...inChannel, audience: "direct" } as const;
const alone = { ...inChannel, requesterAlone: true } as const;
const card = (consultation: Consultation, context: Parameters<typeof questionCard>[1] = inChannel) =>
  acceptable(questionCard({ consultation, run: null }, context));
const shown = (...asked: Parameters<typeof card>): string => seen(card(...asked).blocks);
const ended = (more: Partial<Consultation>) => aRequest({ endedAt: NOON + 32 * MINUTE, ...more });
const byBob: Policy = { people: ["U02BOB"], channel: "", fourEyes: "when_possible" };

/** As the API makes it of `context` (bot/outside/requests/request-question.ts). */
const DEPLOY = aQuestion({
  ...{ what: "Deploy payment-service v2.4?", effect: undefined, risk: "high" },
  why: "Adds retries to the payment client.",
  evidence: [
    { kind: "text", label: "Risk", text: "level: high\nwhy: money" },
    { kind: "line", label: "Affects", text: "affects: payments, user-auth" },
    { kind: "diff", label: "Diff", text: "--- a/x\n+++ b/x\n-old\n+new" },
    { kind: "line", label: "Tests", text: "tests: 214 passed" },
  ],
});

describe("a request that is open", () => {
  test("says what is wanted, what is known, what can be done, who can, and which agent asks", () => {
    expect(shown(aRequest({ question: DEPLOY }))).toBe(
      [
        "✋ Deploy payment-service v2.4?",
        "high risk · until 2026-11-24 14:00 UTC",
        "Adds retries to the payment client.",
        "affects: payments, user-auth · tests: 214 passed",
        "▸ Risk (2 lines) · Diff (+1 −1 in 1 file) · Facts",
        "[Approve] [Request changes…] [Reject…] […]",
        "(Anybody in <#C01GENERAL> can answer · asked by code-review · agent · workflow release-42)",
      ].join("\n"),
    );
  });

  test("loses no paragraph of its reasons, however short they are", () => {
    const why = "Now or never.\n\nIt can't be undone.";
    const { blocks } = card(aRequest({ question: aQuestion({ ...DEPLOY, why }) }));
    expect(JSON.stringify(blocks)).toContain("It can't be undone.");
  });

  test("shows facts as a whole or not at all; those that do not fit are in the fold, said once", () => {
    const why = "Adds retries to the payment client, since two of a hundred charges failed last week.";
    const asked = card(
      aRequest({ question: { ...DEPLOY, what: `${DEPLOY.what} In production, now?`, why } }),
    );
    expect(seen(asked.blocks)).toContain("\naffects: payments, user-auth\n");
    expect(JSON.stringify(asked.blocks)).toContain("affects: payments, user-auth\\ntests: 214 passed");
  });

  test("stays within six lines of a phone", () => {
    const rows = seenBeforeButtons(card(aRequest({ question: DEPLOY })).blocks).map((line) =>
      line.startsWith("▸") ? 1 : Math.ceil(line.replace(/\d{4}-.* UTC/, "Tue 14:00").length / 40),
    );
    expect(rows.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(6);
  });

  test("puts the whole ask on the lock screen", () => {
    expect(asRead(card(aRequest({ question: DEPLOY })).text)).toBe(
      "Deploy payment-service v2.4? Asked by code-review · agent, high risk, affects: payments, user-auth · tests: 214 passed, until 2026-11-24 14:00 UTC",
    );
  });

  test("of high risk asks once more, with what it affects and who asks", () => {
    expect(JSON.stringify(card(aRequest({ question: DEPLOY })).blocks)).toContain(
      "Deploy payment-service v2.4? Affects: payments, user-auth. Asked by code-review · agent. Approving starts it now.",
    );
  });

  test("calls no risk low that nobody has looked at", () => {
    const question = aQuestion({ risk: "low", evidence: [], why: "" });
    expect(shown(aRequest({ question }))).toContain("?\nuntil 2026-11-24 14:00 UTC\n");
  });

  test("names whoever stands behind the agent, and calls them where nobody else is called", () => {
    expect(shown(aRequest({ requester: "U01ALICE" }))).toContain(
      "(Anybody in <#C01GENERAL> but Alice can answer · asked by code-review · agent, for @Alice · workflow",
    );
    expect(shown(aRequest({ requester: "U01ALICE", policy: byBob }))).toContain(
      "(Bob can answer · asked by code-review · agent, for Alice · workflow",
    );
  });

  test("names every channel", () => {
    const policy = { ...byBob, people: [], channel: "C01GENERAL", otherChannels: ["C02DEPLOYS", "C03OPS"] };
    expect(shown(aRequest({ policy }))).toContain(
      "(Anybody in <#C01GENERAL>, <#C02DEPLOYS> or <#C03OPS> can answer ·",
    );
  });

  test("calls named people in a channel, and nobody in a direct message", () => {
    expect(shown(aRequest({ policy: byBob }))).toMatch(/^✋ @Bob, Tag billing/);
    expect(shown(aRequest({ policy: byBob }), direct)).toMatch(/^✋ Tag billing/);
    expect(shown(aRequest({ policy: byBob }), direct)).not.toContain("@");
  });

  test("says no workflow that the agent did not name", () => {
    const made = { workflowId: "wf-f44f9db5-b270-83ce-86cf-ce8fa688dccc" };
    expect(shown(aRequest({}, made))).not.toContain("workflow");
    expect(shown(aRequest({}, { workflowId: "wf-42" }))).toContain("workflow wf-42");
  });

  test("offers “Not mine” only where somebody could take it", () => {
    const choices = (one: Consultation) =>
      JSON.stringify(card(one).blocks).match(/Approve with a note…|Not mine…/g);
    expect(choices(aRequest())).toEqual(["Approve with a note…"]);
    expect(choices(aRequest({ requester: "U01ALICE" }))).toEqual(["Approve with a note…", "Not mine…"]);
    expect(choices(aRequest({ policy: byBob }))).toEqual(["Approve with a note…", "Not mine…"]);
  });

  test("that nobody but the agent's owner could answer says so", () => {
    const one = aRequest({ requester: "U01ALICE", question: aQuestion({ risk: "low" }) });
    expect(shown(one, alone)).toContain("Nobody but Alice, whose agent asked, may answer this.");
    expect(JSON.stringify(card(one, alone).blocks)).toContain("Approve for your own agent, alone?");
    const settled = ended({ ...one, state: "settled", answer: anAnswer({ by: "U01ALICE", alone: true }) });
    expect(shown(settled)).toMatch(/^✓ Approved alone by Alice, whose agent asked, 14:32 UTC/);
    const grave = aRequest({ requester: "U01ALICE", question: DEPLOY });
    expect(shown(grave, alone)).toContain("[Name a reviewer…]");
  });

  test("for one of several variants, or for words", () => {
    const options = [
      { key: "pg", label: "Postgres" },
      { key: "my", label: "MySQL" },
    ];
    const rows = (type: "decision" | "clarification") =>
      shown(aRequest({ question: aQuestion({ type, options, evidence: [] }) }));
    expect(rows("decision")).toContain("[Postgres] [MySQL]");
    expect(rows("clarification")).toContain("[Answer…] [Postgres] [MySQL]");
  });
});

describe("a request that has ended", () => {
  test.each([
    [{ state: "settled", answer: anAnswer() }, "✓ Approved by Bob 14:32 UTC"],
    [{ state: "settled", answer: anAnswer({ byToken: true }) }, "✓ Approved by Bob 14:32 UTC over the API"],
    [{ state: "expired" }, "⏱ Nobody answered in 3 d: expired. That is no rejection."],
    [
      { state: "withdrawn", reason: "code-review took it back." },
      "– Withdrawn 14:32 UTC: code-review took it back.",
    ],
  ] as const)("%j is one line on every copy, without buttons", (more, line) => {
    for (const context of [inChannel, direct]) {
      const [first, second] = shown(ended(more), context).split("\n");
      expect(first).toBe(line);
      expect(second).toBe("(Tag billing v0.2.0? · asked by code-review · agent · workflow release-42)");
      expect(actionIds(card(ended(more), context).blocks)).toEqual([]);
    }
  });

  test("keeps a long answer whole, and shows where attachments lead", () => {
    const note = `${"words ".repeat(200)}END`;
    const attachments = Array.from({ length: 7 }, (_, i) => ({
      name: `file ${i}`,
      url: `https://example.com/${i}`,
    }));
    const answer = anAnswer({ decision: "text", note, attachments });
    const one = card(ended({ state: "settled", answer }));
    expect(seen(one.blocks)).toContain("▸ The whole answer · ");
    expect(JSON.stringify(one.blocks)).toContain("END");
    expect(seen(one.blocks)).toContain("\n+ file 0: https://example.com/0\n");
    expect(seen(one.blocks)).toContain("\n+ 2 more\n");
  });

  test("says who decided to whoever comes late", () => {
    const late = lateClick(ended({ state: "settled", answer: anAnswer({ byToken: true }) }), CONTEXT);
    expect(seen(late.blocks)).toBe("✓ Approved by Bob 14:32 UTC over the API. Your click changed nothing.");
  });
});

describe("what goes with it", () => {
  test("the reminder is found anywhere, and calls whom it can", () => {
    const remind = (one: Consultation, context: Parameters<typeof reminderCard>[1]) =>
      seen(acceptable(reminderCard({ consultation: one, run: null }, context)).blocks);
    const linked = { ...inChannel, questionLink: "https://example.com/q" };
    expect(remind(aRequest(), linked)).toMatch(/^✋ Nobody has answered: Tag billing v0\.2\.0\?\nStill open/);
    expect(remind(aRequest(), linked)).toContain("[Open the question]");
    expect(remind(aRequest({ requester: "U01ALICE" }), linked)).toMatch(/^✋ @Alice, nobody has answered: /);
    expect(remind(aRequest({ policy: byBob }), direct)).toMatch(/^✋ Tag billing/);
    expect(remind(aRequest(), inChannel)).toContain("The question stands above.");
  });

  test("the form says where the note goes", () => {
    const hint = (decision: "approve" | "reject" | "request_changes") =>
      JSON.stringify(noteForm(aRequest(), { decision, alone: false }, CONTEXT.people).blocks);
    expect(hint("approve")).toContain("a note is not a condition");
    expect(hint("reject")).toContain("The agent that asked is told, with your note.");
    expect(hint("request_changes")).toContain("It goes to the agent that asked, which may ask again.");
    expect(hint("reject")).not.toContain("goal");
  });

  test("who handed it on, and to whom", () => {
    const naming = { people: ["U03CAROL", "U04DAVE"], by: "person:U02BOB", at: NOON + 5 * MINUTE };
    const handed = acceptable(handedOnCard({ consultation: aRequest(), run: null }, naming, CONTEXT));
    expect(seen(handed.blocks)).toBe(
      "– Handed on by Bob 14:05 UTC: Carol or Dave can answer\n(Tag billing v0.2.0? · asked by code-review · agent)",
    );
  });

  test("words below it are told how to answer, with the same buttons under other ids", () => {
    const told = acceptable(
      notAnAnswer({ consultation: aRequest(), run: null, requesterAlone: false }, CONTEXT),
    );
    expect(seen(told.blocks)).toMatch(
      /^What is written here is no answer, and the agent that asked does not see it\./,
    );
    expect(actionIds(told.blocks)).toContain("question.approve:again");
    const over = ended({ state: "settled", answer: anAnswer() });
    const late = acceptable(notAnAnswer({ consultation: over, run: null, requesterAlone: false }, CONTEXT));
    expect(seen(late.blocks)).toBe("✓ Approved by Bob 14:32 UTC. What is written here reaches nobody.");
  });
});
