import { readSecret } from "#bot/config/secret.ts";
import { createSecrets } from "#bot/outside/deliveries/secrets.ts";
import { aboutConnection } from "#bot/sync/connected.ts";
import { placeOf } from "#bot/sync/jira/place.ts";
import { saveConnection } from "#db/connections.ts";
import { giveGoAhead } from "#db/go-aheads.ts";
import { projectByName } from "#db/places.ts";
import { JiraSettings } from "#integrations/jira/settings.ts";
import type { Jira } from "#test/support/atlassian/jira.ts";
import { ALICE } from "./room.ts";
import type { Stage } from "./stage.ts";

const workspaceId = "T01LOCAL";

/** Connects a room's project to a Jira, as `./countersign jira set` does. `goOn`: somebody has let us write there already. */
export async function connectJira(
  { sql, dir }: Pick<Stage, "sql" | "dir">,
  name: string,
  far: Jira,
  { goOn = true, ...settings }: { readonly goOn?: boolean } & Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const project = await projectByName(sql, workspaceId, name);
  if (!project) throw new Error(`There is no project ${name}.`);
  const place = { workspaceId, projectId: project.id, system: "jira" } as const;
  const read = JiraSettings.parse({
    url: far.url,
    username: far.credentials.email,
    project: "PAY",
    ...settings,
  });
  const token = createSecrets(readSecret(dir)).encrypt(far.credentials.token, aboutConnection(place));
  await saveConnection(sql, { ...place, settings: read, token, source: "cli" });
  if (goOn) await giveGoAhead(sql, workspaceId, placeOf(read), ALICE);
}

/** Every text of a document, a line for each of its blocks. */
export function readAdf(node: unknown): string {
  if (typeof node !== "object" || node === null) return "";
  const { type, text, content = [] } = node as { type?: string; text?: string; content?: unknown[] };
  if (text !== undefined) return text;
  if (type === "hardBreak") return "\n";
  const isLine = type === "paragraph" || type === "heading" || type === "codeBlock";
  return content.map(readAdf).join(isLine ? "" : "\n");
}

/** What was said on an issue, oldest first. */
export const commentsOn = (far: Jira, issue: string): readonly string[] =>
  far.issue(issue).comments.map(({ body }) => readAdf(body));
