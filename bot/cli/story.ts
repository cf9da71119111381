import type { Answer } from "#engine/consultation/question.ts";
import type { RunFact, StepFact } from "#engine/run/facts.ts";

/** A fact of a run's log as a sentence for an operator. */
export function tellFact(fact: RunFact, actor: string): string {
  const by = actor.replace(/^person:/, "");
  return isOfStep(fact) ? tellStep(fact, by) : tellRun(fact, by);
}

const isOfStep = (fact: RunFact): fact is StepFact => !/^(run|plan)\./.test(fact.type);

function tellRun(fact: Exclude<RunFact, StepFact>, by: string): string {
  switch (fact.type) {
    case "run.requested":
      return `${by} asked for it${fact.brief.feedback === null ? "" : `, again: ${fact.brief.feedback}`}`;
    case "plan.proposed":
      return `planned: ${fact.plan.length} steps`;
    case "plan.troubled":
      return `the planner is stuck: ${fact.reason}`;
    case "plan.retried":
      return `${by} had it planned again`;
    case "run.started":
      return `started by ${by}`;
    case "run.guided":
      return `${fact.guidance.by} said: ${fact.guidance.text}`;
    case "run.succeeded":
      return "the goal is reached";
    case "run.failed":
      return `failed: ${fact.reason}`;
    case "run.cancelled":
      return `cancelled: ${fact.reason}`;
  }
}

function tellStep(fact: StepFact, by: string): string {
  switch (fact.type) {
    case "step.ready":
      return `${fact.key} is next`;
    case "attempt.began":
      return `${fact.key}: attempt ${fact.attempt} began`;
    case "attempt.lost":
      return `${fact.key}: the attempt was lost: ${fact.reason}`;
    case "step.progressed":
      return `${fact.key}: ${fact.note}`;
    case "step.asked":
      return `${fact.key} asks: ${fact.question.what}`;
    case "step.answered":
      return `${fact.key}: ${tellAnswer(fact.answer)}`;
    case "step.failed":
      return `${fact.key} failed: ${fact.reason}${fact.notBefore === null ? "" : "; it is tried again"}`;
    case "step.blocked":
      return `${fact.key} is blocked: ${fact.reason}`;
    case "step.retried":
      return `${by} had ${fact.key} tried again`;
    case "step.skipped":
      return `${by} skipped ${fact.key}`;
    case "step.taken":
      return `${fact.by} took ${fact.key}`;
    case "steps.reopened":
      return `${fact.guidance.by} sent back ${fact.keys.join(", ")}: ${fact.guidance.text}`;
    case "step.succeeded":
      return `${fact.key} is done: ${fact.output.summary}`;
  }
}

function tellAnswer({ decision, note, by, alone }: Answer): string {
  const words = `${by} answered: ${decision.replaceAll("_", " ")}${alone ? ", alone" : ""}`;
  return note === "" ? words : `${words}. ${note}`;
}
