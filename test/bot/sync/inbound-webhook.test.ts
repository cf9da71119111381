import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readSecret } from "#bot/config/secret.ts";
import { createSecrets } from "#bot/outside/deliveries/secrets.ts";
import { aboutConnection } from "#bot/sync/connected.ts";
import { aboutWebhook } from "#bot/sync/inbound/signed.ts";
import { connectionsIn, saveConnection, saveWebhookSecret } from "#db/connections.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { type Jira, startJira } from "#test/support/atlassian/jira.ts";
import {
  allTakenUp,
  connectHeardJira,
  guidanceIn,
  issueOf,
  postSigned,
} from "#test/support/e2e/jira-inbound.ts";
import { ALICE, BOB } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useStage(await testDatabase());
const [SECRET, OTHERS] = ["the secret of this one", "the secret of another workspace"];
const US = "712020:countersign";

withContracts("POST /webhooks/jira", () => {
  let far: Jira;
  let issue: { readonly id: string; readonly key: string };
  let ids = 50_000;
  beforeAll(async () => {
    far = await startJira({ limits: "none" });
    const slack = await stage().room("heard");
    await connectHeardJira(stage(), "heard", far, { secret: SECRET, people: { "5b10a:bob": BOB } });
    await slack.types(ALICE, "/goal run ship version=1.2.3");
    await slack.card(/^Ship heard/);
    issue = far.issue(await issueOf(stage(), "heard"));
  });
  afterAll(() => far.close());

  const commented = (accountId: string, body: string, change: object = {}) => ({
    ...{ webhookEvent: "comment_created", timestamp: Date.now() },
    issue: {
      id: issue.id,
      key: issue.key,
      self: `${far.url}/rest/api/2/issue/${issue.id}`,
      fields: {},
      ...change,
    },
    comment: {
      ...{ id: String(++ids), author: { accountId, displayName: "Bob Berg" }, body },
      created: new Date().toISOString(),
    },
  });
  const post = (body: unknown, secret: string | null) => postSigned(stage().app.url, body, secret);
  const heard = async () => (await stage().sql<{ key: string }[]>`select key from heard order by at`).length;
  const guidance = () => guidanceIn(stage(), "heard");
  const cards = async () =>
    (await stage().sql<{ key: string }[]>`select key from messages where key like 'heard:%'`).length;

  describe("refuses alike, and keeps nothing of,", () => {
    const refused = {
      "what is not signed": () => post(commented("5b10a:bob", "x"), null),
      "a wrong secret": () => post(commented("5b10a:bob", "x"), "guessed"),
      "an empty secret": () => post(commented("5b10a:bob", "x"), ""),
      "another project of that site": () => post(commented("5b10a:bob", "x", { key: "MOB-1" }), SECRET),
      "another site": () =>
        post(commented("5b10a:bob", "x", { self: "https://evil.example/rest/api/2/issue/1" }), SECRET),
      "what names no place": () => post({ webhookEvent: "comment_created" }, SECRET),
      "what is no JSON": () =>
        fetch(`${stage().app.url}/webhooks/jira`, {
          method: "POST",
          headers: { "x-hub-signature": `sha256=${"0".repeat(64)}` },
          body: "{",
        }),
      "another way of signing": () =>
        fetch(`${stage().app.url}/webhooks/jira`, {
          method: "POST",
          headers: { "x-hub-signature": "sha1=00" },
          body: JSON.stringify(commented("5b10a:bob", "x")),
        }),
    };
    test.each(Object.entries(refused))("%s", async (_, send) => {
      const before = await heard();
      const answer = await send();
      expect(answer.status).toBe(401);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      expect(await answer.json()).toMatchObject({
        code: "unauthorized",
        detail: expect.stringContaining("not signed"),
      });
      expect(await heard()).toBe(before);
    });
  });

  test("takes what is signed over the very bytes, once, however often and at once it is sent", async () => {
    const [guided, shown] = [(await guidance()).length, await cards()];
    const body = commented("5b10a:bob", "Only once.");
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(body, SECRET)));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204]);
    await allTakenUp(stage());
    await post(body, SECRET);
    await allTakenUp(stage());
    expect((await guidance()).slice(guided)).toEqual([{ by: BOB, text: "Only once." }]);
    expect(await cards()).toBe(shown + 1);
    const { comment } = body;
    expect((await post({ ...body, comment: { ...comment, body: "Changed." } }, "guessed")).status).toBe(401);
  });

  test("and is taken up again where somebody died over it, without doing it twice", async () => {
    const { sql } = stage();
    const [guided, shown] = [(await guidance()).length, await cards()];
    await post(commented("5b10a:bob", "Not twice."), SECRET);
    await allTakenUp(stage());
    await sql`update heard set state = 'waiting', outcome = null, by = null, not_before = now() where change is not null`;
    await sql`select pg_notify('countersign_heard', 'T01LOCAL')`;
    await allTakenUp(stage());
    expect((await guidance()).slice(guided)).toEqual([{ by: BOB, text: "Not twice." }]);
    expect(await cards()).toBe(shown + 1);
  });

  test("is no news where we did it ourselves, or it is about no issue of ours", async () => {
    const [guided, shown, before] = [(await guidance()).length, await cards(), await heard()];
    expect((await post(commented(US, "We said so."), SECRET)).status).toBe(204);
    const other = far.person("bob").creates("PAY", "Task", "Somebody else's");
    const theirs = { id: far.issue(other).id, key: other };
    expect((await post(commented("5b10a:bob", "Not here.", theirs), SECRET)).status).toBe(204);
    await allTakenUp(stage());
    expect(await heard()).toBe(before + 1);
    expect([(await guidance()).length, await cards()]).toEqual([guided, shown]);
    const kept = await stage()
      .sql`select from heard where change::text like '%We said so%' or change::text like '%Not here%'`;
    expect(kept).toHaveLength(0);
  });

  test("is no news where another Countersign wrote it, with whatever account", async () => {
    const [guided, shown] = [(await guidance()).length, await cards()];
    const written = far.person("bob").comments(issue.key, "Started for Alice: 3 steps.");
    written.properties.set("countersign", { run: "theirs", key: "comment:1" });
    const body = commented("5b10a:bob", "Started for Alice: 3 steps.");
    await post({ ...body, comment: { ...body.comment, id: written.id } }, SECRET);
    await allTakenUp(stage());
    expect([(await guidance()).length, await cards()]).toEqual([guided, shown]);
  });

  test("of another workspace's connection is not heard in this one, nor there while it is not connected", async () => {
    const { sql, dir } = stage();
    const secrets = createSecrets(readSecret(dir));
    const [mine] = await connectionsIn(sql, "T01LOCAL");
    if (!mine) throw new Error("There is no connection.");
    const place = { workspaceId: "T02THEIRS", projectId: crypto.randomUUID(), system: "jira" } as const;
    const token = secrets.encrypt("their token", aboutConnection(place));
    await saveConnection(sql, { ...place, settings: mine.settings, token, source: "cli" });
    await saveWebhookSecret(sql, place, secrets.encrypt(OTHERS, aboutWebhook(place)));
    await sql`insert into installations (workspace_id, name, bot_user_id, connected) values ('T02THEIRS', 'Theirs', 'U0BOT', false)`;
    const before = await heard();
    expect((await post(commented("5b10a:bob", "From there."), OTHERS)).status).toBe(401);
    await sql`update installations set connected = true where workspace_id = 'T02THEIRS'`;
    expect((await post(commented("5b10a:bob", "From there."), OTHERS)).status).toBe(204);
    await sql`delete from installations where workspace_id = 'T02THEIRS'`;
    // Their workspace has no run that this issue shows.
    expect(await heard()).toBe(before);
  });

  test("is heard also where another workspace has settings that nobody can read, and a token of another secret", async () => {
    const { sql } = stage();
    const [mine] = await connectionsIn(sql, "T01LOCAL");
    if (!mine) throw new Error("There is no connection.");
    const broken = { ...(mine.settings as object), url: "http://jira.of.old.example", mode: "story" };
    const place = { workspaceId: "T03BROKEN", system: "jira", token: "nonsense", source: "cli" } as const;
    const [unread, undecrypted] = [crypto.randomUUID(), crypto.randomUUID()];
    await saveConnection(sql, { ...place, projectId: unread, settings: broken });
    await saveConnection(sql, { ...place, projectId: undecrypted, settings: mine.settings });
    const theirs = { workspaceId: "T03BROKEN", system: "jira" } as const;
    for (const projectId of [unread, undecrypted])
      await saveWebhookSecret(sql, { ...theirs, projectId }, "nonsense");
    await sql`insert into installations (workspace_id, name, bot_user_id, connected) values ('T03BROKEN', 'Broken', 'U0BOT', true)`;
    const shown = await cards();
    const answer = await post(commented("5b10a:bob", "Heard all the same."), SECRET);
    await sql`delete from installations where workspace_id = 'T03BROKEN'`;
    await sql`delete from connections where workspace_id = 'T03BROKEN'`;
    expect(answer.status).toBe(204);
    await allTakenUp(stage());
    expect(await cards()).toBe(shown + 1);
  });

  test("hears nothing where it is off, which it is unless somebody says otherwise, or where we ask ourselves", async () => {
    const before = await heard();
    for (const inbound of ["off", "poll"]) {
      await connectHeardJira(stage(), "heard", far, { secret: SECRET, inbound });
      expect((await post(commented("5b10a:bob", "Nobody hears."), SECRET)).status).toBe(401);
    }
    expect(await heard()).toBe(before);
    const { JiraSettings } = await import("#integrations/jira/settings.ts");
    expect(JiraSettings.parse({ url: far.url, username: "a@b.c", project: "PAY" }).inbound).toBe("off");
    await connectHeardJira(stage(), "heard", far, { secret: SECRET, people: { "5b10a:bob": BOB } });
  });

  test("answers what is too large or no post as such", async () => {
    const big = await post(commented("5b10a:bob", "x".repeat(5 * 1024 * 1024)), SECRET);
    expect(big.status).toBe(413);
    expect(await big.json()).toMatchObject({ code: "too_large" });
    expect((await fetch(`${stage().app.url}/webhooks/jira`)).status).toBe(404);
  });
});
