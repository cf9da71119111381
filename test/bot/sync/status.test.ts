import { beforeEach, describe, expect, test } from "vitest";
import { howLong, syncLines } from "#bot/slack/blocks/sync-lines.ts";
import { behindOf, outsideOf } from "#bot/slack/sync-told.ts";
import { syncStatus } from "#bot/sync/status.ts";
import { openCircuit } from "#db/circuits.ts";
import { removeConnection } from "#db/connections.ts";
import { askForGoAhead, giveGoAhead } from "#db/go-aheads.ts";
import { saveLink } from "#db/links.ts";
import { loadRun } from "#db/load.ts";
import { beginTrouble } from "#db/troubles.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { SITE, syncStage, WORKSPACE } from "#test/support/sync-stage.ts";

const { sql } = await testDatabase();
const stage = syncStage(sql);
let billing: string;

beforeEach(async () => {
  await stage.clear();
  billing = await stage.project("billing");
  await stage.connect(billing, "jira");
});

const lines = async () => syncLines(await syncStatus(sql, WORKSPACE), Date.now());
const down = (error: string) =>
  openCircuit(sql, { workspaceId: WORKSPACE, system: "jira", origin: SITE }, 60_000, error);
const statusOf = async (id: string) => {
  const run = await loadRun(sql, WORKSPACE, id);
  if (!run) throw new Error("There is no such run.");
  return outsideOf(sql, run);
};

describe("what is said of Jira and Confluence", () => {
  test("nothing where all is in step, and nothing of projects that are not connected", async () => {
    const { id } = await stage.run(billing, 30);
    await stage.cursor("jira", id, { caughtUp: true });
    await stage.run(await stage.project("other"), 30);
    await stage.run(null, 30);
    expect(await lines()).toEqual([]);
    expect(await syncStatus(sql, WORKSPACE)).toMatchObject([
      { project: { name: "billing" }, system: "jira", place: "PAY", origin: SITE, behind: [], stuck: [] },
    ]);
  });

  test("how far it is behind and why, by the oldest news that is not written", async () => {
    await stage.run(billing, 12);
    await stage.run(billing, 5);
    await down("Jira answers 503");
    expect(await lines()).toEqual(["◐ Jira is 12 minutes behind: 503"]);
  });

  test.each([
    ["Jira limits us (429)", "it limits us (429)"],
    ["Jira can't be reached (ECONNREFUSED)", "it can't be reached (ECONNREFUSED)"],
    ["something else", "something else"],
    ["*bold* <@U02BOB> `x", "∗bold∗ &lt;@U02BOB&gt; 'x"],
  ])("the reason %j is said as %j", async (error, said) => {
    await stage.run(billing, 60);
    await down(error);
    expect(await lines()).toEqual([`◐ Jira is 1 hour behind: ${said}`]);
  });

  test("nothing while it is less than a minute behind, and no word of a page's minute", async () => {
    const { id } = await stage.run(billing, 0.9);
    await down("Jira answers 503");
    expect(await lines()).toEqual([]);
    await sql`delete from circuits`;
    await sql`update facts set at = at - 50000 where stream_id = ${id}`;
    expect(await lines()).toEqual([]);
    await sql`update facts set at = at - 60000 where stream_id = ${id}`;
    expect(await lines()).toEqual(["◐ Jira is 2 minutes behind"]);
  });

  test("what the run itself met last, where the whole system does not fail", async () => {
    const { id } = await stage.run(billing, 3);
    await stage.cursor("jira", id, { error: "Jira does not answer in time" });
    expect(await lines()).toEqual(["◐ Jira is 3 minutes behind: it does not answer in time"]);
  });

  test("that it waits for Go on, until somebody has pressed it", async () => {
    await stage.run(billing, 12);
    await askForGoAhead(sql, WORKSPACE, `${SITE} PAY`);
    expect(await lines()).toEqual(["✋ Jira waits until somebody presses Go on (PAY)"]);
    await giveGoAhead(sql, WORKSPACE, `${SITE} PAY`, "U02BOB");
    expect(await lines()).toEqual(["◐ Jira is 12 minutes behind"]);
  });

  test("what is stuck, with the reference of the message to its owner", async () => {
    const reason = "Jira did not accept the issue: field 'Team' is required.";
    for (const minutesAgo of [9, 8, 7, 6]) {
      const { id } = await stage.run(billing, minutesAgo);
      await stage.cursor("jira", id, { stuck: reason });
    }
    await beginTrouble(
      sql,
      { workspaceId: WORKSPACE, projectId: billing, system: "jira" },
      { key: "k", ref: "7f3a91", sentence: reason },
    );
    expect(await lines()).toEqual([
      ...["g1", "g2", "g3"].map((goal) => `✕ Jira is stuck at ${goal}: ${reason} (ref 7f3a91)`),
      "… and 1 more: `./countersign sync status`",
    ]);
  });

  test("both systems apart, and the project that is behind most for each", async () => {
    const shop = await stage.project("shop");
    await stage.connect(shop, "jira");
    await stage.connect(shop, "confluence");
    await stage.run(billing, 5);
    await stage.run(shop, 50);
    await down("Jira answers 503");
    expect(await lines()).toEqual(["◐ Jira is 50 minutes behind: 503", "◐ Confluence is 50 minutes behind"]);
  });

  test("nothing of runs that were asked for before their project was connected, or after it was removed", async () => {
    await stage.run(billing, 3 * 24 * 60);
    await stage.run(billing, 30);
    expect((await syncStatus(sql, WORKSPACE))[0]?.behind).toHaveLength(1);
    await removeConnection(sql, { workspaceId: WORKSPACE, projectId: billing, system: "jira" });
    expect(await syncStatus(sql, WORKSPACE)).toEqual([]);
  });

  test("nothing of another workspace", async () => {
    await stage.run(billing, 30);
    await down("Jira answers 503");
    expect(await syncStatus(sql, "T02THEIRS")).toEqual([]);
    expect(await behindOf(sql, "T02THEIRS")).toEqual([]);
    expect(await behindOf(sql, WORKSPACE)).toEqual(["◐ Jira is 30 minutes behind: 503"]);
  });

  test.each([
    [1, "1 minute"],
    [59.9, "59 minutes"],
    [60, "1 hour"],
    [47 * 60 + 59, "47 hours"],
    [72 * 60, "3 days"],
  ])("%d minutes are %j", (minutes, words) => {
    expect(howLong(minutes * 60_000)).toBe(words);
  });
});

