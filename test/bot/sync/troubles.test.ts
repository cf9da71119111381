import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Follower, Later, startFollowers } from "#bot/followers.ts";
import { createSecrets } from "#bot/outside/deliveries/secrets.ts";
import { jiraOf } from "#bot/sync/connected.ts";
import { syncStatus } from "#bot/sync/status.ts";
import { tellingOwners } from "#bot/sync/troubles.ts";
import { openCircuit } from "#db/circuits.ts";
import { tryAgain } from "#db/sync-again.ts";
import { OutsideFailure, OutsideRefusal } from "#engine/errors.ts";
import { CredentialsLost } from "#integrations/atlassian/failure.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { SITE, syncStage, WORKSPACE } from "#test/support/sync-stage.ts";

const { sql } = await testDatabase();
const stage = syncStage(sql);
const REQUIRED = new OutsideRefusal(
  "Jira",
  "field_required",
  "Jira did not accept the issue: field 'Team' is required. Ask an admin to set `jira.fields.Team` for billing.",
);
let billing: string;
/** What catching up meets, by run; null: all goes well. */
let meets: (runId: string) => Error | null;
let close = async (): Promise<void> => {};

beforeEach(async () => {
  await stage.clear();
  billing = await stage.project("billing", { ownerId: "U03CAROL", channelId: "C02BILLING" });
  await stage.connect(billing, "jira");
  meets = () => null;
});
afterEach(() => close());

/** Follows from now on, as a running app does. */
async function follow(): Promise<void> {
  await close();
  const follower: Follower = {
    ...{ name: "jira", reads: "jira", gatherMs: 1 },
    async catchUp({ id }) {
      const error = meets(id);
      if (error) throw error;
    },
  };
  const { log } = stage;
  const following = await startFollowers({
    ...{ sql, log, holder: randomUUID(), followers: [tellingOwners(follower, { sql, log })] },
  });
  close = following.close;
}

type Row = { readonly channel: string; readonly text: string; readonly blocks: readonly unknown[] };
const told = () =>
  sql<Row[]>`
    select channel_id as channel, desired ->> 'text' as text, desired -> 'blocks' as blocks from messages
    order by created_at`;
const stuck = async () => (await syncStatus(sql, WORKSPACE)).flatMap((status) => status.stuck);
const inStep = () => expect.poll(async () => (await syncStatus(sql, WORKSPACE))[0]?.behind).toEqual([]);
const again = () => tryAgain(sql, { workspaceId: WORKSPACE, system: "jira", projectId: billing });

