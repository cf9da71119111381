import type { Answer } from "../consultation/question.ts";
import { Refusal } from "../errors.ts";
import type { StepCommand } from "./commands.ts";
import type { RunFact } from "./facts.ts";
import { began, goOn } from "./go-on.ts";
import { type Instant, isApproval, isTest, type Run, type Step, stepOf } from "./run.ts";

/** How often reviewers may send work back within one run before a person must say how it goes on. */
export const MOST_ROUNDS = 3;

/** What follows from an answer, or from what a person does about a blocked step. */
export function decideStep(run: Run, command: StepCommand, at: Instant): readonly RunFact[] {
  const step = stepOf(run, command.key);
  switch (command.type) {
    case "take answer":
      return takeAnswer(run, waitingFor(step, command.consultationId), command, at);
    case "question expired":
      waitingFor(step, command.consultationId);
      return [{ type: "step.blocked", key: step.key, reason: "Nobody answered in time." }];
    case "retry step":
      return goOn(run, [{ type: "step.retried", key: blocked(step).key }], at);
    case "take step":
      return goOn(run, [{ type: "step.taken", key: replaceable(step).key, by: command.by }], at);
    case "skip step":
      return goOn(run, [{ type: "step.skipped", key: skippable(run, step).key }], at);
  }
}

type TakeAnswer = Extract<StepCommand, { readonly type: "take answer" }>;

function takeAnswer(run: Run, step: Step, { answer, next }: TakeAnswer, at: Instant): readonly RunFact[] {
  const { key } = step;
  const answered: RunFact = { type: "step.answered", key, answer };
  if (isApproval(step) && answer.decision === "reject") {
    const reason = `Rejected by <@${answer.by}>${answer.note ? `: ${answer.note}` : "."}`;
    return [
      answered,
      { type: "step.failed", key, reason, log: null, notBefore: null },
      { type: "run.failed", reason },
    ];
  }
  if (isApproval(step) && answer.decision === "request_changes")
    return [answered, ...sendBack(run, step, answer, at)];
  return [answered, next ? began(step, next) : { type: "step.ready", key }];
}

/** Work goes back to the models that wrote what was reviewed; where there is none, a person says how it goes on. */
function sendBack(run: Run, step: Step, answer: Answer, at: Instant): readonly RunFact[] {
  const reopened = run.rounds < MOST_ROUNDS ? toRedo(run, step) : [];
  if (reopened.length === 0)
    return [
      { type: "step.blocked", key: step.key, reason: `<@${answer.by}> asked for changes: ${answer.note}` },
    ];
  const guidance = { by: answer.by, text: answer.note };
  return goOn(run, [{ type: "steps.reopened", keys: reopened, guidance }], at);
}

/** The models' steps before this one, and all that stands between them and it; nothing where no model wrote anything. */
function toRedo(run: Run, step: Step): readonly string[] {
  const before = ancestors(run, step);
  const review = run.steps.filter((one) => before.has(one.key) || one === step);
  const redo = new Set(review.filter((one) => one.agent.kind === "model").map((one) => one.key));
  for (let size = -1; size !== redo.size; ) {
    size = redo.size;
    for (const one of review) if (one.after.some((key) => redo.has(key))) redo.add(one.key);
  }
  return redo.has(step.key) ? review.filter((one) => redo.has(one.key)).map((one) => one.key) : [];
}

function ancestors(run: Run, step: Step): ReadonlySet<string> {
  const found = new Set<string>();
  const byKey = new Map(run.steps.map((one) => [one.key, one]));
  const open = [...step.after];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (found.has(key)) continue;
    found.add(key);
    open.push(...(byKey.get(key)?.after ?? []));
  }
  return found;
}

function waitingFor(step: Step, consultationId: string): Step {
  if (step.status !== "waiting" || step.consultationId !== consultationId)
    throw new Refusal("wrong_state", `Step "${step.key}" does not wait for this answer any more.`);
  return step;
}

function blocked(step: Step): Step {
  if (step.status !== "blocked")
    throw new Refusal("wrong_state", `Step "${step.title}" is not blocked any more.`);
  return step;
}

function replaceable(step: Step): Step {
  if (isApproval(step))
    throw new Refusal("not_allowed", "An approval can't be taken over: ask again, or name a reviewer.");
  return blocked(step);
}

function skippable(run: Run, step: Step): Step {
  if (isApproval(step)) throw new Refusal("not_allowed", "An approval can't be skipped.");
  if (isTest(step) && run.brief?.testsMustPass)
    throw new Refusal("not_allowed", "Tests must pass for this goal, so they can't be skipped.");
  return blocked(step);
}
