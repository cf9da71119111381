import type { Sql } from "postgres";
import type { Config } from "./config.ts";
import type { Follower } from "./followers.ts";
import type { Logger } from "./logger.ts";
import { createSecrets } from "./outside/deliveries/secrets.ts";
import { settleConnections } from "./sync/settle-connections.ts";

/** What keeps Jira and Confluence in step with the log. */
export type OpenSync = { readonly followers: readonly Follower[] };

/** Makes each part of it once. `workspaceId` is null where there is no Slack: then nothing is kept in step. */
export async function openSync(needs: {
  readonly config: Config;
  readonly sql: Sql;
  readonly log: Logger;
  readonly workspaceId: string | null;
}): Promise<OpenSync> {
  const { config, sql, log, workspaceId } = needs;
  if (workspaceId === null) return { followers: [] };
  const secrets = createSecrets(config.secret);
  await settleConnections({ sql, secrets, config, workspaceId, log });
  return { followers: [] };
}
