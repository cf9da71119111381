import type { ConsultationFact } from "#engine/consultation/consultation.ts";
import type { RunFact } from "#engine/run/facts.ts";

/** Names that the documents use for what happens here (S0-59…67, S3-18). A subscription may ask for any of them. */
export const DOCUMENTED_EVENTS = [
  "workflow.started",
  "workflow.completed",
  "workflow.finished", // the same as workflow.completed
  "workflow.failed",
  "workflow.cancelled",
  "task.completed",
  "task.failed",
  "task.blocked",
  "agent.blocked", // the same as task.blocked
  "human.input.requested",
  "human.input.received",
  "human.input.timeout",
  "request.responded",
  "request.timed_out",
  "request.cancelled",
  "code.analysis.needed",
  "code.approved",
  "code.rejected",
  "deployment.started",
  "deployment.completed",
  "deployment.failed",
] as const;

/**
 * Every name of a run's fact, the one that its envelope bears first: the documented one where there is one, else the fact's
 * own. A failure that is tried again is no `task.failed` yet.
 */
export function namesOfRunFact(fact: RunFact): readonly [string, ...string[]] {
  switch (fact.type) {
    case "run.started":
      return ["workflow.started"];
    case "run.succeeded":
      return ["workflow.completed", "workflow.finished"];
    case "run.failed":
      return ["workflow.failed"];
    case "run.cancelled":
      return ["workflow.cancelled"];
    case "step.succeeded":
      return ["task.completed"];
    case "step.failed":
      return fact.notBefore === null ? ["task.failed"] : [fact.type];
    case "step.blocked":
      return ["task.blocked", "agent.blocked"];
    case "step.asked":
      return ["human.input.requested"];
    case "step.answered":
      return ["human.input.received"];
    default:
      return [fact.type];
  }
}

/**
 * Every name of a question's fact, first the one that its envelope bears. That a run's step asks, and has its answer, the
 * run's own facts tell; so of its question only the time-out bears a documented name.
 */
export function namesOfQuestionFact(
  fact: ConsultationFact,
  isOutside: boolean,
): readonly [string, ...string[]] {
  if (fact.type === "consultation.expired")
    return isOutside ? ["human.input.timeout", "request.timed_out"] : ["human.input.timeout"];
  if (!isOutside) return [fact.type];
  switch (fact.type) {
    case "consultation.opened":
      return ["human.input.requested"];
    case "consultation.settled":
      return ["human.input.received", "request.responded"];
    case "consultation.withdrawn":
      return ["request.cancelled"];
    default:
      return [fact.type];
  }
}

/** Every name under which an event is known, itself first: `workflow.completed` is `workflow.finished` too. */
export function aliasesOf(name: string): readonly [string, ...string[]] {
  const same = ALIASES.find((names) => names.includes(name)) ?? [];
  return [name, ...same.filter((other) => other !== name)];
}

const ALIASES: readonly (readonly string[])[] = [
  ["workflow.completed", "workflow.finished"],
  ["task.blocked", "agent.blocked"],
];
