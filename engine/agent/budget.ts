import { z } from "zod";
import { Answer, type Question } from "../consultation/question.ts";
import type { Outcome } from "./agent.ts";
import type { ModelUsage } from "./model.ts";

/** What one goal may use before somebody is asked (issue 2, point 8). An allowance of 2 is twice that, and so on. */
export const CALLS_PER_ALLOWANCE = 100;
export const TOKENS_PER_ALLOWANCE = 500_000;

/** Whose budget: it belongs to a goal, and all steps and all reruns of the goal share it. */
export type Account = { readonly workspaceId: string; readonly goalId: string };

/** What a goal has used so far. `tokens` are input and output together, cached ones too. */
export type Budget = { readonly calls: number; readonly tokens: number; readonly allowance: number };

/** The budget of a goal that has used nothing. */
export const FULL_BUDGET: Budget = { calls: 0, tokens: 0, allowance: 1 };

/** Whether one more call may be made. */
export const hasRoom = (budget: Budget): boolean =>
  budget.calls < budget.allowance * CALLS_PER_ALLOWANCE &&
  budget.tokens < budget.allowance * TOKENS_PER_ALLOWANCE;

/** The tokens of a call that count. */
export const tokensOf = (usage: ModelUsage): number => usage.inputTokens + usage.outputTokens;

/** Where budgets are kept. Survives a restart; several steps of one goal use it at the same time. */
export type Ledger = {
  /** Counts one call before it is made, where `hasRoom` says so; checks and counts as one, so that two steps never share the last call. */
  startCall(account: Account): Promise<{ readonly granted: boolean; readonly budget: Budget }>;
  /** Adds what that call used; `calls` was counted before and is not added again. */
  spend(account: Account, usage: ModelUsage): Promise<Budget>;
  /** Lifts the allowance to at least this; never lowers it, so that an answer that is read twice counts once. */
  raise(account: Account, allowance: number): Promise<Budget>;
};

const MORE = "allow-more";
const STOP = "stop";

/** Kept while a person decides: what was granted so far, and where the work itself stood. */
const BudgetCheckpoint = z.strictObject({
  budget: z.strictObject({ allowance: z.number().int().positive() }),
  before: z.strictObject({ answer: Answer.nullable(), checkpoint: z.unknown() }),
});

/** Where the work stood before it ran out of budget: the answer and the checkpoint of the step itself. */
export type Before = { readonly answer: Answer | null; readonly checkpoint: unknown };

/** The question for more. Ends the attempt; the work's own answer and checkpoint are kept for the next one. */
export function askForMore(budget: Budget, before: Before): Extract<Outcome, { kind: "asks" }> {
  const byCalls = budget.calls >= budget.allowance * CALLS_PER_ALLOWANCE;
  const used = byCalls ? `${budget.calls} calls` : `${inThousands(budget.tokens)} tokens`;
  const more = byCalls
    ? `Allow ${CALLS_PER_ALLOWANCE} more calls`
    : `Allow ${inThousands(TOKENS_PER_ALLOWANCE)} more tokens`;
  const question: Question = {
    type: "decision",
    what: `This goal has used its ${used}. Go on?`,
    why: `A goal may use ${CALLS_PER_ALLOWANCE} model calls or ${inThousands(TOKENS_PER_ALLOWANCE)} tokens, whichever comes first. It has used ${budget.calls} calls and ${inThousands(budget.tokens)} tokens.`,
    risk: "low",
    evidence: [],
    options: [
      { key: MORE, label: more },
      { key: STOP, label: "Stop here" },
    ],
    people: [],
    rehearsed: false,
  };
  return { kind: "asks", question, checkpoint: { budget: { allowance: budget.allowance }, before } };
}

/** What a person said about more budget; null when nobody was asked about it. */
export type BudgetAnswer =
  | { readonly kind: "more"; readonly allowance: number; readonly before: Before }
  | { readonly kind: "stop"; readonly note: string }
  | { readonly kind: "undecided"; readonly before: Before };

/** Reads the answer to `askForMore` from an assignment's checkpoint and answer. */
export function readBudgetAnswer(checkpoint: unknown, answer: Answer | null): BudgetAnswer | null {
  const asked = BudgetCheckpoint.safeParse(checkpoint);
  if (!asked.success) return null;
  const { budget, before } = asked.data;
  if (answer?.decision === STOP) return { kind: "stop", note: answer.note };
  if (answer?.decision === MORE) return { kind: "more", allowance: budget.allowance + 1, before };
  return { kind: "undecided", before };
}

/** 500000 → "500 000": people read this. */
const inThousands = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");
