import type { Sql } from "postgres";
import { type ConnectionRow, connectionOf, type System } from "#db/connections.ts";
import { ConfluenceSettings } from "#integrations/confluence/settings.ts";
import { JiraSettings } from "#integrations/jira/settings.ts";
import type { Secrets } from "../outside/deliveries/secrets.ts";

/** A project's connection as it is used: its settings read, its token in clear. */
export type Connection<Settings> = {
  readonly workspaceId: string;
  readonly projectId: string;
  readonly settings: Settings;
  readonly token: string;
};

/** What a connection's token, or its webhook's secret, is encrypted about. */
export const aboutConnection = ({
  workspaceId,
  projectId,
  system,
}: Pick<ConnectionRow, "workspaceId" | "projectId" | "system">): string =>
  `connection:${workspaceId}:${projectId}:${system}`;

/** The connection of a project to its Jira; null where it has none. */
export const jiraOf = async (needs: Needs, workspaceId: string, projectId: string) =>
  connected(needs, { workspaceId, projectId, system: "jira" }, (settings) => JiraSettings.parse(settings));

/** The connection of a project to its Confluence; null where it has none. */
export const confluenceOf = async (needs: Needs, workspaceId: string, projectId: string) =>
  connected(needs, { workspaceId, projectId, system: "confluence" }, (settings) =>
    ConfluenceSettings.parse(settings),
  );

type Needs = { readonly sql: Sql; readonly secrets: Secrets };

async function connected<Settings>(
  { sql, secrets }: Needs,
  place: { readonly workspaceId: string; readonly projectId: string; readonly system: System },
  read: (settings: unknown) => Settings,
): Promise<Connection<Settings> | null> {
  const { workspaceId, projectId, system } = place;
  const row = await connectionOf(sql, workspaceId, projectId, system);
  if (!row) return null;
  const token = secrets.decrypt(row.token, aboutConnection(place));
  return { workspaceId, projectId, settings: read(row.settings), token };
}
