import type { Agent, Assignment, Outcome } from "#engine/agent/agent.ts";
import {
  type Account,
  askForMore,
  type Before,
  type Budget,
  type Ledger,
  readBudgetAnswer,
} from "#engine/agent/budget.ts";
import { createLiveLine } from "#engine/agent/live-line.ts";
import { type Effort, type Model, ModelFailure, type ModelListener } from "#engine/agent/model.ts";
import { toPrompt } from "#engine/agent/prompt.ts";
import { readAsked, StepReply, toOutcome } from "#engine/agent/reply.ts";
import { Refusal } from "#engine/errors.ts";
import type { Planner } from "#engine/work/plan-goal.ts";

/** Room for a long text, and for the thinking that comes before it. */
const MOST_REPLY_TOKENS = 16_000;

type Needs = { readonly model: Model; readonly ledger: Ledger; readonly effort?: Effort | undefined };

/**
 * Works on steps of kind "model": one reply, which people read and nobody applied. Stops and asks before a call that the
 * goal's budget has no room for.
 */
export function createModelAgent(needs: Needs): Agent {
  return async (assignment, report, signal) => {
    const { workspaceId, goal, checkpoint, answer } = assignment;
    const asked = readBudgetAnswer(checkpoint, answer);
    if (asked?.kind === "stop") return stopped(asked.note);
    if (asked?.kind === "more") await needs.ledger.raise({ workspaceId, goalId: goal.id }, asked.allowance);
    const before: Before = asked?.before ?? { answer, checkpoint };
    try {
      return await reply(needs, { ...assignment, ...before }, (line) => report.note(line), signal);
    } catch (error) {
      return toEnd(error, before, signal);
    }
  };
}

/** How an attempt ends that got no reply; throws again what is nobody's trouble but ours. */
function toEnd(error: unknown, before: Before, signal: AbortSignal): Outcome {
  if (error instanceof OverBudget) return askForMore(error.budget, before);
  if (signal.aborted) return { kind: "failed", reason: "Stopped before it was finished.", again: true };
  if (error instanceof ModelFailure) return failed(error);
  throw error;
}

/** Plans with a model, on the budget of the goal. Throws `over_budget` when that is used up, and `ModelFailure`. */
export function createPlanner(
  { model, ledger, effort }: Needs,
  account: Account,
  note: (line: string) => void,
): Planner {
  return async ({ schema, ...prompt }, signal) => {
    const request = { ...prompt, schema, maxTokens: MOST_REPLY_TOKENS, effort };
    const { value } = await model.ask(request, listener(ledger, account, note), signal);
    return value;
  };
}

async function reply(
  { model, ledger, effort }: Needs,
  assignment: Assignment,
  note: (line: string) => void,
  signal: AbortSignal,
): Promise<Outcome> {
  const { step, workspaceId, goal, checkpoint } = assignment;
  if (step.agent.kind !== "model") throw new Error(`A model cannot do a ${step.agent.kind} step.`);
  const account = { workspaceId, goalId: goal.id };
  const { value } = await model.ask(
    {
      ...toPrompt(assignment, step.agent.role),
      schema: StepReply,
      maxTokens: MOST_REPLY_TOKENS,
      effort,
    },
    listener(ledger, account, note),
    signal,
  );
  return toOutcome(value, step, model.name, readAsked(checkpoint));
}

/** The goal has used up what it may use. Says so to whoever cannot ask for more. */
class OverBudget extends Refusal {
  readonly budget: Budget;

  constructor(budget: Budget) {
    super(
      "over_budget",
      `This goal has used its model budget: ${budget.calls} calls, ${budget.tokens} tokens. Start a new goal, or a smaller one.`,
    );
    this.budget = budget;
  }
}

function listener(ledger: Ledger, account: Account, note: (line: string) => void): ModelListener {
  return {
    call: async () => {
      const { granted, budget } = await ledger.startCall(account);
      if (!granted) throw new OverBudget(budget);
    },
    text: createLiveLine(note),
    usage: async (usage) => {
      await ledger.spend(account, usage);
    },
  };
}

const stopped = (note: string): Outcome => ({
  kind: "failed",
  reason: `Stopped: the goal's model budget is used up, and it was not raised${note === "" ? "." : `: ${note}`}`,
  again: false,
});

const failed = ({ message, again, retryAfterMs }: ModelFailure): Outcome => ({
  kind: "failed",
  reason: message,
  again,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});
