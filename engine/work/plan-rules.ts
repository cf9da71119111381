import { type Plan, type PlannedStep, troubleWith } from "../run/plan.ts";
import { isApproval, isSecurityAudit, isTest } from "../run/run.ts";
import { riskOf, worstOf } from "./effects.ts";
import type { ProposedStep } from "./proposed-plan.ts";

/** What a planner's plan is held to, beyond what the engine asks of every plan. */
export type PlanLimits = {
  readonly mostSteps: number;
  readonly testsMustPass: boolean;
  /** Somebody must look for weaknesses, before anything happens to the world. */
  readonly securityAudit: boolean;
};

/** Everything that is wrong with how the proposed steps hang together, whatever each of them does. */
export function troubleWithShape(proposed: readonly ProposedStep[], mostSteps: number): readonly string[] {
  const plan = proposed.map(toShape);
  const trouble = troubleWith(plan, mostSteps);
  return trouble.length > 0 ? trouble : looseParts(plan);
}

/** Only the key and the order matter here: a step that is wrong in itself still has its place. */
const toShape = ({ key, after }: ProposedStep): PlannedStep => ({
  key,
  title: key,
  agent: { kind: "model", role: "analyst" },
  instructions: "",
  after: [...after],
  acceptance: [],
  risk: "low",
  effects: [],
  timeoutMs: 300_000,
});

/** Steps that nothing ties to the largest part of the plan: nobody would miss them. */
function looseParts(plan: Plan): readonly string[] {
  const neighbours = new Map(plan.map(({ key }) => [key, new Set<string>()]));
  for (const { key, after } of plan)
    for (const before of after) {
      neighbours.get(key)?.add(before);
      neighbours.get(before)?.add(key);
    }
  const left = new Set(neighbours.keys());
  const parts: ReadonlySet<string>[] = [];
  for (const key of left) {
    const part = reached(key, (at) => neighbours.get(at) ?? []);
    for (const member of part) left.delete(member);
    parts.push(part);
  }
  const [, ...loose] = parts.toSorted((a, b) => b.size - a.size);
  return loose.flatMap((part) =>
    [...part].map(
      (key) => `Step "${key}" is not tied to the rest of the plan: let a later step use it, or leave it out.`,
    ),
  );
}

/** Everything that can be reached from here, this one included. */
function reached(from: string, next: (key: string) => Iterable<string>): ReadonlySet<string> {
  const found = new Set([from]);
  // A set can grow while it is walked through: what is added is walked through too.
  for (const key of found) for (const other of next(key)) found.add(other);
  return found;
}

/** What is wrong with a well-shaped plan: something happens to the world before anybody agreed, or untested. */
export function troubleWithOrder(plan: Plan, limits: PlanLimits): readonly string[] {
  const before = stepsBefore(plan);
  const acting = plan.filter((step) => step.effects.length > 0);
  const unapproved = acting
    .filter((step) => !before(step).some(isApproval))
    .map(
      (step) =>
        `Step "${step.key}" does something that cannot be undone here (${step.effects.join(", ")}): a person step with an "effect" must come before it.`,
    );
  const untested = limits.testsMustPass ? missingBefore(TESTS, plan, acting, before) : [];
  const unaudited = limits.securityAudit ? missingBefore(AUDIT, plan, acting, before) : [];
  return [...unapproved, ...untested, ...unaudited];
}

/** Something that the requester wants to be sure of: in the plan, and before whatever happens to the world. */
type Assurance = {
  readonly is: (step: PlannedStep) => boolean;
  readonly none: string;
  readonly late: (key: string) => string;
};

const TESTS: Assurance = {
  is: isTest,
  none: 'The tests must pass: the plan needs a step with the command "test".',
  late: (key) => `The tests must pass before "${key}": let it come after the command "test".`,
};

const AUDIT: Assurance = {
  is: isSecurityAudit,
  none: 'A security audit is required: the plan needs a model step in the role "security".',
  late: (key) =>
    `The security audit must come before "${key}": let it come after the step in the role "security".`,
};

const missingBefore = (
  { is, none, late }: Assurance,
  plan: Plan,
  acting: Plan,
  before: (step: PlannedStep) => Plan,
): readonly string[] => [
  ...acting.filter((step) => !before(step).some(is)).map(({ key }) => late(key)),
  ...(plan.some(is) ? [] : [none]),
];

/**
 * What rules say and no planner can talk away: a step is at least as risky as its effects, an approval as all that it
 * allows; and an approval names what it allows, so that a harmless question cannot stand before a deploy.
 */
export function underRules(plan: Plan): Plan {
  const before = stepsBefore(plan);
  const rated = plan.map((step) => ({ ...step, risk: worstOf([step.risk, riskOf(step.effects)]) }));
  return rated.map((step) => {
    const allowed = rated.filter(
      (one) => one.effects.length > 0 && before(one).some(({ key }) => key === step.key),
    );
    return isApproval(step) && allowed.length > 0 ? allowing(step, allowed) : step;
  });
}

function allowing(approval: PlannedStep, allowed: Plan): PlannedStep {
  if (approval.agent.kind !== "person") return approval;
  const named = allowed.map(
    ({ title, agent, effects }) =>
      `${agent.kind === "command" && agent.name ? agent.name : title} (${effects.join(", ")})`,
  );
  const why = `Agreeing allows: ${named.join("; ")}. ${approval.agent.why}`.trim().slice(0, 2_000);
  const risk = worstOf([approval.risk, ...allowed.map((one) => one.risk)]);
  return { ...approval, risk, agent: { ...approval.agent, why } };
}

/** For each step, all steps that are done before it begins. */
function stepsBefore(plan: Plan): (step: PlannedStep) => Plan {
  const byKey = new Map(plan.map((step) => [step.key, step]));
  return (step) =>
    [...reached(step.key, (key) => byKey.get(key)?.after ?? [])].flatMap((key) => {
      const found = byKey.get(key);
      return found && key !== step.key ? [found] : [];
    });
}
