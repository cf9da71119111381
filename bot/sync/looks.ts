import type { Sql } from "postgres";
import type { System } from "#db/connections.ts";
import { linksOf } from "#db/links.ts";
import type { Run } from "#engine/run/run.ts";
import { openConfluence } from "#integrations/confluence/confluence.ts";
import { openJira } from "#integrations/jira/jira.ts";
import type { Secrets } from "../outside/deliveries/secrets.ts";
import type { CardContexts } from "../slack/card-contexts.ts";
import { compareConfluence } from "./confluence/compare.ts";
import { skipInConfluence } from "./confluence/skip.ts";
import { confluenceOf, jiraOf } from "./connected.ts";
import type { Difference } from "./difference.ts";
import { storyFor } from "./follower.ts";
import { compareJira } from "./jira/compare.ts";
import { skipInJira } from "./jira/skip.ts";

type Needs = { readonly sql: Sql; readonly secrets: Secrets };

/** An operator's command does not know who people are: their ids stand for them, and nothing of it is written. */
const NAMELESS: CardContexts = {
  about: async () => ({ people: (id) => id, botName: "Countersign", model: undefined }),
};

/** What a system shows of a run that is not as it should be; null where its project is not connected to it. Only reads. */
export async function compareRun(
  needs: Needs,
  system: System,
  run: Run,
): Promise<readonly Difference[] | null> {
  const { sql } = needs;
  const { id, workspaceId, brief } = run;
  if (!brief?.projectId) return null;
  const links = await linksOf(sql, { workspaceId, system, streamId: id });
  const story = await storyFor({ sql, contexts: NAMELESS }, run, brief);
  if (system === "jira") {
    const connection = await jiraOf(needs, workspaceId, brief.projectId);
    return (
      connection && compareJira({ jira: openJira(connection), settings: connection.settings, story, links })
    );
  }
  const connection = await confluenceOf(needs, workspaceId, brief.projectId);
  return connection && compareConfluence({ port: openConfluence(connection), story, links });
}

/** Leaves out what a run is stuck on. Resolves to what that was, for people. */
export async function skipStuck(
  needs: Needs,
  { system, run, stuckAt }: { readonly system: System; readonly run: Run; readonly stuckAt: Date },
): Promise<readonly string[]> {
  const { sql } = needs;
  const { id, workspaceId, brief } = run;
  const place = { workspaceId, system, streamId: id };
  if (system === "confluence") return skipInConfluence(sql, place);
  const connection = brief?.projectId ? await jiraOf(needs, workspaceId, brief.projectId) : null;
  if (!brief || !connection) return [];
  const story = await storyFor({ sql, contexts: NAMELESS }, run, brief);
  return skipInJira({ sql, settings: connection.settings, story, place, stuckAt });
}
