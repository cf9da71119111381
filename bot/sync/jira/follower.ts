import type { Sql } from "postgres";
import { OutsideRefusal } from "#engine/errors.ts";
import type { Clock } from "#engine/ports.ts";
import { type Jira, openJira } from "#integrations/jira/jira.ts";
import type { JiraSettings } from "#integrations/jira/settings.ts";
import type { Follower } from "../../followers.ts";
import type { Secrets } from "../../outside/deliveries/secrets.ts";
import type { CardContexts } from "../../slack/card-contexts.ts";
import type { Circuits } from "../circuits.ts";
import { type Connection, jiraOf } from "../connected.ts";
import { createSyncFollower, type Look } from "../follower.ts";
import { guarded } from "../guarded.ts";
import { createOpened } from "../opened.ts";
import { createAccounts } from "./accounts.ts";
import { bring } from "./bring.ts";
import type { Bringing } from "./bringing.ts";
import { openLinkBook } from "./link-book.ts";
import { hasBegun, modeFor, shownIssue } from "./mode.ts";

/** A run whose steps follow each other quickly is looked at this often. */
const GATHER_MS = 2_000;

/** Follows runs into Jira. */
export function createJiraFollower(needs: {
  readonly sql: Sql;
  readonly clock: Clock;
  readonly circuits: Circuits;
  readonly contexts: CardContexts;
  readonly secrets: Secrets;
  readonly linkOf: (workspaceId: string, goalId: string) => Promise<string | undefined>;
  readonly emailOf: (personId: string) => Promise<string | null>;
  readonly open?: (connection: Connection<JiraSettings>) => Jira;
}): Follower {
  const { sql, secrets, clock, circuits, contexts, linkOf, emailOf, open = openJira } = needs;
  const opened = createOpened(open);
  const accountsOf = createAccounts(emailOf);

  async function bringRun({ story, connection, place }: Look<JiraSettings>): Promise<void> {
    const { settings, projectId } = connection;
    const { workspaceId } = place;
    const wanted = modeFor(settings, story);
    if (wanted === "off" || !hasBegun(story)) return;
    const circuit = { workspaceId, projectId, system: "jira", origin: settings.url } as const;
    const jira = guarded(opened(connection), circuits, circuit);
    const book = await openLinkBook(sql, place);
    // A run goes on as it began, whatever the settings say meanwhile.
    const mode = shownIssue(book.there("run")?.shown)?.mode ?? wanted;
    const bringing: Bringing = {
      ...{ sql, jira, settings, mode, story, book, now: clock.now() },
      contextOf: (...about) => contexts.about(workspaceId, ...about),
      accountOf: (personId) => accountsOf(connection, jira, personId),
      threadLink: () => linkOf(workspaceId, story.brief.goalId),
    };
    await bring(bringing).catch((error) => {
      if (error instanceof OutsideRefusal) opened.forget(connection);
      throw error;
    });
  }

  return createSyncFollower({
    ...{ system: "jira", gatherMs: GATHER_MS, sql, contexts, bring: bringRun },
    connectionOf: (workspaceId, projectId) => jiraOf({ sql, secrets }, workspaceId, projectId),
  });
}
