import { Refusal } from "../errors.ts";
import { decideAttempt } from "./attempt.ts";
import type { RunCommand } from "./commands.ts";
import type { RunFact } from "./facts.ts";
import { goOn } from "./go-on.ts";
import { checkPlan, isRisky, type Plan } from "./plan.ts";
import { deadlineOf, stepsDue } from "./retry.ts";
import { type Brief, hasEnded, type Instant, isSecurityAudit, type Run } from "./run.ts";
import { decideStep } from "./step.ts";

/** What a command leads to: the facts that follow from it, or a refusal. */
export function decide(run: Run, command: RunCommand, at: Instant): readonly RunFact[] {
  if (command.type !== "request") refuseUnlessOpen(run);
  switch (command.type) {
    case "request":
      return request(run, command, at);
    case "propose plan":
      return proposePlan(run, command.plan, at);
    case "report plan trouble":
      refuseUnless(run.status === "planning", "This goal has its plan already.");
      return [{ type: "plan.troubled", reason: command.reason }];
    case "plan again":
      refuseUnless(run.planTrouble !== null, "The planner is not stuck.");
      return [{ type: "plan.retried" }];
    case "start":
      refuseUnless(run.status === "proposed", "This plan has been started already.");
      if (command.by !== run.brief?.requestedBy)
        throw new Refusal("not_allowed", "Only the person who asked for this goal can start its plan.");
      return goOn(run, [{ type: "run.started" }], at);
    case "guide":
      return [{ type: "run.guided", guidance: { by: command.by, text: command.text } }];
    case "cancel":
      return [{ type: "run.cancelled", reason: command.reason }];
    case "keep time":
      return keepTime(run, at);
    case "begin attempt":
    case "report progress":
    case "finish step":
    case "ask":
    case "fail step":
    case "lose attempt":
      return decideAttempt(run, command, at);
    case "take answer":
    case "question expired":
    case "retry step":
    case "skip step":
    case "take step":
      return decideStep(run, command, at);
  }
}

type Request = Extract<RunCommand, { readonly type: "request" }>;

function request(run: Run, { brief, plan }: Request, at: Instant): readonly RunFact[] {
  if (run.seq > 0) throw new Refusal("wrong_state", "This run has been requested already.");
  const requested: RunFact = { type: "run.requested", brief };
  if (plan === null) return [requested];
  checkPlan(plan);
  refuseUnaudited(brief, plan);
  return goOn(run, [requested, { type: "plan.proposed", plan }, { type: "run.started" }], at);
}

function proposePlan(run: Run, plan: Plan, at: Instant): readonly RunFact[] {
  refuseUnless(run.status === "planning", "This goal has its plan already.");
  checkPlan(plan);
  refuseUnaudited(run.brief, plan);
  const proposed: RunFact = { type: "plan.proposed", plan };
  const approval = run.brief?.planApproval ?? "always";
  if (approval === "always" || (approval === "risky" && isRisky(plan))) return [proposed];
  return goOn(run, [proposed, { type: "run.started" }], at);
}

function refuseUnaudited(brief: Brief | null, plan: Plan): void {
  if (brief?.securityAudit && !plan.some(isSecurityAudit))
    throw new Refusal(
      "bad_plan",
      "This goal requires a security audit, and its plan holds no security step: add a step in the role “security”, or a command named “security-audit”.",
    );
}

/** Whatever has come due: the end of the allowed time first, then steps to be tried again. */
function keepTime(run: Run, at: Instant): readonly RunFact[] {
  const deadline = deadlineOf(run);
  if (deadline !== null && deadline <= at)
    return [{ type: "run.failed", reason: "The working time that was allowed for this goal is used up." }];
  return stepsDue(run, at).map((step) => ({ type: "step.ready", key: step.key }));
}

function refuseUnlessOpen(run: Run): void {
  if (run.seq === 0) throw new Refusal("not_found", "There is no such run.");
  if (hasEnded(run))
    throw new Refusal(
      "wrong_state",
      `This run has already ${run.status === "cancelled" ? "been cancelled" : run.status}.`,
    );
}

function refuseUnless(condition: boolean, why: string): void {
  if (!condition) throw new Refusal("wrong_state", why);
}
