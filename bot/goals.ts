import type { Sql } from "postgres";
import { type Goal, nextGoalNumber } from "#db/goals.ts";
import { loadRun } from "#db/load.ts";
import type { Engine } from "#engine/engine.ts";
import { Refusal } from "#engine/errors.ts";
import type { Actor } from "#engine/ports.ts";
import type { Plan } from "#engine/run/plan.ts";
import { type Brief, hasEnded, type Run } from "#engine/run/run.ts";
import { branchOf, type FromOutside, type GoalRequest, resolve, rulesAgain, toBrief } from "./brief.ts";
import { idFrom } from "./ids.ts";

/** The run that a request under this id begins, or has begun. */
export const runIdFrom = (onceId: string): string => idFrom(onceId, "run");

export type Goals = ReturnType<typeof createGoals>;

/** Where goals begin, are done again and are cancelled, whoever asks: Slack, the CLI, the API. */
export function createGoals(needs: {
  readonly sql: Sql;
  readonly engine: Engine;
  readonly hasModel: boolean;
}) {
  const { sql, engine, hasModel } = needs;

  /** `onceId` comes from outside: the same request twice is one goal. Throws `Refusal` where the request can't be met. */
  async function request(asked: GoalRequest, onceId: string): Promise<Run> {
    const id = runIdFrom(onceId);
    const already = await loadRun(sql, asked.workspaceId, id);
    if (already) return already;
    const what = await resolve(sql, asked);
    const number = await nextGoalNumber(sql, asked.workspaceId);
    const rehearsed = what.plan === null && !hasModel;
    const brief = toBrief(asked, what, {
      goalId: idFrom(onceId, "goal"),
      goalNumber: number,
      rehearsed,
      onceId,
    });
    return begin({ id, workspaceId: asked.workspaceId }, brief, what.plan, onceId);
  }

  /** A new run of the same goal with somebody's feedback (S3-43). Refused while the last one goes on. */
  async function rework(
    { number, run }: Goal,
    feedback: string,
    by: string,
    onceId: string,
    again: Pick<Partial<Brief>, "priority"> & FromOutside = {},
  ): Promise<Run> {
    const { workspaceId } = run;
    const already = await loadRun(sql, workspaceId, runIdFrom(onceId));
    if (already) return already;
    const brief = run.brief && withoutCaller(run.brief);
    if (!brief) throw new Refusal("not_found", "There is no such goal.");
    if (!hasEnded(run))
      throw new Refusal(
        "wrong_state",
        `g${number} is still going on. Cancel it first, or say it in its thread.`,
      );
    if (feedback.trim() === "") throw new Refusal("bad_input", "Say what should be different this time.");
    const { plan, project } = await resolve(sql, { ...brief, workspaceId, project: brief.projectName });
    const rules = { ...rulesAgain(brief, project, by), branch: branchOf(number, brief.title, onceId) };
    const next = { ...brief, ...rules, ...again, requestedBy: by, feedback: feedback.slice(0, 3_000) };
    return begin({ id: runIdFrom(onceId), workspaceId }, next, plan, onceId);
  }

  async function begin(
    { id, workspaceId }: Pick<Run, "id" | "workspaceId">,
    brief: Brief,
    plan: Plan | null,
    onceId: string,
  ): Promise<Run> {
    const stream = { kind: "run", id, workspaceId } as const;
    const command = { type: "request", brief, plan } as const;
    return (await engine.submit(stream, command, actorOf(brief), onceId)).state;
  }

  return {
    request,
    rework,
    /** Stops a run for good. Work under way ends within two seconds, with its processes. */
    cancel: (run: Run, by: string, onceId: string, how: Cancelling = {}) =>
      cancelRun(engine, run, { by, onceId, ...how }),
  };
}

/** Who cancels in whose name, and why. */
type Cancelling = Pick<FromOutside, "agent"> & { readonly why?: string };

async function cancelRun(
  engine: Engine,
  { id, workspaceId }: Run,
  { by, onceId, agent, why = "" }: Cancelling & { readonly by: string; readonly onceId: string },
): Promise<Run> {
  const who = agent === undefined ? `<@${by}>` : `${agent} · agent, for <@${by}>`;
  const reason = `Cancelled by ${who}${why === "" ? "." : `: ${why}`}`;
  const stream = { kind: "run", id, workspaceId } as const;
  const command = { type: "cancel", reason } as const;
  return (await engine.submit(stream, command, actorOf({ agent, requestedBy: by }), onceId)).state;
}

const actorOf = ({
  agent,
  requestedBy,
}: {
  readonly agent?: string | undefined;
  readonly requestedBy: string;
}): Actor => (agent === undefined ? `person:${requestedBy}` : `agent:${agent}`);

/** Who brought the last run's goal says nothing about the next one's: only what is wanted stays, and what it goes by. */
const withoutCaller = ({ agent: _, traceparent: __, ...brief }: Brief): Brief => brief;