describe("What no retry can mend", () => {
  test("is one message to the project's owner: what is wrong, what to do, for which project, and a reference", async () => {
    meets = () => REQUIRED;
    await stage.run(billing);
    await follow();
    await expect.poll(stuck).toMatchObject([{ goalNumber: 1, reason: REQUIRED.message }]);
    const [one] = await told();
    expect(one?.channel).toBe("@U03CAROL");
    expect(one?.text).toMatch(
      /^Jira needs you for billing: Jira did not accept the issue: field 'Team' is required\. .* \(ref [0-9a-f]{6}\)$/,
    );
    expect(JSON.stringify(one?.blocks)).toMatch(/Then press Try again; g1 waits for it\./);
    expect(JSON.stringify(one?.blocks)).toMatch(
      /Settings are options: `.\/countersign jira set billing --field Team=…`/,
    );
    const ref = one?.text.slice(-7, -1);
    expect(await stuck()).toMatchObject([{ ref }]);
    expect(stage.lines.join("")).toContain(ref);
  });

  test("is said once, however many runs meet it; another trouble is another message", async () => {
    const other = new OutsideRefusal(
      "Jira",
      "no_permission",
      "Jira does not let bot@acme.com comment in PAY.",
    );
    const last = { id: "" };
    meets = (id) => (id === last.id ? other : REQUIRED);
    for (const _ of [1, 2]) await stage.run(billing);
    last.id = (await stage.run(billing)).id;
    await follow();
    await expect.poll(stuck).toHaveLength(3);
    const texts = (await told()).map(({ text }) => text.replace(/ \(ref.*/, ""));
    expect(new Set(texts)).toEqual(
      new Set([other, REQUIRED].map(({ message }) => `Jira needs you for billing: ${message}`)),
    );
  });

  test("is told per project: another one's owner hears of theirs", async () => {
    meets = () => REQUIRED;
    const shop = await stage.project("shop", { ownerId: "U02BOB" });
    await stage.connect(shop, "jira");
    await stage.run(billing);
    await stage.run(shop);
    await follow();
    await expect.poll(stuck).toHaveLength(2);
    expect((await told()).map(({ channel }) => channel).toSorted()).toEqual(["@U02BOB", "@U03CAROL"]);
  });

  test("goes to the project's channel where nobody owns it, else to the run's", async () => {
    meets = () => REQUIRED;
    for (const channelId of ["C05SHOP", null]) {
      const id = await stage.project(`of ${channelId}`, { channelId });
      await stage.connect(id, "jira");
      await stage.run(id);
    }
    await follow();
    await expect.poll(stuck).toHaveLength(2);
    expect((await told()).map(({ channel }) => channel).toSorted()).toEqual(["C02DEPLOYS", "C05SHOP"]);
  });

  test("is not said again while it stays, also after Try again; said again where it comes back after it worked", async () => {
    meets = () => REQUIRED;
    await stage.run(billing);
    await follow();
    await expect.poll(stuck).toHaveLength(1);
    await again();
    await expect.poll(stuck).toHaveLength(1);
    expect(await told()).toHaveLength(1);

    meets = () => null;
    await again();
    await inStep();
    expect(await stuck()).toEqual([]);
    const [mended] = await told();
    expect(mended).toMatchObject({
      channel: "@U03CAROL",
      text: "✓ Jira does not need you for billing any more",
    });
    expect(JSON.stringify(mended?.blocks)).toContain("field 'Team' is required");
    expect(JSON.stringify(mended?.blocks)).not.toContain("Try again");
    meets = () => REQUIRED;
    await stage.run(billing);
    await expect.poll(stuck).toMatchObject([{ goalNumber: 2 }]);
    expect(await told()).toHaveLength(2);
  });

  test("is not said again where other runs of the project work meanwhile", async () => {
    const { id } = await stage.run(billing);
    meets = (run) => (run === id ? REQUIRED : null);
    await follow();
    await expect.poll(stuck).toHaveLength(1);
    await stage.run(billing);
    await inStep();
    const third = await stage.run(billing);
    meets = (run) => (run === id || run === third.id ? REQUIRED : null);
    await again();
    await expect.poll(stuck).not.toHaveLength(0);
    expect(await told()).toHaveLength(1);
  });

  test("is inert: what comes from outside mentions nobody and hides no link", async () => {
    const text = "field '<!channel> *x* <https://evil.example|here> @here': wrong\n✓ Approved";
    meets = () => new OutsideRefusal("Jira", "field_refused", text);
    await stage.run(billing);
    await follow();
    await expect.poll(stuck).toHaveLength(1);
    const shown = JSON.stringify(await told());
    expect(shown).not.toMatch(/<!channel>|<https:|\*x\*/);
    expect(shown).not.toMatch(/\\n✓/);
  });
});

describe("A token that is not accepted any more", () => {
  const lost = () =>
    new Later(40, "Jira does not accept our token (401)", {
      cause: new CredentialsLost("Jira", "Jira does not accept our token (401)"),
    });

  test("is said once with where a new one is set, and nothing is stuck", async () => {
    meets = lost;
    await openCircuit(
      sql,
      { workspaceId: WORKSPACE, system: "jira", origin: SITE },
      1,
      "Jira does not accept our token (401)",
    );
    await stage.run(billing);
    await stage.run(billing);
    await follow();
    await expect.poll(told).toHaveLength(1);
    const [one] = await told();
    expect(one?.text).toMatch(
      /^Jira needs you for billing: Jira does not accept our API token any more\. .* `\.\/countersign jira set billing --token-stdin`\. \(ref/,
    );
    expect(JSON.stringify(one?.blocks)).toMatch(/Then it goes on by itself/);
    expect(await stuck()).toEqual([]);
    await sql`delete from circuits`;
    meets = () => null;
    await inStep();
    expect(await told()).toHaveLength(1);
    meets = lost;
    await stage.run(billing);
    await expect.poll(told).toHaveLength(2);
  });

  test("of a project that countersign.yaml connects is set there", async () => {
    await sql`update connections set source = 'settings'`;
    meets = lost;
    await stage.run(billing);
    await follow();
    await expect.poll(told).toHaveLength(1);
    const [one] = await told();
    expect(one?.text).toMatch(/set it: `JIRA_API_TOKEN`, and start Countersign again/);
    expect(JSON.stringify(one?.blocks)).toMatch(/Settings are in countersign.yaml, under projects.billing/);
  });

  test("that was kept under another COUNTERSIGN_SECRET is a trouble with what to do", async () => {
    const connection = jiraOf({ sql, secrets: createSecrets("quite another secret") }, WORKSPACE, billing);
    await expect(connection).rejects.toMatchObject({
      ...{ name: "OutsideRefusal", code: "token_unreadable" },
      message: expect.stringMatching(
        /another COUNTERSIGN_SECRET.*`\.\/countersign jira set billing --token-stdin`/,
      ),
    });
  });
});

describe("What time mends", () => {
  test.each([
    ["a failure", new OutsideFailure("Jira", "Jira answers 503", { retryAfterMs: 60_000 })],
    ["a wait", new Later(60_000, "Its page is written once a minute.")],
    ["a defect of ours", new Error("x is not a function")],
  ])("%s is told to nobody", async (_, error) => {
    meets = () => error;
    await stage.run(billing);
    await follow();
    await expect.poll(() => sql`select from cursors where not_before is not null`).toHaveLength(1);
    expect(await told()).toEqual([]);
  });

  test("a follower into no outside system stays as it is", () => {
    const slack: Follower = { name: "slack", catchUp: async () => {} };
    expect(tellingOwners(slack, { sql, log: stage.log })).toBe(slack);
  });
});
