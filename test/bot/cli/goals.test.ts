import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { saveInstallation, saveProject, saveWorkflow } from "#db/places.ts";
import { Workflow } from "#engine/run/workflow.ts";
import { countersign, countersignJson, startCountersign } from "#test/support/cli.ts";
import { SHIP } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";

const { url, sql } = await testDatabase();
const workspaceId = "T01LOCAL";
const home = mkdtempSync(join(tmpdir(), "countersign-goals-"));
const where = { home, env: { DATABASE_URL: url } };
const real = { home, env: { DATABASE_URL: url, SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1" } };
const Begun = z.object({ goal: z.string(), run_id: z.string() });

beforeAll(async () => {
  await saveInstallation(sql, { workspaceId, name: "Local", botUserId: "UCSIGN01" });
  const id = randomUUID();
  await saveProject(sql, {
    ...{ id, workspaceId, name: "billing", repository: home, branch: null, channelId: "C02DEPLOYS" },
    ...{ testCommand: "true", commands: {}, reviewers: [], fourEyes: "when_possible", planApproval: "risky" },
  });
  await saveWorkflow(sql, workspaceId, { name: "ship", projectId: id, document: Workflow.parse(SHIP) });
});
afterAll(() => rmSync(home, { recursive: true }));

describe("countersign goal", () => {
  test("run begins a workflow in its project's channel, as Alice, and says that nobody carries it out yet", async () => {
    expect(await countersignJson(where, "goal", "run", "ship", "version=1.2.3")).toMatchObject({
      ...{ goal: "g1", title: "Ship billing 1.2.3", status: "running", ending: null, project: "billing" },
      ...{ requested_by: "U01ALICE", channel: "C02DEPLOYS", steps: 3, worker_running: false },
    });
  });

  test("takes words, with or without quotes, for whoever and wherever it is said", async () => {
    const { stdout } = await countersign(where, "goal", "add", "a", "health", "check", "--as", "U02BOB");
    expect(stdout).toMatch(
      /^g\d+ add a health check: begun in C01GENERAL\nNo Countersign works on this database/,
    );
    expect(
      await countersignJson(
        where,
        "goal",
        "run the tests",
        "--channel",
        "C0ELSEWHERE",
        "--project",
        "billing",
      ),
    ).toMatchObject({ title: "run the tests", channel: "C0ELSEWHERE", project: "billing", rehearsed: true });
  });

  test("in a real workspace needs somebody who asks, and a channel", async () => {
    const { stderr } = await countersign(real, "goal", "tidy up");
    expect(stderr).toMatch(/^Who asks\? Name the person by --as/);
    expect((await countersign(real, "goal", "tidy up", "--as", "U02BOB")).stderr).toMatch(
      /^In which channel\?/,
    );
    const withDefault = { home, env: { ...real.env, SLACK_DEFAULT_CHANNEL: "C0DEFAULT1" } };
    const asked = ["goal", "tidy up", "--as", "U02BOB"];
    expect(await countersignJson(withDefault, ...asked)).toMatchObject({ channel: "C0DEFAULT1" });
    expect(await countersignJson(withDefault, ...asked, "--project", "billing")).toMatchObject({
      channel: "C02DEPLOYS",
    });
  });

  test.each([
    [["run", "the", "tests"], /There is no workflow “the”.*written in quotes/],
    [["run", "ship"], /“version” is missing/],
    [["run", "ship", "version=one"], /must be a version such as 1\.2\.3/],
    [["run", "ship", "1.2.3"], /“1\.2\.3” is no parameter: write name=value/],
    [["run", "ship", "version=1.2.3", "--as", "bob"], /Give a person's id/],
    [["tidy up", "--project", "none"], /There is no project “none”/],
    [["list"], /Nothing has begun/],
    [[" "], /The goal can't be taken/],
    [[], /missing required argument/],
  ])("%j is refused, and begins nothing", async (args, why) => {
    const [before] = await sql`select count(*) from goals`;
    const { code, stdout, stderr } = await countersign(where, "goal", ...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(why);
    const [after] = await sql`select count(*) from goals`;
    expect(after).toEqual(before);
  });
});

describe("countersign run", () => {
  test("show tells plan and story, of a goal's number as of a run's id; cancel ends it", async () => {
    const begun = Begun.parse(await countersignJson(where, "goal", "run", "ship", "version=2.0.0"));
    const { stdout } = await countersign(where, "run", "show", begun.goal);
    expect(stdout).toMatch(
      /^g\d+ Ship billing 2\.0\.0 · running\nAsked for by U01ALICE in C02DEPLOYS, for billing\n/,
    );
    expect(stdout).toMatch(/◌ +test +Run the tests +next\n/);
    expect(stdout).toMatch(/ {2}U01ALICE asked for it\n.* {2}planned: 3 steps\n/);
    const shown = { goal: begun.goal, steps: [{ key: "test" }, { key: "approve" }, { key: "tag" }] };
    expect(await countersignJson(where, "run", "show", begun.run_id)).toMatchObject(shown);
    expect(await countersignJson(where, "run", "cancel", begun.goal, "--as", "U02BOB")).toMatchObject({
      ...{ ...Begun.parse(begun), status: "cancelled", ending: "Cancelled" },
    });
    const again = await countersign(where, "run", "cancel", begun.goal);
    expect(again).toMatchObject({ code: 1, stdout: "" });
    const open = z.array(Begun).parse(await countersignJson(where, "run", "list", "--open"));
    const all = z.array(Begun).parse(await countersignJson(where, "run", "list"));
    expect(open.map(({ goal }) => goal)).not.toContain(begun.goal);
    expect(all[0]?.goal).toBe(begun.goal);
    expect((await countersign(where, "run", "show", begun.goal)).stdout).toMatch(/· Cancelled: .*U02BOB/);
  });

  test("what somebody typed reaches the terminal without its escape codes", async () => {
    const typed = "tidy \u001b[2Jup\u001b]0;x\u0007 \u202e";
    const { goal } = Begun.parse(await countersignJson(where, "goal", typed));
    const lists = [await countersign(where, "run", "list"), await countersign(where, "run", "show", goal)];
    for (const { stdout } of lists) {
      expect(stdout).toContain("tidy [2Jup");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(stdout).not.toMatch(/[\u001b\u0007\u202e]/);
    }
  });

  test.each(["g999", "none", randomUUID()])("show %s is refused", async (name) => {
    const { code, stderr } = await countersign(where, "run", "show", name);
    expect(code).toBe(1);
    expect(stderr).toContain(`There is no goal or run “${name}”`);
  });

  test("--wait goes on until the run has ended; its exit code says that it was not reached", async () => {
    const waiting = startCountersign(where, "goal", "wait for me", "--wait");
    await expect.poll(() => waiting.said.stdout, { timeout: 30_000 }).toMatch(/Planning/);
    const [, goal = ""] = /^(g\d+) wait for me: begun/.exec(waiting.said.stdout) ?? [];
    expect(waiting.said.stderr).toMatch(/^No Countersign works on this database now/);
    await countersignJson(where, "run", "cancel", goal);
    expect(await waiting.ended).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(`${goal} Cancelled`),
    });
  });

  test("Ctrl-C ends the waiting, and not the run", async () => {
    const waiting = startCountersign(where, "goal", "wait for me", "--wait");
    await expect.poll(() => waiting.said.stdout, { timeout: 30_000 }).toMatch(/Planning/);
    waiting.kill("SIGINT");
    const { code, stdout } = await waiting.ended;
    const [, goal = ""] = /^(g\d+)/.exec(stdout) ?? [];
    expect(code).toBe(130);
    expect(stdout).toMatch(/goes on: \.\/countersign run show g\d+\n$/);
    expect(await countersignJson(where, "run", "show", goal)).toMatchObject({ ending: null });
  });
});
