import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { openConfluenceStage } from "#test/support/confluence-stage.ts";
import { commentsOn } from "#test/support/e2e/jira.ts";
import { WORKSPACE } from "#test/support/engine-stage.ts";
import { openJiraStage } from "#test/support/jira-stage.ts";
import { commandJson, command as countersign } from "#test/support/operator.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { command, model, person } from "#test/support/sample-run.ts";
import { deskAt, emptyRuns, goalOf, issueOf, lookAs } from "#test/support/sync-desk.ts";

const database = await testDatabase();
const { url, sql } = database;
const home = mkdtempSync(join(tmpdir(), "countersign-sync-"));
afterAll(() => rmSync(home, { recursive: true }));
beforeEach(() => emptyRuns(sql));
const desk = deskAt(home, url);
const plan = [model("build"), person("agree", "approval", ["build"]), command("tag", ["agree"])];

const cursors = () => sql`select seq, stuck_at as stuck, last_error as error from cursors`;

async function skip(id: string): Promise<string> {
  const { code, stdout, stderr } = await countersign(desk, "sync", "skip", await goalOf(sql, id));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.split("\n")[0] ?? "";
}

withContracts("sync skip", () => {
  it("leaves out issues that can't be made: the run is not written, and goes on", async () => {
    const {
      begin,
      look: once,
      far,
      links,
    } = await openJiraStage(database, { mode: "epic", project: "TEAM" });
    const id = await begin(plan);
    expect(await lookAs(sql, "jira", id, () => once(id))).toBe(false);
    expect(await skip(id)).toBe("Jira: left out the issue of the run, and all on it");
    expect(await cursors()).toMatchObject([{ stuck: null, error: null }]);
    expect(await lookAs(sql, "jira", id, () => once(id))).toBe(true);
    expect(far.issues()).toEqual([]);
    expect((await links(id)).get("run")?.state).toBe("skipped");
  });

  it("leaves out comments that are not allowed; what comes after them is written", async () => {
    const {
      begin,
      begins,
      ends,
      asks,
      settle,
      look: once,
      far,
    } = await openJiraStage(database, { mode: "epic" });
    const id = await begin(plan);
    await settle(id);
    far.deny("PAY", "ADD_COMMENTS");
    await begins(id, "build");
    await ends(id, "build");
    await begins(id, "agree");
    await asks(id, "agree");
    expect(await lookAs(sql, "jira", id, () => once(id))).toBe(false);
    expect(await skip(id)).toBe("Jira: left out 1 comment");
    far.allow("PAY", "ADD_COMMENTS");
    await settle(id);
    expect(commentsOn(far, issueOf(far, "Do agree").key)).toEqual([]);
    expect(far.statusOf(issueOf(far, "Do build").key)).toBe("Fertig");
  });

  it("leaves issues where they stand that can't be moved, and takes that back with retry", async () => {
    const { begin, begins, ends, settle, look: once, far } = await openJiraStage(database, { mode: "epic" });
    const id = await begin(plan);
    await settle(id);
    far.deny("PAY", "TRANSITION_ISSUES");
    await begins(id, "build");
    await ends(id, "build");
    expect(await lookAs(sql, "jira", id, () => once(id))).toBe(false);
    expect(await skip(id)).toMatch(/^Jira: left out where PAY-\d+ stands$/);
    await settle(id);
    expect(far.statusOf(issueOf(far, "Do build").key)).toBe("Offen");
    far.allow("PAY", "TRANSITION_ISSUES");
    await countersign(desk, "sync", "retry", id);
    await settle(id);
    expect(far.statusOf(issueOf(far, "Do build").key)).toBe("Fertig");
  });

  it("leaves a page as it is, and goes on with the same one after retry", async () => {
    const { wiki, clock, begin, begins, catchUp, link } = await openConfluenceStage(database);
    const id = await begin(plan);
    await catchUp(id);
    wiki.deny("ENG", "update");
    clock.advance(61_000);
    await begins(id, "build");
    expect(await lookAs(sql, "confluence", id, () => catchUp(id))).toBe(false);
    expect(await skip(id)).toBe("Confluence: left out the page: it stays as it is");
    expect(await lookAs(sql, "confluence", id, () => catchUp(id))).toBe(true);
    expect(await link(id)).toMatchObject({ state: "skipped", outsideId: wiki.pages()[0]?.id });
    wiki.allow("ENG", "update");
    wiki.person("alice").renames(wiki.pages()[0]?.id ?? "", "Ours");
    await countersign(desk, "sync", "retry", id);
    await catchUp(id);
    expect(wiki.pages()).toHaveLength(1);
    expect(wiki.pages()[0]?.number).toBe(3);
  });

  it("refuses what is not stuck", async () => {
    const { begin } = await openJiraStage(database, { mode: "epic" });
    const goal = await goalOf(sql, await begin(plan));
    const { code, stderr } = await countersign(desk, "sync", "skip", goal);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^g\d+ is not stuck, so there is nothing to leave out/),
    ]);
  });
});

