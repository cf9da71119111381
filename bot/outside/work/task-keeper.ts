import type { Sql } from "postgres";
import { wantMessage } from "#db/messages.ts";
import { findAgent, newlySilent } from "#db/outside-agents.ts";
import { dropTask, grantGrace, type LapsedTask, lapsedTasks } from "#db/tasks.ts";
import type { Engine } from "#engine/engine.ts";
import type { AttemptCommand } from "#engine/run/commands.ts";
import { unlessRefused } from "#engine/work/work-on-step.ts";
import type { Logger } from "../../logger.ts";
import { agentSilentCard, taskLostCard } from "../../slack/blocks/agent-silent.ts";
import type { Card } from "../../slack/blocks/card.ts";
import { lasting } from "../../slack/blocks/times.ts";
import { plainAgentName } from "../../slack/blocks/who.ts";
import { forgetPush } from "./push.ts";

const LOOK_MS = 2_000;
/** Who could not reach us while we were away gets so long to say that it lives. */
const GRACE_MS = 15_000;

type Needs = {
  readonly sql: Sql;
  readonly engine: Engine;
  /** Where operators hear of trouble; null where nobody does. */
  readonly opsChannel: string | null;
  readonly log: Logger;
};

/** Watches over the leases of agents outside, until the returned function is called. Safe to run in several processes. */
export async function startTaskKeeper(needs: Needs): Promise<() => Promise<void>> {
  const { sql, log } = needs;
  await grantGrace(sql, GRACE_MS);
  let turn: Promise<void> | null = null;
  const looking = setInterval(() => {
    turn ??= keepTasks(needs)
      .catch((error) => log.warn("leases of outside agents could not be looked after", { error }))
      .finally(() => {
        turn = null;
      });
  }, LOOK_MS);
  return async () => {
    clearInterval(looking);
    await turn;
  };
}

/** Puts tasks back whose agents are silent or too slow, and says so; says once of each agent that it fell silent. */
async function keepTasks(needs: Needs): Promise<void> {
  for (const task of await lapsedTasks(needs.sql)) await putBack(needs, task);
  for (const { id, workspaceId, name, heartbeatAt } of await newlySilent(needs.sql)) {
    needs.log.warn("an agent outside fell silent", { agent: name });
    await alert(needs, workspaceId, `silent:${id}:${heartbeatAt.getTime()}`, agentSilentCard({ name }));
  }
}

/** Silence costs the step a try, as a lost worker does; what nobody held any more is only swept away. */
async function putBack(needs: Needs, task: LapsedTask): Promise<void> {
  const { sql, engine, log } = needs;
  const { workspaceId, runId, stepKey: key, lease, isTooLong } = task;
  const name = task.agentName ?? "signed off";
  const stream = { kind: "run", id: runId, workspaceId } as const;
  const command = toCommand(task, plainAgentName(name));
  const lost = await unlessRefused(engine.submit(stream, command, "clock"));
  await dropTask(sql, workspaceId, lease);
  const endpointId = (await findAgent(sql, workspaceId, task.agentId))?.endpointId ?? null;
  if (endpointId !== null) await forgetPush(sql, endpointId, task);
  if (lost === "refused") return;
  log.warn("a task was taken back from an agent outside", { agent: name, run: runId, step: key });
  const tookMs = isTooLong ? task.timeoutMs : null;
  await alert(needs, workspaceId, `lost-task:${lease}`, taskLostCard({ name, run: lost.state, key, tookMs }));
}

function toCommand(
  { stepKey: key, lease, leaseMs, timeoutMs, isTooLong }: LapsedTask,
  name: string,
): AttemptCommand {
  if (isTooLong)
    return {
      type: "fail step",
      key,
      lease,
      reason: `${name} took longer than ${lasting(timeoutMs)}.`,
      again: true,
    };
  const reason = `${name} gave no sign of life for ${lasting(leaseMs)}.`;
  return { type: "lose attempt", key, lease, reason, counts: true };
}

async function alert(
  { sql, opsChannel }: Needs,
  workspaceId: string,
  key: string,
  desired: Card,
): Promise<void> {
  if (opsChannel === null) return;
  const place = { streamId: null, threadKey: null, rank: 1, channelId: opsChannel } as const;
  await wantMessage(sql, { ...place, workspaceId, key, desired });
}
