import { Refusal } from "../errors.ts";
import type { AttemptCommand } from "./commands.ts";
import type { RunFact } from "./facts.ts";
import { began, goOn } from "./go-on.ts";
import { nextTry, RETRIES } from "./retry.ts";
import { type Instant, isApproval, type Run, type Step, stepOf } from "./run.ts";

/** What follows from a word of whoever works on a step. The lease tells an owner from somebody who comes too late. */
export function decideAttempt(run: Run, command: AttemptCommand, at: Instant): readonly RunFact[] {
  const { key } = command;
  const step = command.type === "begin attempt" ? readyStep(run, command) : heldStep(run, key, command.lease);
  switch (command.type) {
    case "begin attempt":
      return [began(step, command, command.claim?.by)];
    case "report progress":
      return step.note === command.note ? [] : [{ type: "step.progressed", key, note: command.note }];
    case "finish step":
      if (isApproval(step) && step.answer?.decision !== "approve")
        return fail(step, { reason: "Nobody has approved this.", again: false }, at);
      return goOn(run, [{ type: "step.succeeded", key, output: command.output }], at, command.next);
    case "ask": {
      const { consultationId, question, checkpoint } = command;
      return [{ type: "step.asked", key, consultationId, question, checkpoint }];
    }
    case "fail step":
      return fail(step, command, at);
    case "lose attempt":
      return lose(step, command.reason, command.counts);
  }
}

type Begin = Extract<AttemptCommand, { readonly type: "begin attempt" }>;

/** Who claims a step was offered one attempt at it: meanwhile it may be another's, or a person's. */
function readyStep(run: Run, { key, claim }: Begin): Step {
  const step = stepOf(run, key);
  if (run.status !== "running" || step.status !== "ready")
    throw new Refusal("stale_attempt", `Step "${key}" is not waiting to be worked on.`);
  const isRemote = step.agent.kind === "remote";
  if (isRemote !== (claim !== undefined) || (claim && claim.attempt !== step.attempt + 1))
    throw new Refusal("stale_attempt", `Step "${key}" is not for you to begin.`);
  return step;
}

function heldStep(run: Run, key: string, lease: string): Step {
  const step = stepOf(run, key);
  if (step.status !== "working" || step.lease !== lease)
    throw new Refusal("stale_attempt", `This attempt at "${key}" is no longer the one being worked on.`);
  return step;
}

type Failure = Pick<
  Extract<AttemptCommand, { readonly type: "fail step" }>,
  "reason" | "again" | "log" | "retryAfterMs"
>;

function fail(step: Step, failure: Failure, at: Instant): readonly RunFact[] {
  const { reason, again, log = null, retryAfterMs = 0 } = failure;
  const notBefore = again ? nextTry(step, at, retryAfterMs) : null;
  const failed: RunFact = { type: "step.failed", key: step.key, reason, log, notBefore };
  return notBefore === null ? [failed, { type: "step.blocked", key: step.key, reason }] : [failed];
}

/** A lost worker costs the step one of its tries: what kills its workers must not be tried for ever. */
function lose(step: Step, reason: string, counts: boolean): readonly RunFact[] {
  const lost: RunFact = { type: "attempt.lost", key: step.key, reason, counts };
  if (counts && step.tries >= RETRIES) return [lost, { type: "step.blocked", key: step.key, reason }];
  return [lost, { type: "step.ready", key: step.key }];
}
