import type { OutsideAgent, ProjectRef } from "../agent/agent.ts";
import type { Prompt } from "../agent/prompt.ts";
import { QUOTE_RULE, quote, sections } from "../agent/quote.ts";
import { ROLE_BRIEFS } from "../agent/roles.ts";
import { ROLES } from "../run/plan.ts";
import type { PlanLimits } from "./plan-rules.ts";
import { commandsOf, type Means, proposedPlan } from "./proposed-plan.ts";

/** What somebody wants planned. `feedback` is what a reviewer wants changed in an earlier run of the goal. */
export type GoalToPlan = {
  readonly text: string;
  readonly requirements: readonly string[];
  readonly feedback: string | null;
};

/** A prompt, and the form of the plan that it asks for. */
export type PlannerPrompt = Prompt & { readonly schema: ReturnType<typeof proposedPlan> };

/** A plan that was no good, with everything that was wrong with it. */
export type Rejected = { readonly plan: unknown; readonly reasons: readonly string[] };

const MOST = { goal: 10_000, requirement: 1_000, line: 500, plan: 40_000 } as const;

/** Asks for a plan; the second time with the plan that was rejected and the reasons. */
export function toPlannerPrompt(
  goal: GoalToPlan,
  means: Means,
  limits: PlanLimits,
  rejected: Rejected | null,
): PlannerPrompt {
  return {
    schema: formOf(means),
    system: systemPrompt(limits.mostSteps, means.outside.length > 0),
    shared: sections([goalSection(goal), projectSection(means.project), outsideSection(means.outside)]),
    user: sections([
      limits.testsMustPass ? 'The project\'s tests must pass: plan a step with the command "test".' : "",
      limits.securityAudit
        ? 'A security audit is required: plan a model step in the role "security", before any step with effects.'
        : "",
      rejected ? rejectedSection(rejected) : "",
      "Now reply with the plan as a JSON object.",
    ]),
  };
}

/** The form of a plan that is made with these. */
export const formOf = ({ project, outside }: Means): ReturnType<typeof proposedPlan> =>
  proposedPlan(
    [...commandsOf(project).keys()],
    outside.map(({ name }) => name),
  );

const OUTSIDE = `
- "outside": one of the registered agents outside, named in "outside_agent". It takes the step when it is there, with the instructions and what earlier steps left behind, and works where nobody here sees it: such a step always has the effect "outside agent". Take one where its own words say that it can do what no model and no command here can.`;

function systemPrompt(mostSteps: number, hasOutside: boolean): string {
  const roles = ROLES.map((role) => `  - ${role}: ${ROLE_BRIEFS[role].does}`);
  return sections([
    "You are the planner in Countersign. You turn a team's goal into a plan: steps that agents and people carry out, each as soon as the steps that it comes after are done.",
    QUOTE_RULE,
    `Who can do a step:
- "model": writes a text in one of the roles below. It has no tools: it reads the goal and what earlier steps left behind, and its result is a proposal that nobody applies.
${roles.join("\n")}
- "command": runs one of the project's listed commands, named in "command". You cannot write a command; if no listed command does it, a person must.
- "person": is asked "question". With "effect" it is an approval: "effect" names what agreeing allows, as it stands on a button ("tag v1.2.0"). Without "effect" the person does something themselves and presses Done.${hasOutside ? OUTSIDE : ""}`,
    `Rules:
- As few steps as the goal needs, usually three to seven, never more than ${mostSteps}. A small question is one step.
- "key": lower-case letters, digits and dashes, unique. "title": what is done, at most 60 characters.
- "after": the keys of all steps whose results this step needs. Steps that do not need each other run at the same time. No circles. Every step is tied to the rest: what nobody uses is left out, or gathered by a last step.
- "instructions": what exactly to do, complete in itself, with what to leave alone. For an approval: why it should be agreed to.
- "acceptance": how one sees that the step is done, in sentences that can be checked.
- "effects": what the step does to the world: "push", "tag", "deploy", "outside agent"; [] for nearly all. Before any step with effects there must be an approval, as late as possible, so that the person sees what the earlier steps found.
- "risk": "low", "medium" or "high". "role", "command", "question"${hasOutside ? ', "outside_agent"' : ""} and "effect" are null where they do not belong.
- Plan nothing that was not asked for.`,
  ]);
}

function goalSection({ text, requirements, feedback }: GoalToPlan): string {
  return sections([
    `# The goal\n${quote(text, MOST.goal)}`,
    requirements.length === 0
      ? ""
      : `What it must meet:\n${requirements.map((one) => quote(one, MOST.requirement)).join("\n")}`,
    feedback === null
      ? ""
      : `It was done once before. What the reviewer wants changed:\n${quote(feedback, MOST.goal)}`,
  ]);
}

function projectSection(project: ProjectRef | null): string {
  if (!project) return "# The project\nThere is none, so there are no commands.";
  const commands = [...commandsOf(project)].map(([name, line]) => quote(`${name}: ${line}`, MOST.line));
  return sections([
    `# The project\n${quote(project.name, MOST.line)}`,
    commands.length === 0
      ? "It lists no commands."
      : `Its listed commands, each with the line that it runs:\n${commands.join("\n")}`,
  ]);
}

/** What agents say of themselves is quoted, like all that comes from outside. */
function outsideSection(outside: readonly OutsideAgent[]): string {
  if (outside.length === 0) return "";
  const lines = outside.map(({ name, description, capabilities }) =>
    quote(`${name}: ${[capabilities.join(", "), description].filter(Boolean).join(". ")}`, MOST.line),
  );
  return `# Agents outside, each with what it says it can do\n${lines.join("\n")}`;
}

const rejectedSection = ({ plan, reasons }: Rejected): string =>
  sections([
    `# Your last plan cannot be carried out\n${quote(JSON.stringify(plan ?? null, null, 1), MOST.plan)}`,
    `Why:\n${quote(reasons.map((reason) => `- ${reason}`).join("\n"), MOST.plan)}`,
    "Mend all of it, and keep the rest as it was.",
  ]);
