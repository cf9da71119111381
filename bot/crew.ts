import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Sql } from "postgres";
import { createLedger } from "#db/ledger.ts";
import { projectById } from "#db/places.ts";
import type { Model } from "#engine/agent/model.ts";
import type { Run } from "#engine/run/run.ts";
import type { Planner } from "#engine/work/plan-goal.ts";
import { chooseModel } from "#integrations/agents/choose-model.ts";
import { createCommandAgent } from "#integrations/agents/command.ts";
import { createModelAgent, createPlanner } from "#integrations/agents/model.ts";
import { createPersonAgent } from "#integrations/agents/person.ts";
import { createRehearsalAgent } from "#integrations/agents/rehearsal.ts";
import { endLeftover, endLeftoversOf } from "#integrations/processes/end-group.ts";
import { createWorkspaces, type Workspaces } from "#integrations/workspaces/workspaces.ts";
import type { Config } from "./config.ts";
import type { Crew } from "./engine-room.ts";
import type { Logger } from "./logger.ts";
import type { AgentLimits } from "./places.ts";

/** How many agents of a kind work at once, where `agents.<kind>.max_concurrent` says nothing else. */
const LIMITS = { command: 4, model: 8 } as const satisfies AgentLimits;

/** Everybody who works on steps, and the places where they work. `model` is null where none is set. */
export function createCrew(needs: {
  readonly config: Config;
  readonly sql: Sql;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
}): Omit<Crew, "followers" | "onLost"> & { readonly model: Model | null; readonly workspaces: Workspaces } {
  const { config, sql, environment, log } = needs;
  const say = (line: string) => log.info(line);
  const workspaces = createWorkspaces({ dir: join(config.dataDir, "work"), environment, log: say });
  const model = chooseModel(config.models, (call) => log.info("a model was called", { ...call }));
  const ledger = createLedger(sql);
  return {
    model,
    workspaces,
    agents: {
      command: createCommandAgent({ workspaces, environment, log: say }),
      person: createPersonAgent({ workspaces }),
      rehearsal: createRehearsalAgent({ wait: (ms, signal) => delay(ms, undefined, { signal }) }),
      model: model ? createModelAgent({ model, ledger }) : noModel,
    },
    limits: { ...LIMITS, ...limitsOf(config) },
    projectOf: (workspaceId, id) => projectById(sql, workspaceId, id),
    plannerFor: (run) => model && plannerFor(run, model, ledger, log),
    endLeftover: async (group) => {
      await endLeftover(group);
      await endLeftoversOf({ runId: group.runId, lease: group.lease }); // other attempts of the run go on
    },
    closeWorkspace: async (runId) => {
      await workspaces.close(runId);
    },
  };
}

const noModel: Crew["agents"]["model"] = async () => ({
  kind: "failed",
  reason:
    "No model is set any more: set ANTHROPIC_API_KEY or OPENAI_API_KEY, start again, and press Try again.",
  again: false,
});

function plannerFor(
  run: Run,
  model: Model,
  ledger: ReturnType<typeof createLedger>,
  log: Logger,
): Planner | null {
  if (!run.brief) return null;
  const account = { workspaceId: run.workspaceId, goalId: run.brief.goalId };
  return createPlanner({ model, ledger }, account, (line) => log.debug("planning", { run: run.id, line }));
}

/** Without agents outside: those claim their steps, and are counted there. */
function limitsOf({ agents }: Config): AgentLimits {
  return Object.fromEntries(
    Object.entries(agents).flatMap(([kind, { maxConcurrent }]) =>
      maxConcurrent === undefined || kind === "remote" ? [] : [[kind, maxConcurrent]],
    ),
  );
}
