import { createHmac } from "node:crypto";
import { readSecret } from "#bot/config/secret.ts";
import { createSecrets } from "#bot/outside/deliveries/secrets.ts";
import { aboutWebhook } from "#bot/sync/inbound/signed.ts";
import { saveWebhookSecret } from "#db/connections.ts";
import { projectByName } from "#db/places.ts";
import type { Jira } from "#test/support/atlassian/jira.ts";
import { connectJira } from "./jira.ts";
import type { Stage } from "./stage.ts";
import { until } from "./until.ts";

const workspaceId = "T01LOCAL";

/** What people said that guides runs of a workspace, oldest first. */
type Guidance = { readonly by: string; readonly text: string };

/** Connects a room's project to a Jira that is heard by webhook, signed with `secret`, unless `settings` say otherwise. */
export async function connectHeardJira(
  stage: Stage,
  name: string,
  far: Jira,
  { secret, ...settings }: { readonly secret: string } & Readonly<Record<string, unknown>>,
): Promise<void> {
  await connectJira(stage, name, far, { mode: "issue", inbound: "webhook", ...settings });
  const project = await projectByName(stage.sql, workspaceId, name);
  const place = { workspaceId, projectId: project?.id ?? "", system: "jira" } as const;
  const kept = createSecrets(readSecret(stage.dir)).encrypt(secret, aboutWebhook(place));
  await saveWebhookSecret(stage.sql, place, kept);
}

/** The key of the issue that shows a room's newest goal, once it is there. */
export const issueOf = ({ sql }: Stage, name: string): Promise<string> =>
  until(`an issue of ${name}`, async () => {
    const [row] = await sql<{ key: string }[]>`
      select l.outside_key as key from links l join runs r on r.id = l.stream_id
      where l.key = 'run' and l.state = 'there' and l.system = 'jira' and r.brief ->> 'projectName' = ${name}
      order by r.requested_at desc limit 1`;
    return row?.key;
  });

/** What guides the runs of a room's project. */
export async function guidanceIn({ sql }: Stage, name: string): Promise<readonly Guidance[]> {
  const rows = await sql<{ guidance: Guidance }[]>`
    select f.body -> 'guidance' as guidance from facts f join runs r on r.id = f.stream_id
    where f.type = 'run.guided' and r.brief ->> 'projectName' = ${name} order by f.seq`;
  return rows.map(({ guidance }) => guidance);
}

/** Everything that came in is taken up. */
export const allTakenUp = ({ sql }: Stage): Promise<true> =>
  until("all that came in to be taken up", async () => {
    const waiting = await sql`select from heard where state = 'waiting'`;
    return waiting.length === 0;
  });

/** Posts something as a Jira would, signed with `secret`; as often and with what one likes. */
export async function postSigned(url: string, body: unknown, secret: string | null): Promise<Response> {
  const text = JSON.stringify(body);
  const signature = secret === null ? null : createHmac("sha256", secret).update(text).digest("hex");
  return fetch(`${url}/webhooks/jira`, {
    method: "POST",
    headers: {
      "content-type": "application/json; charset=UTF-8",
      ...(signature === null ? {} : { "x-hub-signature": `sha256=${signature}` }),
    },
    body: text,
  });
}