withContracts("sync retry", () => {
  it("of one goal makes again what people deleted, each once", async () => {
    const { begin, begins, ends, settle, far, links, said } = await openJiraStage(database, { mode: "epic" });
    const id = await begin(plan);
    await settle(id);
    const { key } = issueOf(far, "Do build");
    far.person("alice").deletes(key);
    await begins(id, "build");
    await ends(id, "build");
    await lookAs(sql, "jira", id, () => settle(id));
    expect(await said(id, "gone")).toHaveLength(1);
    expect((await links(id)).get("step:build")?.state).toBe("gone");
    expect(await commandJson(desk, "sync", "retry", await goalOf(sql, id), "--system", "jira")).toEqual({
      ...{ jira: [id], worker_running: false },
    });
    expect(await sql`select seq < (select seq from streams where id = ${id}) as behind from cursors`).toEqual(
      [{ behind: true }],
    );
    await settle(id);
    const made = issueOf(far, "Do build");
    expect(made.key).not.toBe(key);
    expect(far.statusOf(made.key)).toBe("Fertig");
    expect(far.doubles()).toEqual([]);
  });

  it("of one goal moves and writes again what people changed", async () => {
    const { begin, begins, ends, settle, far } = await openJiraStage(database, { mode: "epic" });
    const id = await begin(plan);
    await begins(id, "build");
    await ends(id, "build");
    await lookAs(sql, "jira", id, () => settle(id));
    far.person("alice").moves(issueOf(far, "Do build").key, "In Arbeit");
    expect((await countersign(desk, "sync", "check", id)).code).toBe(1);
    await countersign(desk, "sync", "retry", id);
    await settle(id);
    const { stdout } = await countersign(desk, "sync", "check", id);
    expect(stdout).toBe("1 run compared: all is as it should be.\n");

    const { wiki, clock, begin: starts, catchUp } = await openConfluenceStage(database);
    const other = await starts(plan);
    await lookAs(sql, "confluence", other, () => catchUp(other));
    const page = wiki.pages()[0]?.id ?? "";
    wiki.person("alice").edits(page, (body) => body.replace("Do build", "Do nothing"));
    await countersign(desk, "sync", "retry", other);
    clock.advance(61_000);
    await catchUp(other);
    expect(wiki.page(page).body).toContain("Do build");
    expect((await countersign(desk, "sync", "check", other)).code).toBe(0);
  });

  it("without a goal tries all that waits or is stuck, closes circuits, and leaves alone what people deleted", async () => {
    const { begin, settle, links } = await openJiraStage(database, { mode: "epic" });
    const [one, other, calm] = [await begin(plan), await begin(plan), await begin(plan)];
    await settle(calm);
    await lookAs(sql, "jira", calm, async () => {});
    await sql`update links set state = 'gone' where key = 'step:build'`;
    await sql`
      insert into cursors (follower, stream_id, workspace_id, seq, failures, last_error, stuck_at, not_before) values
        ('jira', ${one}, ${WORKSPACE}, 0, 0, 'no', now(), null), ('jira', ${other}, ${WORKSPACE}, 0, 3, '503', null, now() + interval '1 h')`;
    await sql`insert into circuits (workspace_id, system, origin, failures, open_until, last_error)
      values (${WORKSPACE}, 'jira', 'https://x', 9, now() + interval '1 h', '503')`;
    const retried = (await commandJson(desk, "sync", "retry")) as { readonly jira: readonly string[] };
    expect(retried).toMatchObject({ confluence: [] });
    expect(new Set(retried.jira)).toEqual(new Set([one, other]));
    expect(await sql`select from circuits`).toHaveLength(0);
    expect(await sql`select from cursors where stuck_at is not null or not_before is not null`).toHaveLength(
      0,
    );
    expect((await links(calm)).get("step:build")?.state).toBe("gone");
  });

  it("tells running apps, so that it is tried at once", async () => {
    const { begin } = await openJiraStage(database);
    const id = await begin(plan);
    await sql`insert into cursors (follower, stream_id, workspace_id, seq, stuck_at) values ('jira', ${id}, ${WORKSPACE}, 0, now())`;
    const heard: string[] = [];
    const listening = await sql.listen("countersign_facts", (ids) => heard.push(ids));
    await countersign(desk, "sync", "retry", await goalOf(sql, id));
    await expect.poll(() => heard).toContain(id);
    await listening.unlisten();
  });
});

withContracts("sync status", () => {
  it("says of each system how it stands, and what to do about what is stuck", async () => {
    const { begin, look: once, far } = await openJiraStage(database, { mode: "epic", project: "TEAM" });
    expect((await countersign(desk, "sync", "status")).stdout).toMatch(
      /^PROJECT +SYSTEM +PLACE +STATE\n\S+ +Jira +TEAM on http:\S+ +in step\n$/,
    );
    const id = await begin(plan);
    await lookAs(sql, "jira", id, () => once(id));
    await begin(plan);
    await sql`insert into circuits (workspace_id, system, origin, failures, open_until, last_error)
      values (${WORKSPACE}, 'jira', ${far.url}, 9, now() + interval '1 h', 'Jira answers 503')`;
    const { stdout } = await countersign(desk, "sync", "status");
    expect(stdout).toMatch(
      /1 run behind since [\d: -]+ \(under a minute\); last: Jira answers 503; tried again at [\d: -]+; 1 run stuck\n/,
    );
    expect(stdout).toMatch(
      /\ng\d+ is stuck in Jira since [\d: -]+:\n {2}Jira did not accept the issue: .*Team/,
    );
    expect(stdout).toMatch(/g(\d+) is stuck[\s\S]*sync retry g\1\. To leave it out: .* sync skip g\1\.\n$/);
    expect(await commandJson(desk, "sync", "status")).toMatchObject([
      {
        ...{ system: "jira", place: "TEAM", url: far.url, source: "cli", in_step: false, runs_behind: 1 },
        ...{ waits_for_go_on: false, circuit: { error: "Jira answers 503" } },
        stuck: [{ goal: await goalOf(sql, id), run_id: id, reason: expect.stringContaining("Team") }],
      },
    ]);
  });

  it("says how a first project is connected", async () => {
    expect((await countersign(desk, "sync", "status")).stdout).toBe(
      "No project is connected: ./countersign jira set <project> --key PAY\n",
    );
  });
});
