import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { openConfluenceStage } from "#test/support/confluence-stage.ts";
import { openJiraStage } from "#test/support/jira-stage.ts";
import { command as countersign } from "#test/support/operator.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { command, model, person } from "#test/support/sample-run.ts";
import { deskAt, emptyRuns, goalOf, issueOf } from "#test/support/sync-desk.ts";

const database = await testDatabase();
const { url, sql } = database;
const home = mkdtempSync(join(tmpdir(), "countersign-sync-"));
afterAll(() => rmSync(home, { recursive: true }));
beforeEach(() => emptyRuns(sql));
const desk = deskAt(home, url);
const plan = [model("build"), person("agree", "approval", ["build"]), command("tag", ["agree"])];

type Checked = { readonly differences: readonly { readonly key: string; readonly what: string }[] };
async function check(...more: readonly string[]): Promise<readonly string[]> {
  const { code, stdout } = await countersign(desk, "sync", "check", ...more, "--json");
  const { differences } = JSON.parse(stdout) as Checked;
  expect(code).toBe(differences.length === 0 ? 0 : 1);
  return differences.map(({ key, what }) => `${key}: ${what}`);
}

withContracts("sync check", () => {
  it("finds nothing where all is as it should be, and writes nothing", async () => {
    const { far, begin, begins, ends, settle } = await openJiraStage(database, { mode: "epic" });
    const id = await begin(plan);
    await begins(id, "build");
    await ends(id, "build");
    await settle(id);
    const before = far.calls.length;
    expect(await check(await goalOf(sql, id))).toEqual([]);
    expect(await check()).toEqual([]);
    const asked = far.calls.slice(before);
    expect(asked.filter(({ method, path }) => method !== "GET" && !path.endsWith("/bulkfetch"))).toEqual([]);
    const { stdout } = await countersign(desk, "sync", "check");
    expect(stdout).toBe("1 run compared: all is as it should be.\n");
  });

  it("tells what people deleted, moved, renamed and commented away", async () => {
    const { far, begin, begins, ends, settle } = await openJiraStage(database, { mode: "epic" });
    const id = await begin(plan);
    await begins(id, "build");
    await ends(id, "build");
    await settle(id);
    const [epic, build, agree, tag] = ["Release", "Do build", "Do agree", "Do tag"].map((one) =>
      issueOf(far, one),
    );
    const alice = far.person("alice");
    const [keyOfBuild, keyOfAgree, keyOfTag] = [build?.key ?? "", agree?.key ?? "", tag?.key ?? ""];
    alice.moves(keyOfBuild, "In Arbeit");
    alice.deletes(keyOfAgree);
    const moved = alice.relocates(keyOfTag, "MOB");
    alice.edits(epic?.key ?? "", { summary: "Ours now" });
    alice.deletesComment(epic?.key ?? "", epic?.comments[0]?.id ?? "");
    expect(await check()).toEqual([
      expect.stringMatching(/^run: PAY-\d+ is called “Ours now”, and we wrote “Release billing/),
      `step:build: ${keyOfBuild} stands at “In Arbeit”, and should be done`,
      `step:agree: ${keyOfAgree}, step agree is gone: it was deleted, or our account can't see it`,
      `step:tag: ${keyOfTag} is ${moved} now: somebody moved it`,
      expect.stringMatching(
        /^comment:\d+: PAY-\d+ has lost the comment about number \d+ of the story: somebody deleted it$/,
      ),
    ]);
    const { stdout } = await countersign(desk, "sync", "check", await goalOf(sql, id), "--system", "jira");
    expect(stdout).toMatch(
      /^g\d+ in Jira: PAY-1 is called “Ours now”.* \(http:\/\/127\S+\/browse\/PAY-1\)$/m,
    );
    expect(stdout).toMatch(/^1 run compared: 5 differences\. /m);
  });

  it("tells what is not written yet, was deleted, and was left out", async () => {
    const { begin, far, settle } = await openJiraStage(database, { mode: "epic" });
    const id = await begin(plan);
    expect(await check(await goalOf(sql, id))).toEqual(["run: The run has no issue yet"]);
    await settle(id);
    await sql`update links set state = 'gone' where key = 'step:build'`;
    await sql`update links set state = 'skipped' where key = 'step:agree'`;
    await sql`update links set state = 'making', outside_id = null where key = 'step:tag'`;
    expect(await check()).toEqual([
      expect.stringMatching(
        /^step:build: PAY-\d+, step build was deleted there, and is not written any more$/,
      ),
      expect.stringMatching(/^step:agree: PAY-\d+, step agree has no issue: it was left out by sync skip$/),
      expect.stringMatching(
        /^step:tag: PAY-\d+, step tag: whether an issue was made is looked up at the next try$/,
      ),
    ]);
    expect(far.violations).toEqual([]);
  });

  it("tells of a page that was edited inside our part, lost that, or is gone; what stands around it is people's", async () => {
    const { wiki, begin, catchUp } = await openConfluenceStage(database);
    const id = await begin(plan);
    await catchUp(id);
    const page = wiki.pages()[0]?.id ?? "";
    const alice = wiki.person("alice");
    alice.edits(page, (body) => `<p>Mine &eacute;</p>${body}`);
    alice.renames(page, "Our release");
    alice.edits(page, (body) => body.replaceAll(/ac:macro-id="[^"]*"/g, 'ac:macro-id="7"'));
    expect(await check()).toEqual([]);
    alice.edits(page, (body) => body.replace("Do build", "Do nothing"));
    expect(await check()).toEqual([
      expect.stringMatching(
        /^page: “Our release” was edited inside our part \(version 5, ours is 1\); the run's next news/,
      ),
    ]);
    alice.edits(page, "<p>All gone</p>");
    expect(await check()).toEqual([
      expect.stringMatching(/^page: “Our release” does not have our part any more/),
    ]);
    alice.trashes(page);
    expect(await check()).toEqual([expect.stringMatching(/^page: The page is gone/)]);
  });

  it("says what there is nothing to say of", async () => {
    const { stdout } = await countersign(desk, "sync", "check");
    expect(stdout).toBe("Nothing is written yet, so there is nothing to compare.\n");
    const { begin } = await openJiraStage(database);
    const id = await begin(plan, { projectId: null });
    const { stdout: said } = await countersign(desk, "sync", "check", id);
    expect(said).toBe("The project of this goal is not connected, so there is nothing to compare.\n");
  });
});
