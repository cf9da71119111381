import { readSecret } from "#bot/config/secret.ts";
import { createSecrets } from "#bot/outside/deliveries/secrets.ts";
import { aboutConnection } from "#bot/sync/connected.ts";
import { saveConnection } from "#db/connections.ts";
import { projectByName } from "#db/places.ts";
import { ConfluenceSettings } from "#integrations/confluence/settings.ts";
import type { Confluence, SeenPage } from "#test/support/atlassian/confluence.ts";
import type { Stage } from "./stage.ts";
import { until } from "./until.ts";

const workspaceId = "T01LOCAL";

/** Connects a room's project to a Confluence, as `./countersign confluence set` does. */
export async function connectConfluence(
  { sql, dir }: Pick<Stage, "sql" | "dir">,
  name: string,
  far: Confluence,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const project = await projectByName(sql, workspaceId, name);
  if (!project) throw new Error(`There is no project ${name}.`);
  const place = { workspaceId, projectId: project.id, system: "confluence" } as const;
  const asked = { url: far.url, username: far.credentials.email, space: "ENG", ...settings };
  const token = createSecrets(readSecret(dir)).encrypt(far.credentials.token, aboutConnection(place));
  await saveConnection(sql, { ...place, settings: ConfluenceSettings.parse(asked), token, source: "cli" });
}

/** The page of that title that shows this, as soon as it does. */
export const pageThat = (far: Confluence, title: RegExp, like: RegExp): Promise<SeenPage> =>
  until(
    `a page ${title} that shows ${like}`,
    async () =>
      far.pages().find((page) => page.status === "current" && title.test(page.title) && like.test(page.body)),
    {},
    async () => JSON.stringify(far.pages().map(({ title: name, body }) => [name, body.slice(0, 3_000)])),
  );
