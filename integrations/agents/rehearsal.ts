import type { Agent } from "#engine/agent/agent.ts";
import type { Role } from "#engine/run/plan.ts";

/** What a rehearsed step ends with, word for word, so that nobody takes it for work. */
const REHEARSED = "Rehearsed: nothing was changed";

/** What each role would be doing, in the order in which it would do it. */
const SCENES = {
  architect: ["read the code around it", "weigh two ways to do it", "write down the decision"],
  coder: ["read the files that change", "write the change as a diff", "read it over once more"],
  tester: ["list what can go wrong", "write a test for each case", "say how to run them"],
  reviewer: ["compare the work with what was asked for", "note what is missing", "give a verdict"],
  debugger: ["read the log from the end", "find the line that explains it", "write the smallest repair"],
  security: ["list what comes in from outside", "try to abuse each of them", "write down what was found"],
  analyst: ["read the goal", "look for what is known about it", "draw conclusions"],
  writer: ["gather what the steps before found", "write it for somebody who was not there", "shorten it"],
} as const satisfies Record<Role, readonly string[]>;

/** Plays steps of kind "rehearsal" for as long as they last. Reads nothing, changes nothing, claims nothing. */
export function createRehearsalAgent(needs: {
  /** Resolves after so long; rejects when the signal fires. */
  wait(ms: number, signal: AbortSignal): Promise<unknown>;
}): Agent {
  return async ({ step }, report, signal) => {
    if (step.agent.kind !== "rehearsal")
      throw new Error(`A rehearsal cannot play a ${step.agent.kind} step.`);
    const { role, lastsMs } = step.agent;
    const scenes = SCENES[role];
    try {
      for (const scene of scenes) {
        report.note(`Rehearsal: would ${scene}…`);
        await needs.wait(lastsMs / scenes.length, signal);
      }
    } catch (error) {
      if (signal.aborted)
        return { kind: "failed", reason: "Stopped before it was played to the end.", again: true };
      throw error;
    }
    return { kind: "finished", output: { summary: REHEARSED } };
  };
}
