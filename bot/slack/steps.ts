import { goalById } from "#db/goals.ts";
import { loadRun } from "#db/load.ts";
import { Refusal } from "#engine/errors.ts";
import type { RunCommand } from "#engine/run/commands.ts";
import { hasEnded, type Run } from "#engine/run/run.ts";
import { reworkForm } from "./blocks/forms.ts";
import { planDetails } from "./blocks/plan-details.ts";
import { readText } from "./blocks/read-forms.ts";
import type { Desk } from "./desk.ts";
import type { Listening } from "./listen.ts";
import { refuseStrangers } from "./strangers.ts";

/** What the buttons of a goal, its plan and its blocked steps do. */
export function listenForSteps({ onClick, onForm }: Listening, desk: Desk): void {
  const submit = async (who: Who, runId: string, command: RunCommand): Promise<null> => {
    await refuseStrangers(desk, who);
    const stream = { kind: "run", id: runId, workspaceId: who.workspaceId } as const;
    await desk.engine.submit(stream, command, `person:${who.person}`, who.onceId);
    return null;
  };

  onClick("goal.stop", async (click) => {
    await refuseStrangers(desk, click);
    await desk.goals.cancel(
      await runOf(desk, click.workspaceId, click.value.run),
      click.person,
      click.onceId,
    );
    return null;
  });
  onClick("goal.details", async ({ workspaceId, person, value, open }) => {
    await refuseStrangers(desk, { workspaceId, person }, "see its goals");
    const run = await runOf(desk, workspaceId, value.run);
    await open(planDetails(run, await desk.contexts.about(workspaceId, run)));
    return null;
  });
  onClick("goal.rework", async ({ workspaceId, value, open }) => {
    await open(reworkForm(await runOf(desk, workspaceId, value.run)));
    return null;
  });
  onForm("goal.rework", async ({ workspaceId, person, metadata, values, onceId }) => {
    const feedback = readText(values, "feedback", true);
    if (feedback.kind === "wrong") return { errors: feedback.errors };
    await refuseStrangers(desk, { workspaceId, person });
    await rework(desk, { workspaceId, person, onceId }, metadata.run, feedback.value);
    return null;
  });

  onClick("plan.start", (click) => submit(click, click.value.run, { type: "start", by: click.person }));
  onClick("plan.again", (click) => submit(click, click.value.run, { type: "plan again" }));
  for (const [name, type] of STEP_BUTTONS)
    onClick(name, (click) =>
      submit(click, click.value.run, { type, key: click.value.key, by: click.person }),
    );
  onClick("link.open", async () => null);
}

/** A run that is stuck makes room for the next one: whoever sends the form has read that a new run begins. */
async function rework(
  desk: Desk,
  { workspaceId, person, onceId }: Who,
  runId: string,
  feedback: string,
): Promise<void> {
  const run = await runOf(desk, workspaceId, runId);
  if (!hasEnded(run)) await desk.goals.cancel(run, person, `${onceId}:cancel`);
  const goal = run.brief && (await goalById(desk.sql, workspaceId, run.brief.goalId));
  if (!goal) throw new Refusal("not_found", "There is no such goal any more.");
  await desk.goals.rework(goal, feedback, person, onceId);
}

const STEP_BUTTONS = [
  ["step.retry", "retry step"],
  ["step.ask-again", "retry step"],
  ["step.skip", "skip step"],
  ["step.take", "take step"],
] as const;

type Who = { readonly workspaceId: string; readonly person: string; readonly onceId: string };

async function runOf(desk: Desk, workspaceId: string, id: string): Promise<Run> {
  const run = await loadRun(desk.sql, workspaceId, id);
  if (!run) throw new Refusal("not_found", "There is no such goal any more.");
  return run;
}
