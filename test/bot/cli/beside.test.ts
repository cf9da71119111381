import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { removeEmbedded } from "#db/embedded.ts";
import { countersign, countersignJson, type Running, startCountersign } from "#test/support/cli.ts";
import { peopleOf } from "#test/support/e2e/people.ts";
import { git, tagged } from "#test/support/e2e/repository.ts";
import { BOB } from "#test/support/e2e/room.ts";

vi.setConfig({ testTimeout: 180_000 });
const home = mkdtempSync(join(tmpdir(), "countersign-beside-"));
const where = { home, env: { PORT: "0" } };
const billing = join(home, ".data/demo/billing");
const postmaster = join(home, ".data/postgres/data/postmaster.pid");
const running: Running[] = [];
const start = () => {
  const app = startCountersign(where, "start");
  running.push(app);
  return app;
};

afterAll(async () => {
  for (const app of running) await app.end();
  await removeEmbedded(join(home, ".data"));
  rmSync(home, { recursive: true, force: true, maxRetries: 3 });
});

test("Before the first start, a command says so and makes no database", async () => {
  const { code, stdout, stderr } = await countersign(where, "run", "list");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/has not been started with the data folder .*: start it once \(npm start\)/);
  expect(existsSync(join(home, ".data/postgres"))).toBe(false);
});

test("Beside an app on its embedded database: a goal of the command line is approved in Slack and ends with its tag", async () => {
  const url = await start().ready();
  const waiting = startCountersign(where, "goal", "run", "release", "version=0.2.0", "--wait");
  running.push(waiting);
  const people = peopleOf(url);
  const goal = await people.card("C01GENERAL", /^Release billing 0\.2\.0\n◐ /);
  const question = await people.card("C01GENERAL", /^✋ Tag billing v0\.2\.0\?/, goal);
  await people.presses(BOB, question, "Approve");

  const { code, stdout, stderr } = await waiting.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^g1 Release billing 0\.2\.0: begun in C01GENERAL\n/);
  expect(stdout).toMatch(/✋ Waiting · 2 of 4 steps\n/);
  expect(stdout).toMatch(/g1 Done\n$/);
  expect(tagged(billing, "v0.2.0")).not.toBeNull();
  expect((await countersign(where, "run", "show", "g1")).stdout).toMatch(/U02BOB answered: approve\n/);

  // local-slack has scopes and events of manifest.yml: had one been missing, it would be here.
  const calls = await people.calls();
  expect(calls.length).toBeGreaterThan(10);
  expect(calls.filter((call) => call["error"] === "missing_scope")).toEqual([]);
});

test("A killed app leaves its database to commands and to the next start, with all that was said", async () => {
  const [app] = running;
  app?.kill("SIGKILL");
  await app?.ended;
  expect(await countersignJson(where, "run", "list")).toMatchObject([{ goal: "g1", ending: "Done" }]);

  const again = start();
  const people = peopleOf(await again.ready());
  await people.card("C01GENERAL", /^Release billing 0\.2\.0\n✓ Done/);
  expect(await countersignJson(where, "goal", "tidy up")).toMatchObject({ goal: "g2", worker_running: true });
  expect(git(billing, "tag", "--list", "v0.2.0")).toBe("v0.2.0");

  const { code, stderr } = await countersign(where, "start");
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Another Countersign runs on this database.*: stop that one first/);
  expect((await fetch(`${await again.ready()}/api/health`)).status).toBe(200);

  again.kill("SIGTERM");
  expect(await again.ended).toMatchObject({ code: 0, stderr: "" });
  expect(existsSync(postmaster)).toBe(false);
});

test("Beside no app, a command starts the embedded database for itself and stops it again", async () => {
  const goals = z.array(z.object({ goal: z.string() })).parse(await countersignJson(where, "run", "list"));
  expect(goals.map(({ goal }) => goal)).toEqual(["g2", "g1"]);
  expect(existsSync(postmaster)).toBe(false);
});

test("migrate makes a database before the first start; commands still want to meet a workspace", async () => {
  const env = { DATA_DIR: join(home, "other") };
  try {
    expect(await countersignJson({ home, env }, "migrate")).toMatchObject({
      migrated: true,
      database: "embedded",
    });
    const { code, stderr } = await countersign({ home, env }, "project", "list");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^No Slack workspace is known yet: start Countersign once/);
    expect(existsSync(join(env.DATA_DIR, "postgres/data/postmaster.pid"))).toBe(false);
  } finally {
    await removeEmbedded(env.DATA_DIR);
  }
});
