import type { Sql } from "postgres";
import {
  type Account,
  type Budget,
  CALLS_PER_ALLOWANCE,
  FULL_BUDGET,
  type Ledger,
  TOKENS_PER_ALLOWANCE,
} from "#engine/agent/budget.ts";
import type { ModelUsage } from "#engine/agent/model.ts";

type Row = { readonly calls: number; readonly tokens: number; readonly allowance: number };

/** Model budgets in their table: the check and the count of a call are one statement. */
export function createLedger(sql: Sql): Ledger {
  const returning = sql`calls, (input_tokens + output_tokens) as tokens, allowance`;

  async function read({ workspaceId, goalId }: Account): Promise<Budget> {
    const [row] = await sql<Row[]>`
      select ${returning} from model_budgets where workspace_id = ${workspaceId} and goal_id = ${goalId}`;
    return row ?? FULL_BUDGET;
  }

  return {
    async startCall(account) {
      const { workspaceId, goalId } = account;
      const [row] = await sql<Row[]>`
        insert into model_budgets as b (workspace_id, goal_id, calls) values (${workspaceId}, ${goalId}, 1)
        on conflict (workspace_id, goal_id) do update set calls = b.calls + 1
          where b.calls < b.allowance * ${CALLS_PER_ALLOWANCE}
            and b.input_tokens + b.output_tokens < b.allowance * ${TOKENS_PER_ALLOWANCE}
        returning ${returning}`;
      return row ? { granted: true, budget: row } : { granted: false, budget: await read(account) };
    },

    async spend(account, { inputTokens, outputTokens, cachedTokens }: ModelUsage) {
      const { workspaceId, goalId } = account;
      await sql`
        update model_budgets set input_tokens = input_tokens + ${inputTokens},
          output_tokens = output_tokens + ${outputTokens}, cached_tokens = cached_tokens + ${cachedTokens}
        where workspace_id = ${workspaceId} and goal_id = ${goalId}`;
      return read(account);
    },

    async raise(account, allowance) {
      const { workspaceId, goalId } = account;
      await sql`
        insert into model_budgets as b (workspace_id, goal_id, calls, allowance) values (${workspaceId}, ${goalId}, 0, ${allowance})
        on conflict (workspace_id, goal_id) do update set allowance = greatest(b.allowance, excluded.allowance)`;
      return read(account);
    },
  };
}
