import { z } from "zod";
import type { OutsideAgent, ProjectRef } from "../agent/agent.ts";
import { type AgentSpec, Effect, PlannedStep, Risk, ROLES, Role } from "../run/plan.ts";
import { effectsOfCommand } from "./effects.ts";

/** The name by which a planner means the project's own test command. */
export const TEST = "test";

/** A word from a list, said so in the JSON schema; read as any text, so that a wrong word can be answered in a sentence. */
const word = (words: readonly string[]) => z.string().meta({ enum: [...words] });

/**
 * The form of a planner's reply. Flat, every field required, `null` where there is nothing: what strict structured
 * output of every provider understands. A command is named, never written (issue 2, point 7).
 * Agents outside stand in it only where there are any.
 */
export function proposedPlan(
  commands: readonly string[],
  outside: readonly string[] = [],
): z.ZodType<{ steps: ProposedStep[] }> {
  const step = stepForm(commands, outside.length > 0);
  return z.strictObject({
    steps: z.array(outside.length > 0 ? step.extend({ outside_agent: word(outside).nullable() }) : step),
  });
}

const stepForm = (commands: readonly string[], hasOutside: boolean) =>
  z.strictObject({
    key: z.string(),
    title: z.string(),
    agent: word([
      "model",
      ...(commands.length > 0 ? ["command"] : []),
      "person",
      ...(hasOutside ? ["outside"] : []),
    ]),
    role: word(ROLES).nullable(),
    command: (commands.length > 0 ? word(commands) : z.string()).nullable(),
    question: z.string().nullable(),
    effect: z.string().nullable(),
    instructions: z.string(),
    after: z.array(z.string()),
    acceptance: z.array(z.string()),
    risk: word(Risk.options),
    effects: z.array(word(Effect.options)),
  });

export type ProposedStep = z.infer<ReturnType<typeof stepForm>> & {
  readonly outside_agent?: string | null | undefined;
};

/** What a plan can be made with: a project's commands, and agents outside. */
export type Means = { readonly project: ProjectRef | null; readonly outside: readonly OutsideAgent[] };

/** What a planned command may name: the project's listed commands, and `test` where the project has a test command. */
export function commandsOf(project: ProjectRef | null): ReadonlyMap<string, string> {
  const listed = new Map(Object.entries(project?.commands ?? {}));
  const test = project?.testCommand ?? null;
  return test === null || listed.has(TEST) ? listed : new Map([[TEST, test], ...listed]);
}

/** A step in our words, or why it cannot be one. */
export type Translated =
  | { readonly kind: "step"; readonly step: PlannedStep }
  | { readonly kind: "trouble"; readonly reasons: readonly string[] };

/** Turns one proposed step into ours. Its effects are at least those that its agent gives away, whatever the planner says. */
export function toPlannedStep(proposed: ProposedStep, means: Means): Translated {
  const agent = toAgent(proposed, means);
  if (typeof agent === "string") return { kind: "trouble", reasons: [agent] };
  const own = ownEffects(agent);
  const isApproval = agent.kind === "person" && agent.asks === "approval";
  const read = PlannedStep.safeParse({
    key: proposed.key,
    title: proposed.title,
    agent,
    instructions: proposed.instructions,
    after: [...new Set(proposed.after)],
    acceptance: proposed.acceptance,
    risk: proposed.risk,
    // An approval allows what comes after it; it does nothing itself.
    effects: isApproval ? [] : [...new Set([...own, ...proposed.effects])],
  });
  if (read.success) return { kind: "step", step: read.data };
  return {
    kind: "trouble",
    reasons: read.error.issues.map(
      ({ path, message }) => `Step "${proposed.key}": ${path.join(".") || "the step"} is wrong: ${message}.`,
    ),
  };
}

/** A command's own words give it away; what an agent outside does, nobody here sees. */
function ownEffects(agent: AgentSpec): readonly Effect[] {
  if (agent.kind === "remote") return ["outside agent"];
  return agent.kind === "command" ? effectsOfCommand(agent.name ?? "", agent.run) : [];
}

function toAgent(proposed: ProposedStep, { project, outside }: Means): AgentSpec | string {
  switch (proposed.agent) {
    case "outside":
      return toRemote(proposed, outside);
    case "command":
      return toCommand(proposed, commandsOf(project));
    case "model":
      return toModel(proposed);
    case "person":
      return toPerson(proposed);
    default:
      return `Step "${proposed.key}": "${proposed.agent}" is no agent; take model, command${outside.length > 0 ? ", outside" : ""} or person.`;
  }
}

function toCommand(
  { key, command }: ProposedStep,
  commands: ReadonlyMap<string, string>,
): AgentSpec | string {
  const run = command === null ? undefined : commands.get(command);
  if (command !== null && run !== undefined) return { kind: "command", run, name: command };
  const names = [...commands.keys()].map((name) => `"${name}"`).join(", ");
  const wrong =
    command === null ? "names no command" : `names the command "${command}", which the project does not list`;
  const instead =
    names === "" ? "The project lists no commands." : `It lists ${names}, and nothing else can be run.`;
  return `Step "${key}" ${wrong}. ${instead}`;
}

function toRemote(
  { key, outside_agent: name = null }: ProposedStep,
  outside: readonly OutsideAgent[],
): AgentSpec | string {
  const known = outside.find((agent) => agent.name.toLowerCase() === name?.toLowerCase());
  if (known) return { kind: "remote", agent: known.name };
  const names = outside.map((agent) => `"${agent.name}"`).join(", ");
  return `Step "${key}" ${name === null ? "names no agent outside" : `names the agent "${name}", which is not registered`}. ${names === "" ? "None is." : `There is ${names}.`}`;
}

function toModel({ key, role }: ProposedStep): AgentSpec | string {
  const known = Role.safeParse(role);
  if (known.success) return { kind: "model", role: known.data };
  return `Step "${key}": ${role === null ? "a model step needs a role" : `"${role}" is no role`}; take one of ${ROLES.join(", ")}.`;
}

function toPerson({ key, question, effect, instructions }: ProposedStep): AgentSpec | string {
  if (question === null || question.trim() === "")
    return `Step "${key}": a person needs a question, the whole ask in one sentence.`;
  const asks = effect === null ? "work" : "approval";
  return {
    kind: "person",
    asks,
    what: question,
    ...(effect === null ? {} : { effect }),
    why: instructions.slice(0, 2_000),
    people: [],
    rehearsed: false,
  };
}
