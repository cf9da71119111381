import { Hono } from "hono";
import type { Sql } from "postgres";
import type { Engine } from "#engine/engine.ts";
import type { Clock } from "#engine/ports.ts";
import type { Closers } from "./closers.ts";
import type { Config } from "./config.ts";
import type { Follower } from "./followers.ts";
import type { Goals } from "./goals.ts";
import { createApi } from "./http/api.ts";
import { checkpointRoutes } from "./http/checkpoints.ts";
import { openDoors } from "./http/doors.ts";
import { goalRoutes } from "./http/goals.ts";
import { metricsRoutes } from "./http/metrics.ts";
import { requestRoutes } from "./http/requests.ts";
import { runRoutes } from "./http/runs.ts";
import { humanLayerRoutes } from "./humanlayer/humanlayer.ts";
import type { Logger } from "./logger.ts";
import { mcpRoutes } from "./mcp/mcp.ts";
import { listenForNews } from "./news.ts";
import { createEndpoints } from "./outside/deliveries/endpoints.ts";
import { openDeliveries } from "./outside/deliveries/open-deliveries.ts";
import { createSecrets } from "./outside/deliveries/secrets.ts";
import { openGoals } from "./outside/goals/open-goals.ts";
import { createCheckpoints } from "./outside/requests/checkpoints.ts";
import type { Directory } from "./outside/requests/directory.ts";
import { createRequests } from "./outside/requests/requests.ts";
import { openWork } from "./outside/work/open-work.ts";

/** Everything for programs outside: the API with its doors, and what tells them of what happened. */
export type OpenOutside = {
  readonly routes: Hono;
  readonly followers: readonly Follower[];
  /** Begins to send what is to be sent. Resolves to what stops it. */
  start(): Promise<() => Promise<void>>;
};

/** Makes each part of the outside once. `directory` is null where there is no Slack. */
export async function openOutside(needs: {
  readonly config: Config;
  readonly sql: Sql;
  readonly engine: Engine;
  readonly goals: Goals;
  readonly log: Logger;
  readonly clock: Clock;
  readonly directory: Directory | null;
  readonly closers: Closers;
}): Promise<OpenOutside> {
  const { config, sql, engine, directory, closers } = needs;
  const news = await listenForNews(sql);
  closers.add("the ear for news", news.close);
  const secrets = createSecrets(config.secret);
  const doors = await openDoors({ config, sql, secrets, clock: needs.clock, log: needs.log });
  closers.add("the doors of the API", doors.close);
  const { secret, callbackAllowPrivate: allowPrivate, slackDefaultChannel: defaultChannel } = config;
  const endpoints = createEndpoints({ sql, secret, allowPrivate });
  const requests = createRequests({ sql, engine, news, endpoints, directory, defaultChannel });
  const checkpoints = createCheckpoints({ sql, clock: needs.clock, log: needs.log });
  const { goals, streams } = openGoals({ ...needs, news, defaultChannel });
  const work = await openWork({ ...needs, endpoints });
  const deliveries = openDeliveries({ ...needs, secrets, endpoints });
  const mcp = mcpRoutes({ requests, goals, log: needs.log, config });
  const parts = [
    requestRoutes({ requests }),
    checkpointRoutes({ checkpoints }),
    goalRoutes({ goals }),
    runRoutes({ goals, streams }),
    ...work.routes,
    ...deliveries.routes,
    humanLayerRoutes(requests),
    metricsRoutes({ sql, streams }),
    mcp,
  ];
  return {
    routes: new Hono().route("/", createApi(doors.inOrder, parts, config.publicUrl ?? "/")),
    followers: deliveries.followers,
    start: async () => {
      const stopDeliveries = await deliveries.start();
      const stopPurging = checkpoints.startPurging();
      const stopWork = await work.start();
      return async () => {
        await Promise.all([stopDeliveries(), stopPurging(), stopWork()]);
      };
    },
  };
}
