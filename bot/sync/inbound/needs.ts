import type { Sql } from "postgres";
import { type ConnectionRow, connectionOf } from "#db/connections.ts";
import type { JiraNews } from "#integrations/jira/news.ts";
import { JiraSettings } from "#integrations/jira/settings.ts";
import type { Directory } from "../../outside/requests/directory.ts";
import type { Desk } from "../../slack/desk.ts";
import type { Connection } from "../connected.ts";

/** A project's connection to a Jira that is heard. */
export type JiraConnection = Connection<JiraSettings>;

/** What taking up needs: our side of Slack, and what Jira says about people. */
export type InboundNeeds = {
  readonly desk: Desk;
  readonly directory: Pick<Directory, "personByEmail" | "isFullMember">;
  /** How a project is connected; null where it is not. */
  readonly jiraOf: (workspaceId: string, projectId: string) => Promise<JiraConnection | null>;
  /** Behind the circuit of that site. */
  readonly newsOf: (connection: JiraConnection) => JiraNews;
};

/** A connection's settings, without its token; null where the project is not connected. */
export async function settingsOf(
  sql: Sql,
  { workspaceId, projectId }: Pick<ConnectionRow, "workspaceId" | "projectId">,
): Promise<JiraSettings | null> {
  const row = await connectionOf(sql, workspaceId, projectId, "jira");
  return row && JiraSettings.parse(row.settings);
}
