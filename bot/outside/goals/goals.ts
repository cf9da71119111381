import type { Sql } from "postgres";
import { durationsOf } from "#db/durations.ts";
import type { Goal } from "#db/goals.ts";
import { loadRun } from "#db/load.ts";
import type { Clock } from "#engine/ports.ts";
import { hasEnded, type Run } from "#engine/run/run.ts";
import type { FromOutside } from "../../brief.ts";
import type { Goals } from "../../goals.ts";
import type { News } from "../../news.ts";
import { type Asking, mustHave } from "../requests/asking.ts";
import { estimate } from "./estimate.ts";
import type { GoalWithEstimate, OutsideGoals, Wait } from "./goal.ts";
import { listOutsideGoals } from "./goal-list.ts";
import { mayChange, ownerOf, reachedGoal, reachedRun } from "./goal-reach.ts";
import type { ReadGoal } from "./read-goal.ts";

/** Goals and runs for programs outside, over the same goals that people have in Slack. */
export function createOutsideGoals(needs: {
  readonly sql: Sql;
  readonly goals: Goals;
  readonly news: News;
  readonly read: ReadGoal;
  /** Refuses whoever has left the workspace, or was never a full member. */
  readonly checkOwner: (workspaceId: string, ownerId: string) => Promise<void>;
  readonly clock: Clock;
}): OutsideGoals {
  const { sql, goals, news, read, checkOwner, clock } = needs;

  async function withEstimate(goal: Goal): Promise<GoalWithEstimate> {
    const durations = await durationsOf(sql, goal.run.workspaceId);
    return { goal, estimate: estimate(goal.run, durations, clock.now()) };
  }

  const waitFor = (run: Run, isEnough: (run: Run) => boolean, wait: Wait | undefined): Promise<Run> =>
    wait === undefined || isEnough(run)
      ? Promise.resolve(run)
      : news.until(run.id, async () => (await loadRun(sql, run.workspaceId, run.id)) ?? run, isEnough, wait);

  /** Who asks, where they may. */
  async function asker(by: Asking): Promise<string> {
    mustHave(by, "goals");
    const owner = ownerOf(by.caller);
    await checkOwner(by.caller.workspaceId, owner);
    return owner;
  }

  return {
    async submitGoal(by, asked, wait) {
      const requestedBy = await asker(by);
      const request = await read.goal(by, asked);
      const begun = await goals.request({ ...request, ...trailOf(by), requestedBy }, by.onceId);
      const run = await waitFor(
        begun,
        ({ status, planTrouble }) => status !== "planning" || planTrouble !== null,
        wait,
      );
      return withEstimate(toGoal(run));
    },

    async getGoal(by, id) {
      mustHave(by, "goals");
      return withEstimate(await reachedGoal(sql, by, id));
    },

    listGoals: (by, filter) => listOutsideGoals(sql, by, filter),

    async reworkGoal(by, id, { feedback, priority }) {
      mustHave(by, "goals");
      const goal = await reachedGoal(sql, by, id);
      const requestedBy = await asker(by);
      mayChange(by, goal);
      const again = {
        ...trailOf(by),
        ...(await agentIn(read, by)),
        ...(priority === undefined ? {} : { priority }),
      };
      return withEstimate(toGoal(await goals.rework(goal, feedback, requestedBy, by.onceId, again)));
    },

    async cancelGoal(by, id, why) {
      mustHave(by, "goals");
      const goal = await reachedGoal(sql, by, id);
      const who = await asker(by);
      mayChange(by, goal);
      const how = { ...(await agentIn(read, by)), why };
      return withEstimate(toGoal(await goals.cancel(goal.run, who, by.onceId, how)));
    },

    async getRun(by, id, wait) {
      mustHave(by, "goals");
      return waitFor(await reachedRun(sql, by, id), hasEnded, wait);
    },
  };
}

/** What goes through with a goal, to its events and callbacks. */
const trailOf = ({ correlationId, traceparent }: Asking): FromOutside => ({
  correlationId,
  ...(traceparent === null ? {} : { traceparent }),
});

async function agentIn(read: ReadGoal, by: Asking): Promise<FromOutside> {
  const agent = await read.agent(by, {});
  return agent === null ? {} : { agent };
}

function toGoal(run: Run): Goal {
  if (!run.brief) throw new Error(`The run ${run.id} has no brief.`);
  return { id: run.brief.goalId, number: run.brief.goalNumber, run };
}
