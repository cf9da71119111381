import { type Assignment, type ProcessGroup, StepOutput } from "#engine/agent/agent.ts";
import { createCommandAgent } from "#integrations/agents/command.ts";
import { commandStep, ENVIRONMENT, freshWorkspaces } from "./place-to-work.ts";

const SECRETS = {
  DATABASE_URL: "postgres://u:secret@h/d",
  SLACK_BOT_TOKEN: "xoxb-secret",
  MY_API_KEY: "secret",
};

/** A command agent in workspaces of its own, in a process that has secrets. */
export function commandStage() {
  const { workspaces, logged } = freshWorkspaces();
  const environment = { ...ENVIRONMENT, ...SECRETS };
  const agent = createCommandAgent({ workspaces, environment, log: (line) => logged.push(line) });

  /** Begins an attempt; keeps what it tells. */
  function begin(assignment: Assignment, stop = new AbortController()) {
    const notes: string[] = [];
    const groups: ProcessGroup[] = [];
    const report = {
      note: (text: string) => void notes.push(text),
      processStarted: async (group: ProcessGroup) => void groups.push(group),
    };
    return { ended: agent(assignment, report, stop.signal), notes, groups, stop };
  }

  const run = (
    line: string,
    repository: string | null = null,
    changes: Parameters<typeof commandStep>[2] = {},
  ) => begin(commandStep(line, repository, changes)).ended;

  /** The output of a step that must have finished. */
  async function outputOf(...args: Parameters<typeof run>): Promise<StepOutput> {
    const outcome = await run(...args);
    if (outcome.kind !== "finished") throw new Error(JSON.stringify(outcome));
    return StepOutput.parse(outcome.output);
  }

  return { begin, run, outputOf, workspaces, logged };
}
