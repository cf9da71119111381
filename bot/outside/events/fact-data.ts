import type { ConsultationFact } from "#engine/consultation/consultation.ts";
import type { RunFact } from "#engine/run/facts.ts";
import type { Brief, Guidance } from "#engine/run/run.ts";
import { iso, toAnswer, toGuidance, toOutput, toPlanned, toQuestion, withoutMentions } from "../wire.ts";

type Data = Readonly<Record<string, unknown>>;
type DataOf<Fact extends { readonly type: string }> = {
  readonly [Type in Fact["type"]]: (fact: Extract<Fact, { readonly type: Type }>) => Data;
};

/** What a fact of a run says to programs outside; a step goes by its key. */
export const toFactData = (fact: RunFact): Data => (OF_RUNS[fact.type] as (fact: RunFact) => Data)(fact);

/** What a fact of a question says to programs outside. */
export const toQuestionData = (fact: ConsultationFact): Data =>
  (OF_QUESTIONS[fact.type] as (fact: ConsultationFact) => Data)(fact);

const nothing = (): Data => ({});
const stepOnly = ({ key }: { readonly key: string }): Data => ({ step: key });
const reasonOnly = ({ reason }: { readonly reason: string }): Data => ({ reason: withoutMentions(reason) });
const guided = ({ guidance }: { readonly guidance: Guidance }): Data => ({ guidance: toGuidance(guidance) });

const OF_RUNS = {
  "run.requested": ({ brief }) => briefData(brief),
  "plan.proposed": ({ plan }) => ({ steps: plan.map(toPlanned) }),
  "plan.troubled": reasonOnly,
  "plan.retried": nothing,
  "run.started": nothing,
  "run.guided": guided,
  "run.succeeded": nothing,
  "run.failed": reasonOnly,
  "run.cancelled": reasonOnly,
  "step.ready": stepOnly,
  // Who knows a lease can speak for the attempt: it never leaves.
  "attempt.began": ({ key, attempt }) => ({ step: key, attempt }),
  "attempt.lost": ({ key, reason, counts }) => ({ step: key, ...reasonOnly({ reason }), counts }),
  "step.progressed": ({ key, note }) => ({ step: key, note }),
  "step.asked": ({ key, consultationId, question }) => ({
    ...{ step: key, question_id: consultationId },
    question: toQuestion(question),
  }),
  "step.answered": ({ key, answer }) => ({ step: key, answer: toAnswer(answer) }),
  "step.failed": ({ key, reason, log, notBefore }) => ({
    ...{ step: key, ...reasonOnly({ reason }), log },
    again_at: notBefore === null ? null : iso(notBefore),
  }),
  "step.blocked": ({ key, reason }) => ({ step: key, ...reasonOnly({ reason }) }),
  "step.retried": stepOnly,
  "step.skipped": stepOnly,
  "step.taken": ({ key, by }) => ({ step: key, by }),
  "steps.reopened": ({ keys, guidance, withdrawn }) => ({
    ...{ steps: keys, guidance: toGuidance(guidance) },
    withdrawn_questions: withdrawn,
  }),
  "step.succeeded": ({ key, output }) => ({ step: key, output: toOutput(output) }),
} as const satisfies DataOf<RunFact>;

const OF_QUESTIONS = {
  "consultation.opened": ({ question, expiresAt }) => ({
    ...{ question: toQuestion(question), timeout_at: iso(expiresAt) },
  }),
  "consultation.reminded": nothing,
  "consultation.named": ({ people }) => ({ people }),
  "consultation.settled": ({ answer }) => ({ answer: toAnswer(answer) }),
  "consultation.expired": nothing,
  "consultation.withdrawn": reasonOnly,
} as const satisfies DataOf<ConsultationFact>;

const briefData = (brief: Brief): Data => ({
  ...{ goal_id: brief.goalId, number: brief.goalNumber, title: brief.title, goal: brief.text },
  ...{ requirements: brief.requirements, requested_by: brief.requestedBy, channel: brief.channel },
  ...{ project: brief.projectName, workflow: brief.workflow, parameters: brief.parameters },
  ...{ priority: brief.priority, rehearsed: brief.rehearsed, feedback: brief.feedback },
});
