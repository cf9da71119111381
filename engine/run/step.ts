import type { Answer } from "../consultation/question.ts";
import { Refusal } from "../errors.ts";
import type { StepCommand } from "./commands.ts";
import type { RunFact } from "./facts.ts";
import { began, goOn, mayFollow } from "./go-on.ts";
import { followersOf } from "./plan.ts";
import { type Instant, isApproval, isSecurityAudit, isTest, type Run, type Step, stepOf } from "./run.ts";

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
      return goOn(run, [{ type: "step.taken", key: replaceable(run, step).key, by: command.by }], at);
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
  return [answered, next && mayFollow(step, next) ? began(step, next) : { type: "step.ready", key }];
}

/** Work goes back to the agents that wrote what was reviewed; where there is none, a person says how it goes on. */
function sendBack(run: Run, step: Step, answer: Answer, at: Instant): readonly RunFact[] {
  const reopened = run.rounds < MOST_ROUNDS ? toRedo(run, step) : [];
  if (reopened.length === 0)
    return [
      { type: "step.blocked", key: step.key, reason: `<@${answer.by}> asked for changes: ${answer.note}` },
    ];
  const guidance = { by: answer.by, text: answer.note };
  const keys = reopened.map((one) => one.key);
  const withdrawn = reopened.flatMap((one) =>
    one.status === "waiting" && one !== step && one.consultationId !== null ? [one.consultationId] : [],
  );
  return goOn(run, [{ type: "steps.reopened", keys, guidance, withdrawn }], at);
}

/**
 * What models and agents outside wrote before this step, and all that was begun on top of them, wherever it stands in the plan: nothing may
 * go on with, or stand approved on, what is being written again. Nothing where none of them wrote anything.
 */
function toRedo(run: Run, step: Step): readonly Step[] {
  const byKey = new Map(run.steps.map((one) => [one.key, one]));
  const before = reached([step.key], (key) => byKey.get(key)?.after ?? []);
  const written = run.steps.filter(
    (one) => isWriting(one) && one.status === "succeeded" && before.has(one.key),
  );
  const followers = followersOf(run.steps);
  const redo = reached(
    written.map((one) => one.key),
    (key) => followers.get(key) ?? [],
  );
  return run.steps.filter((one) => redo.has(one.key) && one.status !== "pending");
}

/** A step that can be done again for a reviewer: what pushed, tagged or deployed is not taken back by doing it twice. */
const isWriting = ({ agent, effects }: Step): boolean =>
  agent.kind === "model" ||
  (agent.kind === "remote" && effects.every((effect) => effect === "outside agent"));

/** These keys and every key that can be reached from them. */
function reached(from: readonly string[], next: (key: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set(from);
  for (const key of found) for (const one of next(key)) found.add(one); // a set also visits what is added on the way
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

function replaceable(run: Run, step: Step): Step {
  if (isApproval(step))
    throw new Refusal("not_allowed", "An approval can't be taken over: ask again, or name a reviewer.");
  refuseWithout(run, step, "nobody can stand in for");
  return blocked(step);
}

function skippable(run: Run, step: Step): Step {
  if (isApproval(step)) throw new Refusal("not_allowed", "An approval can't be skipped.");
  refuseWithout(run, step, "nobody can skip");
  return blocked(step);
}

/** What the requester made a condition of the goal happens as it was planned, or the goal is not reached. */
function refuseWithout(run: Run, step: Step, why: string): void {
  if (isTest(step) && run.brief?.testsMustPass)
    throw new Refusal("not_allowed", `Tests must pass for this goal, so ${why} them. Try again.`);
  if (isSecurityAudit(step) && run.brief?.securityAudit)
    throw new Refusal("not_allowed", `This goal requires a security audit, so ${why} it. Try again.`);
}