describe("/goal status", () => {
  test("links the issue and the page, and says only what concerns this goal", async () => {
    await stage.connect(billing, "confluence");
    const [one, other] = [await stage.run(billing, 30), await stage.run(billing, 20)];
    await stage.cursor("jira", one.id, { caughtUp: true });
    await stage.cursor("jira", other.id, { stuck: "Jira has no project PAY." });
    const jira = { workspaceId: WORKSPACE, system: "jira", streamId: one.id } as const;
    const shown = { outsideId: "1", shown: null };
    const issue = `${SITE}/browse/PAY-7`;
    await saveLink(sql, jira, { ...shown, key: "run", outsideKey: "PAY-7", url: issue });
    await saveLink(sql, jira, {
      ...shown,
      key: "step:code",
      outsideKey: "PAY-8",
      url: `${SITE}/browse/PAY-8`,
    });
    const page = { ...jira, system: "confluence" } as const;
    await saveLink(sql, page, { ...shown, key: "page", outsideKey: null, url: `${SITE}/wiki/x` });
    expect(await statusOf(one.id)).toEqual({
      links: [
        { label: "Open PAY-7", url: issue },
        { label: "Open the page", url: `${SITE}/wiki/x` },
      ],
      lines: ["◐ Confluence is 30 minutes behind"],
    });
    expect(await statusOf(other.id)).toEqual({
      links: [],
      lines: ["✕ Jira is stuck at g2: Jira has no project PAY.", "◐ Confluence is 20 minutes behind"],
    });
  });

  test("does not link what somebody deleted, nor anything of a run without a project", async () => {
    const { id } = await stage.run(billing);
    const place = { workspaceId: WORKSPACE, system: "jira", streamId: id } as const;
    const gone = { key: "run", state: "gone", outsideId: "1", outsideKey: "PAY-7", shown: null } as const;
    await saveLink(sql, place, { ...gone, url: `${SITE}/browse/PAY-7` });
    expect(await statusOf(id)).toEqual({ links: [], lines: [] });
    expect(await statusOf((await stage.run(null, 30)).id)).toEqual({ links: [], lines: [] });
  });
});
