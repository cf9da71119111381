import type { Sql } from "postgres";
import { beatAgents, type OutsideAgentRow } from "#db/outside-agents.ts";
import { prolong, type TaskRow, tasksOf } from "#db/tasks.ts";
import type { Assignment, StepOutput } from "#engine/agent/agent.ts";
import type { Question } from "#engine/consultation/question.ts";
import type { Engine } from "#engine/engine.ts";
import { toAssignment, type WorkNeeds } from "#engine/work/work-on-step.ts";
import { DECISION } from "#integrations/agents/approval.ts";
import { idFrom } from "../../ids.ts";
import type { Asking } from "../requests/asking.ts";
import type { NewRequest } from "../requests/request.ts";
import { wrongInRequest } from "../requests/request-checks.ts";
import { questionOf } from "../requests/request-question.ts";
import { refuseWrong } from "../wrong-fields.ts";
import type { OutsideAgents } from "./agents.ts";
import { type Begun, begunBefore, giveBack, NEVER_HEARD } from "./begin-task.ts";
import type { Market } from "./market.ts";
import { whyNotHeld } from "./task-end.ts";
import { createTell, stillHeld, type Told } from "./task-held.ts";

/** All that an agent outside is told of an attempt that it has begun. */
export type Task = {
  readonly assignment: Assignment;
  readonly held: TaskRow;
  /** Its name, as it registered. */
  readonly agent: string;
};

export type NewTaskQuestion = Pick<
  NewRequest,
  "type" | "title" | "description" | "context" | "options" | "timeoutMinutes"
> & { readonly checkpoint: unknown };

export type Tasks = ReturnType<typeof createTasks>;

type Needs = {
  readonly sql: Sql;
  readonly engine: Engine;
  readonly agents: OutsideAgents;
  readonly market: Pick<Market, "claim">;
  readonly projectOf: WorkNeeds["projectOf"];
};

/** Work for agents outside. Every call throws `Refusal`; `stale_attempt` where an attempt is not the caller's any more, with the reason. */
export function createTasks(needs: Needs) {
  const { sql, agents, market } = needs;
  const { tell, end } = createTell(needs);

  return {
    /**
     * The next task for this agent; null where there was none within `waitMs`. A caller who goes away gets none; one who
     * calls again, because we were gone before we had answered, gets what was theirs.
     */
    async claim(
      by: Asking,
      asked: {
        readonly agent: string;
        readonly waitMs: number;
        readonly leaseMs?: number | undefined;
        readonly signal: AbortSignal;
      },
    ): Promise<Task | null> {
      const agent = await agents.mine(by, asked.agent);
      const { waitMs, signal, leaseMs = agent.leaseMs } = asked;
      await beatAgents(sql, [agent.id]);
      const lease = idFrom(by.onceId, "claim");
      const claim = { agentId: agent.id, waitMs, signal, lease, leaseMs };
      const begun = (await begunBefore(sql, agent, lease)) ?? (await market.claim(claim));
      const beat = waitMs > 0 ? beatAgents(sql, [agent.id]) : null;
      return (await Promise.all([begun && handOver(needs, begun, signal), beat]))[0];
    },

    /** A sign of life, with a word for people where there is one. Resolves to the lease's new end. */
    async progress(by: Asking, id: string, note: string | null): Promise<Date> {
      const held =
        note === null
          ? null
          : (await tell(by, id, "progress", (of) => ({ type: "report progress", ...of, note }))).held;
      const { task, agent } = held ?? (await stillHeld(needs, by, id));
      await beatAgents(sql, [agent.id]);
      const prolonged = await prolong(sql, task.workspaceId, task.lease);
      if (prolonged) return prolonged.leaseUntil;
      throw await whyNotHeld(sql, by.caller, task);
    },

    /** Refuses (`bad_input`) a result that claims to be a person's decision. */
    complete: async (by: Asking, id: string, output: StepOutput): Promise<Told> =>
      end(by, id, "complete", (of) => ({ type: "finish step", ...of, output: ofNoPerson(output) })),

    /** `again`: whether trying again may help. */
    fail: (
      by: Asking,
      id: string,
      why: { readonly reason: string; readonly again: boolean },
    ): Promise<Told> => end(by, id, "fail", (of) => ({ type: "fail step", ...of, ...why })),

    /** Asks people and ends the attempt; resolves to the question's id. The next attempt has the answer and the checkpoint. */
    async ask(by: Asking, id: string, asked: NewTaskQuestion): Promise<string> {
      const consultationId = idFrom(by.onceId, "task-question");
      const { checkpoint } = asked;
      const question = toQuestion(asked);
      await end(by, id, "ask", (of) => ({ type: "ask", ...of, consultationId, question, checkpoint }));
      return consultationId;
    },

    /** What this agent holds. */
    held: ({ workspaceId, id }: Pick<OutsideAgentRow, "workspaceId" | "id">) => tasksOf(sql, workspaceId, id),

    /** Puts all that an agent holds back for others. */
    async giveBackAll({ workspaceId, id, name }: OutsideAgentRow): Promise<void> {
      for (const task of await tasksOf(sql, workspaceId, id))
        await giveBack(needs, task, `${name} has signed off.`);
    },
  };
}

/** Later steps take such a value for what a person approved; in their environment large and small letters are one. */
function ofNoPerson(output: StepOutput): StepOutput {
  const names = Object.keys(output.values ?? {}).filter((name) => name.toLowerCase() === DECISION);
  const detail = `The name “${DECISION}” is for people's answers: use another.`;
  refuseWrong(names.map((name) => ({ field: `values.${name}`, detail })));
  return output;
}

/** Put to people as a request is; whom the run's own policy names. */
function toQuestion(asked: NewTaskQuestion): Question {
  const request = { ...asked, metadata: {}, routing: { channels: [], recipients: [] } };
  refuseWrong(wrongInRequest(request));
  return { ...questionOf(request), timeoutMs: asked.timeoutMinutes * 60_000 };
}

/** What is told to whoever went away in the meantime was told to nobody: then the task goes back, and costs no try. */
async function handOver(needs: Needs, begun: Begun, signal: AbortSignal): Promise<Task | null> {
  const back = () => giveBack(needs, begun.task, NEVER_HEARD);
  if (signal.aborted) {
    await back();
    return null;
  }
  signal.addEventListener("abort", () => void back().catch(() => undefined), { once: true }); // else its lease lapses
  return toTask(needs, begun);
}

/** An attempt as its agent is told of it. */
export async function toTask(
  needs: Pick<Needs, "projectOf">,
  { run, key, task, agent }: Begun,
): Promise<Task> {
  return { assignment: await toAssignment(needs, run, key, task.lease), held: task, agent: agent.name };
}
