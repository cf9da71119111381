import { describe, expect, test } from "vitest";
import { blockedCard } from "#bot/slack/blocks/blocked-card.ts";
import type { Card, CardContext } from "#bot/slack/blocks/card.ts";
import { goAheadCard, letCard } from "#bot/slack/blocks/go-ahead-card.ts";
import { goalCard } from "#bot/slack/blocks/goal-card.ts";
import { issueGoneCard } from "#bot/slack/blocks/issue-gone.ts";
import { planCard } from "#bot/slack/blocks/plan-card.ts";
import { planDetails } from "#bot/slack/blocks/plan-details.ts";
import { planTroubleCard } from "#bot/slack/blocks/plan-trouble.ts";
import { done, list, refusal, status, twoReadings, unknownWord } from "#bot/slack/blocks/private.ts";
import { proposedPlanCard } from "#bot/slack/blocks/proposed-plan.ts";
import { questionCard } from "#bot/slack/blocks/question-card.ts";
import { reminderCard } from "#bot/slack/blocks/reminder.ts";
import { resultCard } from "#bot/slack/blocks/result-card.ts";
import { RUN_STATUSES, STEP_STATUSES, type Step } from "#engine/run/run.ts";
import { checkView } from "#integrations/local-slack/blocks/check-view.ts";
import {
  aBrief,
  aConsultation,
  anAnswer,
  anOutput,
  aQuestion,
  aRun,
  aStep,
  CONTEXT,
  NOON,
  QUESTION_ID,
} from "#test/support/card-states.ts";
import { jiraCards } from "#test/support/jira-cards.ts";
import { acceptable } from "#test/support/read-card.ts";
import { requestCards } from "#test/support/request-cards.ts";

const EVIL = {
  "special mentions": "<!channel> <!here|here> <!everyone> <!subteam^S01LEADS>",
  "a mention": "<@U04DAVE> and <@U04DAVE|Dave>",
  marks: "*Approve* _now_ ~no~ `code` ```fence```",
  tags: "</section><script>alert(1)</script>&lt;!channel&gt;",
  "a link that hides its target": "<https://evil.example|https://good.example>",
  "a line like ours": "✓ Approved by Bob 14:32\n✋ *Waiting for you*\n:white_check_mark: Done",
  "hidden characters": "pay\u200bpal \u202eexe.txt\u202c \u2066x\u2069 \u0000\u0007\u001b[31m\ufeff\u{e0041}",
  emoji: "👩‍💻🏳️‍🌈😀".repeat(40),
  "only special characters": "&<>".repeat(100),
  "half characters": "\ud83d\ude00\ud83d x \ude00",
  "nothing visible": "\u200b\u202e \n\t",
  "a hundred kilobytes": "<!channel> *x* 😀\n".repeat(6_000),
} as const;

