import type { Assignment } from "#engine/agent/agent.ts";
import { iso, toAnswer, toGuidance, toOutput } from "../wire.ts";
import { taskId } from "./task-id.ts";
import type { Task } from "./tasks.ts";

/** A task as its agent reads it, claimed or pushed. */
export function toTaskWire({ assignment, held, agent }: Task) {
  const { step, goal, project, answer } = assignment;
  return {
    ...{ id: taskId(held), run_id: held.runId, step: held.stepKey, attempt: held.attempt, agent },
    ...{ title: step.title, instructions: step.instructions, acceptance: step.acceptance },
    ...{ risk: step.risk, effects: step.effects },
    goal: {
      ...{ id: goal.id, number: goal.number, text: goal.text, requirements: goal.requirements },
      requested_by: goal.requestedBy,
    },
    project: project && { id: project.id, name: project.name },
    branch: assignment.branch,
    inputs: assignment.inputs.map(toInput),
    ...{ skipped: assignment.skipped, parameters: assignment.parameters },
    guidance: assignment.guidance.map(toGuidance),
    ...{ answer: answer && toAnswer(answer), checkpoint: assignment.checkpoint ?? null },
    lease_seconds: held.leaseMs / 1_000,
    lease_until: iso(held.leaseUntil.getTime()),
    deadline: iso(held.deadline.getTime()),
  };
}

const toInput = ({ key, title, output }: Assignment["inputs"][number]) => ({
  ...{ step: key, title },
  ...toOutput(output),
});
