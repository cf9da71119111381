import { z } from "zod";
import type { ProjectRef } from "../agent/agent.ts";
import { type AgentSpec, Effect, PlannedStep, Risk, ROLES, Role } from "../run/plan.ts";
import { effectsOfCommand } from "./effects.ts";

/** The name by which a planner means the project's own test command. */
export const TEST = "test";

/** A word from a list, said so in the JSON schema; read as any text, so that a wrong word can be answered in a sentence. */
const word = (words: readonly string[]) => z.string().meta({ enum: [...words] });

/**
 * The form of a planner's reply. Flat, every field required, `null` where there is nothing: what strict structured
 * output of every provider understands. A command is named, never written (issue 2, point 7).
 */
export const proposedPlan = (commands: readonly string[]) =>
  z.strictObject({
    steps: z.array(
      z.strictObject({
        key: z.string(),
        title: z.string(),
        agent: word(commands.length > 0 ? ["model", "command", "person"] : ["model", "person"]),
        role: word(ROLES).nullable(),
        command: (commands.length > 0 ? word(commands) : z.string()).nullable(),
        question: z.string().nullable(),
        effect: z.string().nullable(),
        instructions: z.string(),
        after: z.array(z.string()),
        acceptance: z.array(z.string()),
        risk: word(Risk.options),
        effects: z.array(word(Effect.options)),
      }),
    ),
  });

export type ProposedStep = z.infer<ReturnType<typeof proposedPlan>>["steps"][number];

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

/** Turns one proposed step into ours. Its effects are at least those that its command's own words give away. */
export function toPlannedStep(proposed: ProposedStep, commands: ReadonlyMap<string, string>): Translated {
  const agent = toAgent(proposed, commands);
  if (typeof agent === "string") return { kind: "trouble", reasons: [agent] };
  const own = agent.kind === "command" ? effectsOfCommand(agent.name ?? "", agent.run) : [];
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

function toAgent(proposed: ProposedStep, commands: ReadonlyMap<string, string>): AgentSpec | string {
  switch (proposed.agent) {
    case "command":
      return toCommand(proposed, commands);
    case "model":
      return toModel(proposed);
    case "person":
      return toPerson(proposed);
    default:
      return `Step "${proposed.key}": "${proposed.agent}" is no agent; take model, command or person.`;
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
