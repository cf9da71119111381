import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { readSecret } from "#bot/config/secret.ts";
import { createLogger } from "#bot/logger.ts";
import { createSecrets } from "#bot/outside/deliveries/secrets.ts";
import { createCircuits } from "#bot/sync/circuits.ts";
import { jiraOf } from "#bot/sync/connected.ts";
import { guarded } from "#bot/sync/guarded.ts";
import { createPoller } from "#bot/sync/inbound/poller.ts";
import { openJiraNews } from "#integrations/jira/news.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { type Jira, startJira } from "#test/support/atlassian/jira.ts";
import { connectJira } from "#test/support/e2e/jira.ts";
import { allTakenUp, guidanceIn, issueOf } from "#test/support/e2e/jira-inbound.ts";
import { ALICE, BOB } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useStage(await testDatabase());
const settings = { mode: "issue", people: { "5b10a:bob": BOB }, goalLabel: "agents" };

withContracts("a Jira that is asked what happened", () => {
  let far: Jira;
  let poller: ReturnType<typeof createPoller>;
  let issue: string;

  beforeAll(async () => {
    far = await startJira({ limits: "none" });
    const { sql, dir } = stage();
    const slack = await stage().room("polled");
    await connectJira(stage(), "polled", far, { ...settings, inbound: "off" });
    await slack.types(ALICE, "/goal run ship version=1.2.3");
    await slack.card(/^✋ Tag /, await slack.card(/^Ship polled/));
    issue = await issueOf(stage(), "polled");
    const log = createLogger({ now: Date.now, write: () => undefined, isTerminal: false });
    const circuits = createCircuits({ sql, log });
    poller = createPoller({
      ...{ sql, log, everyMs: 0 },
      jiraOf: (workspaceId, projectId) =>
        jiraOf({ sql, secrets: createSecrets(readSecret(dir)) }, workspaceId, projectId),
      newsOf: (connection) =>
        guarded(openJiraNews(connection), circuits, {
          ...{ workspaceId: connection.workspaceId, system: "jira", origin: connection.settings.url },
        }),
    });
  });
  afterAll(async () => {
    await poller.close();
    expect(far.violations).toEqual([]);
    await far.close();
  });

  const connect = (inbound: string) => connectJira(stage(), "polled", far, { ...settings, inbound });
  /** All is heard and taken up. */
  const look = async () => {
    await poller.look();
    await allTakenUp(stage());
  };
  const said = async () => (await guidanceIn(stage(), "polled")).map(({ text }) => text);
  const polledTo = async () =>
    (
      await stage().sql<{ at: Date | null }[]>`select polled_to as at from connections where system = 'jira'`
    )[0]?.at;
  const asked = () =>
    far.calls.filter(({ search, body }) => /updated >=/.test(JSON.stringify([search, body]))).length;

  test("is not asked while that is off", async () => {
    far.person("bob").comments(issue, "While nobody listened.");
    await look();
    expect(asked()).toBe(0);
    expect(await polledTo()).toBeNull();
  });

  test("tells nothing of before, then each thing once, however often it is asked", async () => {
    await connect("poll");
    await look();
    expect(await said()).toEqual([]);
    far.person("bob").comments(issue, "One.");
    far.person("alice").comments(issue, "Two.");
    await look();
    await look();
    far.person("bob").comments(issue, "Three.");
    await look();
    expect(await said()).toEqual(["One.", "Two.", "Three."]);
  });

  test("tells all that happened while nobody asked, in order and once", async () => {
    const { sql } = stage();
    // The last time was three hours ago; since then there were as many comments as fill several pages.
    await sql`update connections set polled_to = polled_to - interval '3 hours', polled_at = polled_at - interval '3 hours'`;
    const words = Array.from({ length: 110 }, (_, i) => `Comment ${i}.`);
    for (const text of words) far.person("bob").comments(issue, text);
    far.person("bob").moves(issue, "Fertig");
    const labelled = far.person("bob").creates("PAY", "Task", "Sort the receipts", { labels: ["agents"] });
    await look();
    await look();
    expect(await said()).toEqual(["One.", "Two.", "Three.", ...words]);
    const jql = far.calls.map(({ body }) => /updated >= \\?"-(\d+)m/.exec(JSON.stringify(body))?.[1]);
    expect(jql).toContain("187"); // three hours, five minutes that overlap, and what is rounded
    const goals =
      await sql`select from goals g join runs r on r.id = g.latest_run_id where r.brief ->> 'text' like ${`${labelled}%`}`;
    expect(goals).toHaveLength(1);
    const questions = await sql`
      select from messages where key like 'heard:%' and desired ->> 'text' like '%to Fertig in Jira, and g% still runs%'`;
    expect(questions).toHaveLength(1);
  });

  test("tells later what its search learns late, and what it could not say", async () => {
    const before = (await said()).length;
    far.lag(3_600_000);
    far.person("bob").comments(issue, "Late.");
    await look();
    expect((await said()).length).toBe(before);
    far.lag(0);
    await look();
    expect((await said()).at(-1)).toBe("Late.");

    far.person("bob").comments(issue, "While it failed.");
    far.faults.answer("getComments", { status: 503 });
    const heardTo = await polledTo();
    await look();
    expect(await polledTo()).toEqual(heardTo);
    expect((await said()).at(-1)).toBe("Late.");
    await stage().sql`update circuits set open_until = now()`;
    await look();
    expect((await said()).at(-1)).toBe("While it failed.");
    expect(await polledTo()).not.toEqual(heardTo);
  });

  test("does not tell us what we wrote ourselves, nor what only some may read", async () => {
    const { sql } = stage();
    expect(far.issue(issue).comments.some(({ author }) => author === far.person("us").accountId)).toBe(true);
    far.person("us").comments(issue, "Written with our account by hand.");
    const hidden = far.person("bob").comments(issue, "For admins alone.");
    Object.assign(hidden, { visibility: { type: "role", value: "Administrators" } });
    const before = await said();
    await look();
    expect(await said()).toEqual(before);
    const shown =
      await sql`select from messages where key like 'heard:%' and desired::text ~ 'by hand|admins alone|Started for'`;
    expect(shown).toHaveLength(0);
  });

  test("forgets where it was when it is turned off: what happens meanwhile is never heard", async () => {
    await connect("off");
    await look();
    expect(await polledTo()).toBeNull();
    far.person("bob").comments(issue, "Meanwhile.");
    await connect("poll");
    await look();
    far.person("bob").comments(issue, "Again.");
    await look();
    expect((await said()).slice(-1)).toEqual(["Again."]);
    expect(await said()).not.toContain("Meanwhile.");
  });
});
