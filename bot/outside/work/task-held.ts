import type { Sql } from "postgres";
import { findAgent, type OutsideAgentRow } from "#db/outside-agents.ts";
import { dropTask, findTask, isWorkedOn, type TaskRef, type TaskRow, wasSubmitted } from "#db/tasks.ts";
import type { Engine } from "#engine/engine.ts";
import { Refusal } from "#engine/errors.ts";
import type { AttemptCommand } from "#engine/run/commands.ts";
import { type Run, type Step, stepOf } from "#engine/run/run.ts";
import { idFrom } from "../../ids.ts";
import { type Asking, mustHave } from "../requests/asking.ts";
import { whyNotHeld } from "./task-end.ts";
import { noSuchTask, readTaskId } from "./task-id.ts";

/** A task while it is held, and whose it is. */
type Held = { readonly task: TaskRow; readonly agent: OutsideAgentRow };

/** What became of a step with the word of its agent. `held` is null where the same call had been heard before. */
export type Told = { readonly run: Run; readonly step: Step; readonly held: Held | null };

type Needs = { readonly sql: Sql; readonly engine: Engine };

/** The command of an attempt, from the step that it is about and the lease that allows it. */
type ToCommand = (of: { readonly key: string; readonly lease: string }) => AttemptCommand;

/** How the agent that holds a task speaks to its run. */
export function createTell(needs: Needs) {
  const { sql, engine } = needs;

  /** Under the agent's name, and once for each call that is made under the same key. */
  async function tell(by: Asking, id: string, what: string, toCommand: ToCommand): Promise<Told> {
    const { ref, held, onceId } = await heldOrSaid(needs, by, id, what);
    const { runId, workspaceId, stepKey: key } = ref;
    const command = toCommand({ key, lease: held?.task.lease ?? "" });
    const actor = `agent:${held?.agent.name ?? by.caller.name}` as const;
    try {
      const { state } = await engine.submit({ kind: "run", id: runId, workspaceId }, command, actor, onceId);
      return { run: state, step: stepOf(state, key), held };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (held) await dropTask(sql, workspaceId, held.task.lease);
      throw await whyNotHeld(sql, by.caller, ref);
    }
  }

  return {
    tell,
    /** The same where the attempt ends with it. */
    async end(by: Asking, id: string, what: string, toCommand: ToCommand): Promise<Told> {
      const told = await tell(by, id, what, toCommand);
      if (told.held) await dropTask(sql, told.held.task.workspaceId, told.held.task.lease);
      return told;
    },
  };
}

/** Refuses whoever does not hold it, but for who says again what was heard before its answer got lost. */
async function heldOrSaid({ sql }: Needs, by: Asking, id: string, what: string) {
  mustHave(by, "work");
  const ref = readTaskId(by.caller.workspaceId, id);
  const onceId = idFrom(by.onceId, what);
  const held = await heldBy(sql, by, ref);
  if (held === null && !(await wasSubmitted(sql, ref.workspaceId, ref.runId, onceId)))
    throw await whyNotHeld(sql, by.caller, ref);
  return { ref, held, onceId };
}

/** The attempt that the caller's agent holds; null where nobody holds it. Refuses whose agent is another. */
async function heldBy(sql: Sql, { caller }: Asking, ref: TaskRef): Promise<Held | null> {
  const task = await findTask(sql, ref);
  const agent = task && (await findAgent(sql, task.workspaceId, task.agentId));
  if (!task || !agent) return null;
  if (caller.projectId !== null && agent.projectId !== caller.projectId) throw noSuchTask();
  if (agent.keyId === caller.keyId) return { task, agent };
  throw new Refusal(
    "not_allowed",
    "Another key's agent works on this task: only the key that registered it speaks for it.",
  );
}

/** A sign of life without a word: the log is not asked, so a run that has ended is looked for. */
export async function stillHeld({ sql }: Needs, by: Asking, id: string): Promise<Held> {
  mustHave(by, "work");
  const ref = readTaskId(by.caller.workspaceId, id);
  const held = await heldBy(sql, by, ref);
  if (held && (await isWorkedOn(sql, held.task))) return held;
  if (held) await dropTask(sql, ref.workspaceId, held.task.lease);
  throw await whyNotHeld(sql, by.caller, ref);
}
