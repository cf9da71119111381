import type { ProposedStep } from "#engine/work/proposed-plan.ts";

/** One step as a planner proposes it: a model's, unless `changes` say otherwise. */
export const proposed = (
  key: string,
  after: string[] = [],
  changes: Partial<ProposedStep> = {},
): ProposedStep => ({
  key,
  title: `Do ${key}`,
  agent: "model",
  role: "coder",
  command: null,
  question: null,
  effect: null,
  instructions: "Do it.",
  after,
  acceptance: [],
  risk: "low",
  effects: [],
  ...changes,
});

/** A step that runs one of the project's listed commands. */
export const command = (
  key: string,
  name: string,
  after: string[] = [],
  changes: Partial<ProposedStep> = {},
) => proposed(key, after, { agent: "command", role: null, command: name, ...changes });

/** A step that asks a person to agree. */
export const approval = (key: string, after: string[] = [], changes: Partial<ProposedStep> = {}) =>
  proposed(key, after, {
    agent: "person",
    role: null,
    question: `Agree to ${key}?`,
    effect: "go on",
    ...changes,
  });
