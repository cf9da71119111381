import type { Sql } from "postgres";
import { projectById } from "#db/places.ts";
import type { Engine } from "#engine/engine.ts";
import type { Closers } from "../../closers.ts";
import type { Config } from "../../config.ts";
import { agentRoutes } from "../../http/agents.ts";
import type { ApiPart } from "../../http/api.ts";
import { taskRoutes } from "../../http/tasks.ts";
import type { Logger } from "../../logger.ts";
import type { Endpoints } from "../deliveries/endpoints.ts";
import type { Directory } from "../requests/directory.ts";
import { createOutsideAgents } from "./agents.ts";
import { openMarket } from "./market.ts";
import { createPush } from "./push.ts";
import { startTaskKeeper } from "./task-keeper.ts";
import { createTasks } from "./tasks.ts";

/** All that agents outside need to take work: their registry, the tasks, and whoever looks after both. */
export async function openWork(needs: {
  readonly config: Pick<Config, "agents" | "opsChannel">;
  readonly sql: Sql;
  readonly engine: Engine;
  readonly endpoints: Endpoints;
  readonly directory: Directory | null;
  readonly log: Logger;
  readonly closers: Closers;
}): Promise<{ readonly routes: readonly ApiPart[]; start(): Promise<() => Promise<void>> }> {
  const { config, sql, engine, endpoints, directory, log, closers } = needs;
  const projectOf = (workspaceId: string, id: string) => projectById(sql, workspaceId, id);
  const agents = createOutsideAgents({ sql, endpoints, directory });
  const market = await openMarket({ sql, engine, log, most: config.agents.remote?.maxConcurrent ?? null });
  closers.add("agents that wait for work", market.close);
  const tasks = createTasks({ sql, engine, agents, market, projectOf });
  return {
    routes: [agentRoutes({ agents, tasks }), taskRoutes({ tasks })],
    async start() {
      market.pushWith(createPush({ sql, projectOf }));
      return startTaskKeeper({ sql, engine, log, opsChannel: config.opsChannel });
    },
  };
}
