import { Hono } from "hono";
import type { Sql } from "postgres";
import { openJiraNews } from "#integrations/jira/news.ts";
import type { JiraSettings } from "#integrations/jira/settings.ts";
import type { Follower } from "../../followers.ts";
import { jiraWebhookRoutes } from "../../http/jira-webhook.ts";
import type { Logger } from "../../logger.ts";
import type { OpenSlack } from "../../open-slack.ts";
import type { Secrets } from "../../outside/deliveries/secrets.ts";
import type { Circuits } from "../circuits.ts";
import { jiraOf } from "../connected.ts";
import { guarded } from "../guarded.ts";
import { createOpened } from "../opened.ts";
import { createAsksFollower } from "./asks-follower.ts";
import { startInbox } from "./inbox.ts";
import type { InboundNeeds } from "./needs.ts";
import { createPoller } from "./poller.ts";
import { takeUp } from "./take-up.ts";

/** What happens in Jira, heard here: nothing, unless a project's connection says so (`inbound`). */
export type OpenInbound = {
  readonly followers: readonly Follower[];
  readonly routes: Hono;
  /** Begins to take up what came in, and to ask where we have to ask. Resolves to what stops it. */
  start(): Promise<() => Promise<void>>;
};

/** Makes each part of it once. */
export function openInbound(needs: {
  readonly sql: Sql;
  readonly secrets: Secrets;
  readonly circuits: Circuits;
  readonly log: Logger;
  readonly slack: Pick<OpenSlack, "desk" | "directory">;
}): OpenInbound {
  const { sql, circuits, log, slack } = needs;
  const inbound: InboundNeeds = {
    ...{ desk: slack.desk, directory: slack.directory },
    jiraOf: (workspaceId, projectId) => jiraOf(needs, workspaceId, projectId),
    newsOf: createOpened<JiraSettings, ReturnType<typeof openJiraNews>>((connection) => {
      const { workspaceId, projectId, settings } = connection;
      const place = { workspaceId, projectId, system: "jira", origin: settings.url } as const;
      return guarded(openJiraNews(connection), circuits, place);
    }),
  };
  return {
    followers: [createAsksFollower({ sql, desk: slack.desk })],
    routes: new Hono().route("/", jiraWebhookRoutes(needs)),
    async start() {
      const inbox = await startInbox({ sql, log, takeUp: (heard) => takeUp(inbound, heard) });
      const poller = createPoller({ ...inbound, sql, log });
      poller.start();
      return async () => {
        await Promise.all([inbox.close(), poller.close()]);
      };
    },
  };
}
