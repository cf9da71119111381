import { type Goal, goalByNumber, goalsBy, listGoals } from "#db/goals.ts";
import { listWorkflows } from "#db/places.ts";
import { questionsOf } from "#db/story.ts";
import { Refusal } from "#engine/errors.ts";
import { hasEnded, type Run } from "#engine/run/run.ts";
import { Workflow } from "#engine/run/workflow.ts";
import type { Card } from "./blocks/card.ts";
import { done, help, list, status } from "./blocks/private.ts";
import type { Asker, Desk } from "./desk.ts";
import type { Reading } from "./grammar.ts";
import { refuseStrangers } from "./strangers.ts";
import { outsideOf } from "./sync-told.ts";

/** How far back "the goal I mean" may lie. */
const MOST_LOOKED_AT = 20;

type CommandReading = Exclude<Reading, { readonly kind: "form" | "goal" | "run" }>;

/** Does what a subcommand asks, and says privately what came of it. Throws `Refusal` where it can't be done. */
export async function carryOut(
  desk: Desk,
  asker: Asker,
  reading: CommandReading,
  onceId: string,
): Promise<Card> {
  const { workspaceId, person } = asker;
  switch (reading.kind) {
    case "help":
      return help(await desk.contexts.about(workspaceId));
    case "list":
      await refuseStrangers(desk, asker, "see its goals");
      return listCard(desk, workspaceId);
    case "status": {
      await refuseStrangers(desk, asker, "see its goals");
      const { goal, isLatest } = await meant(
        desk,
        asker,
        reading.goal,
        () => true,
        "You have no goal here yet.",
      );
      const [questions, outside, threadLink] = await Promise.all([
        questionsOf(desk.sql, workspaceId, goal.run.id),
        outsideOf(desk.sql, goal.run),
        desk.linkOf(workspaceId, goal.id),
      ]);
      return status(
        { run: goal.run, questions },
        { ...(await desk.contexts.about(workspaceId, goal.run, questions)), threadLink },
        isLatest,
        outside,
      );
    }
    case "cancel": {
      await refuseStrangers(desk, asker);
      const isOpen = (run: Run) => !hasEnded(run);
      const { goal } = await meant(desk, asker, reading.goal, isOpen, "None of your goals here is going on.");
      const run = await desk.goals.cancel(goal.run, person, onceId);
      return done("Cancelled", run, await desk.contexts.about(workspaceId, run));
    }
    case "rework": {
      await refuseStrangers(desk, asker);
      const { goal } = await meant(
        desk,
        asker,
        reading.goal,
        hasEnded,
        "None of your goals here has ended yet.",
      );
      const run = await desk.goals.rework(goal, reading.feedback, person, onceId);
      return done("Started again:", run, await desk.contexts.about(workspaceId, run));
    }
  }
}

async function listCard(desk: Desk, workspaceId: string): Promise<Card> {
  const [goals, workflows] = await Promise.all([
    listGoals(desk.sql, workspaceId, { most: 50, isOpen: true }),
    listWorkflows(desk.sql, workspaceId),
  ]);
  const runs = goals.map((goal) => goal.run);
  const listed = workflows.map(({ name, document }) => ({
    name,
    parameters: Object.keys(Workflow.parse(document).parameters),
  }));
  return list(runs, listed);
}

/** The goal of that number, else the thread's, else the person's latest in this channel for which it makes sense. */
async function meant(
  { sql }: Desk,
  { workspaceId, person, channel, goal: ofThread }: Asker,
  number: number | null,
  makesSense: (run: Run) => boolean,
  otherwise: string,
): Promise<{ readonly goal: Goal; readonly isLatest: boolean }> {
  if (number !== null) {
    const goal = await goalByNumber(sql, workspaceId, number);
    if (goal) return { goal, isLatest: false };
    throw new Refusal("not_found", `There is no goal g${number}. \`/goal list\` shows what is under way.`);
  }
  if (ofThread) return { goal: ofThread, isLatest: false };
  const goals = await goalsBy(sql, { workspaceId, person, channel }, MOST_LOOKED_AT);
  const latest = goals.find(({ run }) => makesSense(run));
  if (latest) return { goal: latest, isLatest: true };
  throw new Refusal("not_found", `${otherwise} Name another one by its number: \`/goal status g14\`.`);
}

/** Whether there is a goal that a rework without a number could mean. */
export async function hasReworkable(
  { sql }: Desk,
  { workspaceId, person, channel, goal }: Asker,
): Promise<boolean> {
  if (goal) return hasEnded(goal.run);
  const goals = await goalsBy(sql, { workspaceId, person, channel }, MOST_LOOKED_AT);
  return goals.some(({ run }) => hasEnded(run));
}
