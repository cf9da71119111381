import type { Assignment } from "#engine/agent/agent.ts";

/** The value that says how a person answered. Only a person's step has it: no command may set it. */
export const DECISION = "decision";

/** The commit that the newest approval before this step was given for; null where nobody approved a commit. */
export function approvedSha(inputs: Assignment["inputs"]): string | null {
  const approval = inputs.findLast(({ output }) => output.values?.[DECISION] === "approve");
  return approval?.output.values?.["sha"] ?? null;
}
