import { randomUUID } from "node:crypto";
import { createEngineRoom, openWriter } from "#bot/engine-room.ts";
import { createLogger } from "#bot/logger.ts";
import { createSecrets } from "#bot/outside/deliveries/secrets.ts";
import { createCircuits } from "#bot/sync/circuits.ts";
import { createConfluenceFollower } from "#bot/sync/confluence/confluence-follower.ts";
import { aboutConnection } from "#bot/sync/connected.ts";
import { createJiraFollower } from "#bot/sync/jira/follower.ts";
import { placeOf } from "#bot/sync/jira/place.ts";
import { connect } from "#db/connect.ts";
import { type System, saveConnection } from "#db/connections.ts";
import { giveGoAhead } from "#db/go-aheads.ts";
import { migrate } from "#db/migrate.ts";
import { saveInstallation, saveProject } from "#db/places.ts";
import type { Agent } from "#engine/agent/agent.ts";
import type { Plan } from "#engine/run/plan.ts";
import { ConfluenceSettings } from "#integrations/confluence/settings.ts";
import { JiraSettings } from "#integrations/jira/settings.ts";
import { brief } from "#test/support/sample-run.ts";

const WORKSPACE = "T01LOCAL";

/** Where a system is, and as whom it is written to. */
export type SiteAt = { readonly url: string; readonly email: string; readonly token: string };
/** What the project of a bench is connected to. */
export type Sites = Readonly<Partial<Record<System, SiteAt>>>;

/**
 * The engine as the app starts it, with a project that is connected to these systems and their followers beside it; Slack is left
 * out. `model` works on every step.
 */
export async function openSyncRoom(databaseUrl: string, sites: Sites, model: Agent) {
  await migrate(databaseUrl);
  const sql = connect(databaseUrl, { max: 20, applicationName: "countersign-bench" });
  const writer = openWriter(databaseUrl);
  const write = (line: string) => process.stderr.write(line);
  const log = createLogger({ level: "error", isTerminal: true, write, now: Date.now });
  const clock = { now: Date.now };
  const secrets = createSecrets("0123456789abcdef0123456789abcdef");
  const projectId = randomUUID();
  await saveInstallation(sql, { workspaceId: WORKSPACE, name: "Bench", botUserId: "U00BOT" });
  await saveProject(sql, {
    ...{ id: projectId, workspaceId: WORKSPACE, name: "billing", repository: "/nowhere", branch: null },
    ...{ channelId: "C02DEPLOYS", testCommand: null, commands: {}, reviewers: [] },
    ...{ fourEyes: "when_possible", planApproval: "never" },
  });
  for (const [system, site] of Object.entries(sites)) {
    const place = {
      workspaceId: WORKSPACE,
      projectId,
      system: system === "jira" ? system : "confluence",
    } as const;
    const settings = settingsOf(place.system, site);
    const token = secrets.encrypt(site.token, aboutConnection(place));
    await saveConnection(sql, { ...place, settings, token, source: "cli" });
    if ("project" in settings) await giveGoAhead(sql, WORKSPACE, placeOf(settings), "U02BOB");
  }
  const contexts = {
    about: async () => ({ people: (id: string) => id, botName: "Countersign", model: undefined }),
  };
  const linkOf = async () => "https://acme.slack.com/archives/C02DEPLOYS/p1";
  const needs = { sql, secrets, contexts, circuits: createCircuits({ sql, log }), linkOf };
  const followers = [
    ...(sites.jira
      ? [createJiraFollower({ ...needs, clock, emailOf: async () => "alice@example.com" })]
      : []),
    ...(sites.confluence ? [createConfluenceFollower({ ...needs, now: clock.now })] : []),
  ];
  const room = createEngineRoom({ sql, writer, databaseUrl, clock, newId: randomUUID, log });
  const stop = await room.start({
    agents: { model, command: model, person: model, rehearsal: model },
    limits: {},
    projectOf: async () => null,
    plannerFor: () => null,
    closeWorkspace: async () => {},
    endLeftover: async () => {},
    onLost: async () => {},
    followers,
  });
  let goals = 0;
  const count = async (rows: Promise<readonly { readonly n: number }[]>): Promise<number> =>
    (await rows)[0]?.n ?? 0;

  return {
    async begin(id: string, plan: Plan): Promise<void> {
      const stream = { kind: "run", id, workspaceId: WORKSPACE } as const;
      const own = brief({
        goalId: randomUUID(),
        goalNumber: ++goals,
        projectId,
        text: "Bench",
        title: `Bench ${goals}`,
      });
      await room.engine.submit(stream, { type: "request", brief: own, plan }, "person:U01ALICE");
    },
    doneCount: () => count(sql`select count(*)::int as n from runs where status = 'succeeded'`),
    /** How many runs a follower has not read to the end. */
    behindCount: () =>
      count(sql`
        select count(*)::int as n from runs r join streams s on s.id = r.id cross join unnest(${Object.keys(sites)}::text[]) f(name)
        left join cursors c on c.stream_id = r.id and c.follower = f.name where coalesce(c.seq, 0) < s.seq`),
    /** Whether every system's follower looks at a run. */
    async areLookedAt(): Promise<boolean> {
      const rows = await sql`select distinct follower from cursors where held_by is not null`;
      return rows.length === Object.keys(sites).length;
    },
    async close(): Promise<void> {
      await stop();
      await Promise.all([sql.end({ timeout: 5 }), writer.end({ timeout: 5 })]);
    },
  };
}

function settingsOf(system: System, { url, email }: SiteAt) {
  const account = { url, username: email };
  return system === "jira"
    ? JiraSettings.parse({ ...account, project: "PAY", mode: "epic" })
    : ConfluenceSettings.parse({ ...account, space: "ENG" });
}
