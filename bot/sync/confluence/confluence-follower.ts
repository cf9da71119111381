import type { Sql } from "postgres";
import { openConfluence } from "#integrations/confluence/confluence.ts";
import type { ConfluenceSettings } from "#integrations/confluence/settings.ts";
import type { Follower } from "../../followers.ts";
import type { Secrets } from "../../outside/deliveries/secrets.ts";
import type { CardContexts } from "../../slack/card-contexts.ts";
import type { Circuits } from "../circuits.ts";
import { type Connection, confluenceOf } from "../connected.ts";
import { createSyncFollower } from "../follower.ts";
import { guarded } from "../guarded.ts";
import { createOpened } from "../opened.ts";
import { bringPage } from "./bring-page.ts";
import { pageOf } from "./page.ts";

const GATHER_MS = 300;

/** Keeps a page for each run of a project that is connected to a Confluence. */
export function createConfluenceFollower(needs: {
  readonly sql: Sql;
  readonly secrets: Secrets;
  readonly contexts: CardContexts;
  readonly circuits: Circuits;
  /** The permalink of a goal's card; undefined until Slack has it. */
  readonly linkOf: (workspaceId: string, goalId: string) => Promise<string | undefined>;
  readonly now: () => number;
}): Follower {
  const { sql, secrets, contexts, circuits, linkOf, now } = needs;
  const portOf = createOpened((connection: Connection<ConfluenceSettings>) => {
    const { workspaceId, projectId, settings } = connection;
    const place = { workspaceId, projectId, system: "confluence", origin: settings.url } as const;
    return guarded(openConfluence(connection), circuits, place);
  });
  return createSyncFollower({
    ...{ system: "confluence", gatherMs: GATHER_MS, sql, contexts },
    connectionOf: (workspaceId, projectId) => confluenceOf({ sql, secrets }, workspaceId, projectId),
    async bring({ story, connection, place }) {
      const threadLink = await linkOf(place.workspaceId, story.brief.goalId);
      const blocks = pageOf(story, threadLink);
      const { labels } = connection.settings;
      await bringPage({ sql, now, story, place, labels, blocks, port: portOf(connection) });
    },
  });
}
