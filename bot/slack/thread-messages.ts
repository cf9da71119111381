import type { Rank, WantedMessage } from "#db/messages.ts";
import type { Naming, Told } from "#db/story.ts";
import type { Consultation } from "#engine/consultation/consultation.ts";
import { isRisky } from "#engine/run/plan.ts";
import { type Brief, hasEnded, type Run, stepOf } from "#engine/run/run.ts";
import { type Acted, blockedCard } from "./blocks/blocked-card.ts";
import type { Card, CardContext } from "./blocks/card.ts";
import { goalCard } from "./blocks/goal-card.ts";
import { handedOnCard } from "./blocks/handed-on.ts";
import { planCard } from "./blocks/plan-card.ts";
import { planTroubleCard } from "./blocks/plan-trouble.ts";
import { proposedPlanCard } from "./blocks/proposed-plan.ts";
import { questionCard } from "./blocks/question-card.ts";
import type { QuestionState } from "./blocks/question-words.ts";
import { reminderCard } from "./blocks/reminder.ts";
import { resultCard } from "./blocks/result-card.ts";

/** All that a thread shows. */
export type ThreadState = {
  readonly run: Run;
  readonly brief: Brief;
  readonly questions: readonly Consultation[];
  /** To whom they were ever put, as far as that may be others than now. */
  readonly namings: ReadonlyMap<string, readonly Naming[]>;
  readonly stuck: readonly Told[];
  /** The goal's card shows its latest run. */
  readonly isLatest: boolean;
};

export type ThreadContext = CardContext & {
  /** Questions that nobody but the requester may answer. */
  readonly lonely: ReadonlySet<string>;
  /** A command that shows the result to whoever doubts it. */
  readonly proof: string | undefined;
};

/** The key of a goal's card: the message whose thread holds all the others. */
export const goalKey = (goalId: string): string => `goal:${goalId}`;

/** What each message of a goal should show now. Pure: the same state always looks the same. */
export function threadMessages(state: ThreadState, context: ThreadContext): readonly WantedMessage[] {
  const { run, brief, questions, isLatest } = state;
  const goalState = { run, questions };
  const inThread = (key: string, rank: Rank, card: Card): WantedMessage => ({
    ...{ workspaceId: run.workspaceId, key, streamId: run.id, rank, desired: card },
    ...{ channelId: brief.channel, threadKey: goalKey(brief.goalId) },
  });
  const head = {
    ...inThread(goalKey(brief.goalId), hasEnded(run) ? 1 : 2, goalCard(goalState, context)),
    threadKey: null,
  };
  return [
    ...(isLatest ? [head] : []),
    ...(run.steps.length > 0 ? [inThread(`plan:${run.id}`, 2, planCard(goalState, context))] : []),
    ...(wasProposed(run) ? [inThread(`proposed:${run.id}`, 0, proposedPlanCard(run, context))] : []),
    ...questions.flatMap((question) => questionMessages(question, state, inThread, context)),
    ...stuckMessages(state, inThread, context),
    ...(hasEnded(run) ? [inThread(`result:${run.id}`, 1, resultCard(run, context))] : []),
  ];
}

type InThread = (key: string, rank: Rank, card: Card) => WantedMessage;

/** A saved workflow starts at once; a planner's plan may wait for its requester's Start (`plan_approval`). */
function wasProposed({ brief, steps }: Run): boolean {
  if (!brief || brief.workflow !== null || steps.length === 0) return false;
  return brief.planApproval === "always" || (brief.planApproval === "risky" && isRisky(steps));
}

function questionMessages(
  consultation: Consultation,
  { run, namings }: ThreadState,
  inThread: InThread,
  context: ThreadContext,
): WantedMessage[] {
  const { id, question, policy, remindedAt } = consultation;
  const handed = namings.get(id) ?? [];
  const asked = { consultation, run };
  const requesterAlone = context.lonely.has(id);
  const thread = { ...context, audience: "thread", requesterAlone } as const;
  const direct = questionCard(asked, { ...context, audience: "direct", requesterAlone });
  const toPlace = (place: string, channelId = place): WantedMessage => ({
    ...inThread(`question:${id}:${place}`, 0, handedOn(asked, place, handed, context) ?? direct),
    ...{ channelId, threadKey: null },
  });
  const named = new Set([...(policy?.people ?? []), ...handed.flatMap(({ people }) => people)]);
  const { reviewChannel, reviewers = [] } = run.brief ?? {};
  const isForAnotherChannel =
    reviewChannel !== undefined && reviewers.length === 0 && question?.people.length === 0;
  return [
    inThread(`question:${id}`, 0, questionCard(asked, thread)),
    ...[...named].map((person) => toPlace(person, `@${person}`)),
    ...(isForAnotherChannel ? [toPlace(reviewChannel)] : []),
    ...(remindedAt === null ? [] : [inThread(`reminder:${id}`, 0, reminderCard(asked, thread))]),
  ];
}

/** For the copy of somebody who was named once and is not any more. */
export function handedOn(
  state: QuestionState,
  person: string,
  namings: readonly Naming[],
  context: CardContext,
): Card | null {
  const last = namings.at(-1);
  const wasNamed = namings.some(({ people }) => people.includes(person));
  if (!last || !wasNamed || last.people.includes(person)) return null;
  return handedOnCard(state, last, context);
}

/** One card for each time that something got stuck; what people did about it is told on the card of that time. */
function stuckMessages(
  { run, stuck }: ThreadState,
  inThread: InThread,
  context: ThreadContext,
): WantedMessage[] {
  return stuck.flatMap(({ seq, fact }, i) => {
    const later = stuck.slice(i + 1);
    if (fact.type === "plan.troubled") {
      const isNewest = !later.some((next) => next.fact.type === "plan.troubled");
      const shown = isNewest ? run : { ...run, planTrouble: null };
      return [inThread(`trouble:${run.id}:${seq}`, 0, planTroubleCard(shown, context))];
    }
    if (fact.type !== "step.blocked") return [];
    const step = stepOf(run, fact.key);
    const acted = actedOn(fact.key, later);
    return [inThread(`blocked:${run.id}:${seq}`, 0, blockedCard({ run, step }, { ...context, acted }))];
  });
}

const HOW = {
  "step.retried": "retried",
  "step.skipped": "skipped",
  "step.taken": "taken",
  "run.cancelled": "cancelled",
} as const;

function actedOn(key: string, later: readonly Told[]): Acted | undefined {
  for (const { fact, actor, at } of later) {
    if (fact.type === "step.blocked" || fact.type === "plan.troubled") continue;
    if (!(fact.type in HOW) || ("key" in fact && fact.key !== key)) continue;
    return { by: actor.replace(/^person:/, ""), at, how: HOW[fact.type as keyof typeof HOW] };
  }
  return undefined;
}
