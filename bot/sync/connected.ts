import type { Sql } from "postgres";
import { type ConnectionRow, connectionOf, type System } from "#db/connections.ts";
import { projectById } from "#db/places.ts";
import { OutsideRefusal } from "#engine/errors.ts";
import { ConfluenceSettings } from "#integrations/confluence/settings.ts";
import { JiraSettings } from "#integrations/jira/settings.ts";
import type { Secrets } from "../outside/deliveries/secrets.ts";
import { NAME_OF } from "./system-names.ts";

/** A project's connection as it is used: its settings read, its token in clear. */
export type Connection<Settings> = {
  readonly workspaceId: string;
  readonly projectId: string;
  /** What our own project is called. */
  readonly project: string;
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

/** The connection of a project to its Jira; null where it has none. Rejects with `OutsideRefusal` where its token can't be read. */
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
  const [row, found] = await Promise.all([
    connectionOf(sql, workspaceId, projectId, system),
    projectById(sql, workspaceId, projectId),
  ]);
  if (!row) return null;
  const project = found?.name ?? projectId;
  const token = tokenOf(secrets, row, project);
  return { workspaceId, projectId, project, settings: read(row.settings), token };
}

function tokenOf(secrets: Secrets, row: ConnectionRow, project: string): string {
  try {
    return secrets.decrypt(row.token, aboutConnection(row));
  } catch (cause) {
    throw new OutsideRefusal(
      NAME_OF[row.system],
      "token_unreadable",
      `The API token of ${project} for ${NAME_OF[row.system]} can't be read any more: it was kept under another COUNTERSIGN_SECRET. Set it once more: \`./countersign ${row.system} set ${project} --token-stdin\`.`,
      { cause },
    );
  }
}
