import type { CardContext } from "#bot/slack/blocks/card.ts";
import type { StepOutput } from "#engine/agent/agent.ts";
import { type Consultation, noConsultation } from "#engine/consultation/consultation.ts";
import type { Outside } from "#engine/consultation/outside.ts";
import { Answer, Question } from "#engine/consultation/question.ts";
import { AgentSpec, PlannedStep } from "#engine/run/plan.ts";
import { Brief, freshStep, noRun, type Run, type Step } from "#engine/run/run.ts";

/** 21 November 2026, 14:00 UTC. */
export const NOON = Date.UTC(2026, 10, 21, 14, 0);
export const MINUTE = 60_000;

const NAMES: Readonly<Record<string, string>> = {
  U01ALICE: "Alice",
  U02BOB: "Bob",
  U03CAROL: "Carol",
  U04DAVE: "Dave",
};

export const CONTEXT: CardContext = {
  people: (id) => NAMES[id] ?? id,
  botName: "Countersign",
  model: "anthropic:claude-opus-5-5",
};

export const RUN_ID = "4b1f6b52-4d0a-4a75-9a7e-0d5f4a3a7f01";
export const QUESTION_ID = "9c2d7f10-1c3e-4f6a-8b2d-5e6f7a8b9c0d";

export const aBrief = (more: Partial<Brief> = {}): Brief =>
  Brief.parse({
    goalId: "0d4e7a52-93aa-4bb5-8a51-7a30d6b0f3a1",
    goalNumber: 14,
    text: "Release billing 0.2.0",
    title: "Release billing 0.2.0",
    requirements: [],
    requestedBy: "U01ALICE",
    channel: "C01GENERAL",
    projectId: "5c5c9f7e-58c2-4f86-9d0e-0c4a5e7a1b11",
    projectName: "billing",
    workflow: "release",
    parameters: { version: "0.2.0" },
    branch: "countersign/g14-release-billing-7f3a",
    maxTimeMs: 7_200_000,
    testsMustPass: false,
    planApproval: "risky",
    fourEyes: "when_possible",
    reviewers: ["U02BOB", "U03CAROL"],
    priority: "normal",
    rehearsed: false,
    feedback: null,
    ...more,
  });

type StepMore = Partial<Omit<Step, "agent">> & { readonly agent?: unknown };

/** A step of a plan in any state; a command unless said otherwise. */
export function aStep(key: string, { agent, ...more }: StepMore = {}): Step {
  const planned = PlannedStep.parse({
    key,
    title: more.title ?? key,
    agent: AgentSpec.parse(agent ?? { kind: "command", run: `npm run ${key}`, name: key }),
    after: more.after ?? [],
  });
  return { ...freshStep(planned), ...more };
}

export const aRun = (more: Partial<Run> & { readonly brief?: Brief | null } = {}): Run => ({
  ...noRun(RUN_ID, "T01LOCAL"),
  seq: 5,
  status: "running",
  brief: aBrief(),
  requestedAt: NOON,
  ...more,
});

export const anOutput = (more: Partial<StepOutput> = {}): StepOutput => ({
  summary: "exit 0 in 1.2 s",
  ...more,
});

export const aQuestion = (more: Partial<Question> = {}): Question =>
  Question.parse({
    type: "approval",
    what: "Tag billing v0.2.0?",
    effect: "tag v0.2.0",
    why: "The tests pass and the changelog is written.",
    risk: "medium",
    evidence: [
      { kind: "line", label: "Tests", text: "12 tests passed" },
      { kind: "line", label: "Changes", text: "+9 −1 in 2 files" },
      { kind: "line", label: "Commit", text: "a3f1c2d4e5a3f1c2d4e5a3f1c2d4e5a3f1c2d4e5" },
      { kind: "diff", label: "Diff", text: "--- a/x\n+++ b/x\n-old\n+new\n+newer" },
    ],
    ...more,
  });

export const aConsultation = (more: Partial<Consultation> = {}): Consultation => ({
  ...noConsultation(QUESTION_ID, "T01LOCAL"),
  seq: 1,
  question: aQuestion(),
  policy: { people: ["U02BOB", "U03CAROL"], channel: "C01GENERAL", fourEyes: "when_possible" },
  requester: "U01ALICE",
  origin: { runId: RUN_ID, key: "approve" },
  openedAt: NOON,
  expiresAt: NOON + 3 * 24 * 60 * MINUTE,
  ...more,
});

/** What an agent outside put to #general, with nobody behind it. */
export const aRequest = (more: Partial<Consultation> = {}, outside: Partial<Outside> = {}): Consultation =>
  aConsultation({
    requester: "",
    origin: null,
    policy: { people: [], channel: "C01GENERAL", reviewers: [], fourEyes: "when_possible" },
    question: aQuestion({ effect: undefined }),
    outside: {
      ...{ agent: "code-review", keyId: null, projectId: null, endpointId: null },
      ...{ workflowId: "release-42", checkpointId: "cp-1", title: "Tag billing v0.2.0?", description: "" },
      ...{ context: {}, routing: { channels: [], recipients: [] }, metadata: {} },
      ...{ correlationId: "corr-1", traceparent: null },
      ...outside,
    },
    ...more,
  });

export const anAnswer = (more: Partial<Answer> = {}): Answer =>
  Answer.parse({ decision: "approve", by: "U02BOB", at: NOON + 32 * MINUTE, ...more });

const APPROVAL = { kind: "person", asks: "approval", what: "Tag billing v0.2.0?", effect: "tag v0.2.0" };

/** The release of the demo while Bob and Carol are asked. */
export function aRelease(more: Partial<Run> = {}): Run {
  return aRun({
    steps: [
      aStep("test", {
        title: "Run the tests",
        status: "succeeded",
        startedAt: NOON,
        endedAt: NOON + 40_000,
        output: anOutput({ summary: "12 tests passed", testsPassed: 12 }),
      }),
      aStep("changelog", {
        title: "Write the changelog",
        status: "succeeded",
        after: ["test"],
        startedAt: NOON + 41_000,
        endedAt: NOON + 42_000,
        output: anOutput({ filesChanged: 2, linesAdded: 9, linesRemoved: 1 }),
      }),
      aStep("approve", {
        title: "Ask a reviewer",
        agent: APPROVAL,
        status: "waiting",
        after: ["changelog"],
        question: aQuestion(),
        consultationId: QUESTION_ID,
        startedAt: NOON + 43_000,
      }),
      aStep("tag", { title: "Tag v0.2.0", after: ["approve"], effects: ["tag"] }),
    ],
    ...more,
  });
}

/** The same after Bob agreed and the tag was made. */
export function aDoneRelease(): Run {
  const run = aRelease({ status: "succeeded", endedAt: NOON + 33 * MINUTE });
  const steps = run.steps.map((step): Step => {
    if (step.key === "approve")
      return {
        ...step,
        status: "succeeded",
        answer: anAnswer(),
        endedAt: NOON + 32 * MINUTE,
        output: anOutput({ summary: "Approved" }),
      };
    if (step.key === "tag")
      return {
        ...step,
        status: "succeeded",
        startedAt: NOON + 32 * MINUTE,
        endedAt: NOON + 33 * MINUTE,
        output: anOutput(),
      };
    return step;
  });
  return { ...run, steps };
}