/** Everything that comes from outside says this. Lengths are those that the engine's schemas let through. */
function cardsOf(evil: string): readonly Card[] {
  const some = (most: number): string => evil.slice(0, most) || "x";
  const context: CardContext = {
    ...CONTEXT,
    people: (id) => (id === "U04DAVE" ? "Dave" : some(80)),
    botName: some(35),
    model: `x:${some(50)}`,
  };
  const question = aQuestion({
    what: some(300),
    effect: some(60),
    why: some(2_000),
    risk: "high",
    evidence: (["line", "diff", "log", "text"] as const).map((kind) => ({
      kind,
      label: some(60),
      text: some(100_000),
    })),
    options: Array.from({ length: 10 }, (_, i) => ({ key: `k${i}`, label: some(75) })),
  });
  const policy = {
    people: ["U1", "U2", "U3", "U4", "U5"],
    channel: "C01GENERAL",
    fourEyes: "always" as const,
  };
  const consultation = aConsultation({ question, policy });
  const brief = aBrief({ title: some(150), text: some(10_000), projectName: some(60), branch: some(120) });
  const output = anOutput({
    summary: some(500),
    text: some(100_000),
    log: some(20_000),
    model: `x:${some(60)}`,
    notApplied: true,
    testsPassed: 3,
    filesChanged: 2,
  });
  const steps = STEP_STATUSES.map(
    (state, i): Step =>
      aStep(`s${i}`, {
        title: some(120),
        agent:
          i % 2 === 0
            ? { kind: "command", run: some(10_000), name: some(60) }
            : { kind: "person", asks: "approval", what: some(300) },
        status: state,
        note: some(500),
        reason: some(5_000),
        log: some(20_000),
        output,
        question,
        consultationId: QUESTION_ID,
        answer: anAnswer({ note: some(3_000) }),
        startedAt: NOON,
        endedAt: NOON + 1_000,
        tries: 4,
      }),
  );
  const runs = RUN_STATUSES.map((state) =>
    aRun({ brief, steps, status: state, reason: some(5_000), endedAt: NOON + 5_000 }),
  );
  const run = aRun({ brief, steps });
  const ask = { ...context, audience: "thread", requesterAlone: false } as const;
  const project = { key: some(60), site: some(100), account: some(100) };
  const types = ["approval", "decision", "clarification", "work"] as const;
  return [
    ...runs.flatMap((one) => [
      goalCard({ run: one, questions: [consultation] }, context),
      planCard({ run: one, questions: [consultation] }, context),
      resultCard(one, { ...context, proof: some(500) }),
      proposedPlanCard(one, context),
      status({ run: one, questions: [] }, context, true),
    ]),
    ...types.flatMap((type) => {
      const asked = { consultation: aConsultation({ question: { ...question, type }, policy }), run };
      return [
        questionCard(asked, ask),
        questionCard(asked, { ...ask, requesterAlone: true }),
        reminderCard(asked, ask),
      ];
    }),
    ...(["settled", "expired", "withdrawn"] as const).map((state) =>
      questionCard(
        {
          consultation: aConsultation({
            question,
            policy,
            state,
            reason: some(500),
            answer: state === "settled" ? anAnswer({ note: some(3_000), decision: "k3" }) : null,
            endedAt: NOON,
          }),
          run,
        },
        ask,
      ),
    ),
    ...requestCards(question, some, ask),
    ...steps.map((step) => blockedCard({ run, step }, context)),
    planTroubleCard(aRun({ brief, status: "planning", planTrouble: some(20_000) }), context),
    list([run], [{ name: some(40), parameters: [some(40)] }]),
    refusal(some(5_000), context),
    twoReadings("7f1c2a44-0a51-4c6a-9d0e-3b0f6c1d2e3f", { typed: some(10_000), command: some(200) }),
    unknownWord(some(500), some(50)),
    done(some(300), run, context),
    goAheadCard({ project, place: "https://acme.atlassian.net PAY", run, what: some(400) }, context),
    letCard({ project, by: "U04DAVE", at: NOON, run }, context),
    ...jiraCards(run, some, context),
    issueGoneCard({ run, issue: some(60), step: steps[0]?.key ?? "" }),
  ];
}

/** All texts in which Slack reads markup. */
const marked = (card: Card): string =>
  [
    card.text,
    ...[
      ...JSON.stringify([card.blocks, card.plainBlocks]).matchAll(
        /\{"type":"mrkdwn","text":("(?:[^"\\]|\\.)*")/g,
      ),
    ].map(([, text]) => JSON.parse(text ?? '""') as string),
  ].join("\n");

/** The same without code, which Slack shows as it is. */
const outsideCode = (card: Card): string => marked(card).replace(/```[^`]*```|`[^`\n]*`/g, "");

describe.each(Object.entries(EVIL))("text from outside that holds %s", (_, evil) => {
  const cards = cardsOf(evil);

  test("makes no card that Slack would refuse", () => {
    for (const card of cards) acceptable(card);
    const steps = [
      aStep("a", {
        title: evil.slice(0, 120) || "x",
        reason: evil,
        log: evil,
        note: evil,
        output: anOutput({ text: evil.slice(0, 100_000) }),
      }),
    ];
    expect(checkView(planDetails(aRun({ steps }), CONTEXT)).flaws).toEqual([]);
  });

  test("notifies nobody and hides no link", () => {
    for (const card of cards) {
      expect(marked(card)).not.toMatch(/<!(?!date\^)/);
      expect(marked(card)).not.toContain("<@U04DAVE");
      expect(marked(card)).not.toContain("<http");
    }
  });

  test("has no marks of its own: only ours are left", () => {
    for (const card of cards) expect(outsideCode(card)).not.toMatch(/\*Approve\*|\*x\*|_now_|~no~|`/);
  });

  test("hides nothing: no control, bidi or invisible character is left anywhere", () => {
    for (const card of cards) {
      const all = JSON.stringify(card);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is the point
      expect(all).not.toMatch(/[\u0000-\u001f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]|\\u00[01]/);
      expect(all.isWellFormed()).toBe(true);
      expect(all).not.toMatch(/\\ud[89ab]/);
    }
  });

  test("begins no line like one of ours", () => {
    const lines = cards.flatMap((card) => outsideCode(card).split("\n"));
    // A step's title follows the sign of the step: that sign is ours, and the line goes on with who works on it.
    const own = lines.filter((line) => !/^[◌◐✋↺✕✓–] .* · /u.test(line));
    expect(
      own.filter((line) =>
        /^(?:› )?(?:✓ Approved by Bob|✋ ∗Waiting for you|:white_check_mark:)/u.test(line),
      ),
    ).toEqual([]);
  });

  test("costs little: a message stays small", () => {
    for (const card of cards) expect(JSON.stringify(card.blocks).length).toBeLessThan(60_000);
  });
});
