import { Hono } from "hono";
import type { Sql } from "postgres";
import type { Clock } from "#engine/ports.ts";
import type { Config } from "./config.ts";
import type { Follower } from "./followers.ts";
import type { Logger } from "./logger.ts";
import type { OpenSlack } from "./open-slack.ts";
import { createSecrets } from "./outside/deliveries/secrets.ts";
import { createCircuits } from "./sync/circuits.ts";
import { createConfluenceFollower } from "./sync/confluence/confluence-follower.ts";
import { openInbound } from "./sync/inbound/open-inbound.ts";
import { createJiraFollower } from "./sync/jira/follower.ts";
import { settleConnections } from "./sync/settle-connections.ts";
import { tellingOwners } from "./sync/troubles.ts";

/** What keeps Jira and Confluence in step with the log, and hears what happens in Jira. */
export type OpenSync = {
  readonly followers: readonly Follower[];
  readonly routes: Hono;
  /** Begins to hear. Resolves to what stops it. */
  start(): Promise<() => Promise<void>>;
};

/** Makes each part of it once. `slack` is null where there is none: then nothing is kept in step. */
export async function openSync(needs: {
  readonly config: Config;
  readonly sql: Sql;
  readonly log: Logger;
  readonly clock: Clock;
  readonly slack: OpenSlack | null;
}): Promise<OpenSync> {
  const { config, sql, log, clock, slack } = needs;
  if (slack === null) return { followers: [], routes: new Hono(), start: async () => async () => {} };
  const { workspaceId } = slack.identity;
  const secrets = createSecrets(config.secret);
  await settleConnections({ sql, secrets, config, workspaceId, log });
  const { desk, linkOf, emailOf } = slack;
  const { contexts } = desk;
  const circuits = createCircuits({ sql, log });
  const followers: readonly Follower[] = [
    createJiraFollower({ sql, secrets, clock, contexts, circuits, linkOf, emailOf }),
    createConfluenceFollower({ sql, secrets, contexts, circuits, linkOf, now: clock.now }),
  ];
  const inbound = openInbound({ sql, secrets, circuits, log, slack });
  return {
    ...inbound,
    followers: [...followers.map((follower) => tellingOwners(follower, { sql, log })), ...inbound.followers],
  };
}
