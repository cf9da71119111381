import { blockedCard } from "#bot/slack/blocks/blocked-card.ts";
import type { Card } from "#bot/slack/blocks/card.ts";
import { goalCard } from "#bot/slack/blocks/goal-card.ts";
import { planCard } from "#bot/slack/blocks/plan-card.ts";
import { planTroubleCard } from "#bot/slack/blocks/plan-trouble.ts";
import { proposedPlanCard } from "#bot/slack/blocks/proposed-plan.ts";
import { questionCard } from "#bot/slack/blocks/question-card.ts";
import { reminderCard } from "#bot/slack/blocks/reminder.ts";
import { resultCard } from "#bot/slack/blocks/result-card.ts";
import { welcomeCard } from "#bot/slack/blocks/welcome-card.ts";
import {
  aBrief,
  aConsultation,
  aDoneRelease,
  anAnswer,
  anOutput,
  aQuestion,
  aRelease,
  aRun,
  aStep,
  CONTEXT,
  MINUTE,
  NOON,
} from "./card-states.ts";

const inThread = { ...CONTEXT, audience: "thread", requesterAlone: false } as const;
const linked = { ...CONTEXT, threadLink: "https://example.com/thread" };
const openQuestion = aConsultation();
const settled = aConsultation({ state: "settled", answer: anAnswer(), endedAt: NOON + 32 * MINUTE });

const failing = aStep("test", {
  title: "Run the tests",
  status: "blocked",
  tries: 4,
  startedAt: NOON,
  endedAt: NOON + MINUTE,
  reason: "billing/health.test.ts:41 expected 200, got 503 (database not reachable in the sandbox)",
  log: "> npm test\nok 1\nnot ok 2 health\nError: connect ECONNREFUSED 127.0.0.1:5432\n  at line 41\n",
});

const rehearsed = aRun({
  status: "succeeded",
  brief: aBrief({ rehearsed: true, title: "Add a health check to billing" }),
  endedAt: NOON + 12_000,
  steps: [
    aStep("draft", {
      title: "Draft the change",
      agent: { kind: "rehearsal", role: "coder", lastsMs: 3000 },
      status: "succeeded",
      startedAt: NOON,
      endedAt: NOON + 3_000,
      output: anOutput({ summary: "Rehearsed: nothing was changed" }),
    }),
  ],
});

const answered = aRun({
  status: "succeeded",
  brief: aBrief({ title: "Why do invoices round up?", workflow: null, projectName: null, projectId: null }),
  endedAt: NOON + 48_000,
  steps: [
    aStep("analyse", {
      title: "Gather the facts and answer",
      agent: { kind: "model", role: "analyst" },
      status: "succeeded",
      startedAt: NOON,
      endedAt: NOON + 48_000,
      output: anOutput({
        summary: "Half-cents are rounded up on each line.",
        text: "Half-cents are rounded up on each line, and the lines are summed afterwards.\n\nThat adds up to 2 cents on a long invoice.\nThe rule is in tax.ts, line 12.\nChange the order to mend it.",
        notApplied: true,
        model: "anthropic:claude-opus-5-5",
      }),
    }),
  ],
});

/** Ten cards that people see most, to be looked at and tested. */
export const TYPICAL_CARDS: Readonly<Record<string, Card>> = {
  "goal at work": goalCard({ run: aRelease(), questions: [openQuestion] }, linked),
  "goal done": goalCard({ run: aDoneRelease(), questions: [] }, linked),
  plan: planCard({ run: aRelease(), questions: [openQuestion] }, CONTEXT),
  question: questionCard({ consultation: openQuestion, run: aRelease() }, inThread),
  "question of high risk, nobody named": questionCard(
    {
      consultation: aConsultation({
        question: aQuestion({ risk: "high" }),
        policy: { people: [], channel: "C01GENERAL", fourEyes: "when_possible" },
      }),
      run: aRelease(),
    },
    inThread,
  ),
  "question settled": questionCard({ consultation: settled, run: aDoneRelease() }, inThread),
  reminder: reminderCard(
    { consultation: openQuestion, run: aRelease() },
    { ...inThread, questionLink: "https://example.com/q" },
  ),
  stuck: blockedCard({ run: aRun({ steps: [failing] }), step: failing }, CONTEXT),
  "plan trouble": planTroubleCard(
    aRun({
      status: "planning",
      planTrouble:
        'Step "deploy" names the command "ship", which the project does not list.\nStep "a" waits for itself.',
    }),
    CONTEXT,
  ),
  "proposed plan": proposedPlanCard(aRelease({ status: "proposed" }), CONTEXT),
  "result of a release": resultCard(aDoneRelease(), {
    ...CONTEXT,
    proof: "git -C /srv/demo/billing show v0.2.0",
  }),
  "result of a rehearsal": resultCard(rehearsed, CONTEXT),
  "result in words": resultCard(answered, CONTEXT),
  welcome: welcomeCard({ startedBy: null }, CONTEXT),
};
