import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { peopleOf } from "#test/support/e2e/people.ts";
import { type BotProcess, startBotProcess } from "#test/support/e2e/processes.ts";
import { git, tagged } from "#test/support/e2e/repository.ts";
import { ALICE, BOB } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const database = await testDatabase();
const dir = mkdtempSync(join(tmpdir(), "countersign-first-"));
let bot: BotProcess | undefined;

afterAll(async () => {
  await bot?.end();
  rmSync(dir, { recursive: true, force: true });
});

const start = () => startBotProcess({ HOME: dir, DATA_DIR: dir, DATABASE_URL: database.url, PORT: "0" });

test("a newcomer presses Start on the welcome card, becomes Bob, approves, and the tag is there; also after SIGKILL", async () => {
  bot = await start();
  const general = "C01GENERAL";
  let slack = peopleOf(new URL(bot.url).origin);
  const welcome = await slack.card(general, /^Release billing 0\.2\.0: real commands, a demo repository/);
  expect(welcome.buttons).toEqual(["Start"]);
  await Promise.all([slack.presses(ALICE, welcome, "Start"), slack.presses(ALICE, welcome, "Start")]);
  const started = await slack.becomes(welcome, /✓ Started by Alice/);
  expect(started.buttons).not.toContain("Start");
  const goal = await slack.card(general, /^Release billing 0\.2\.0\n/);
  await slack.card(general, /^✋ Tag billing v0\.2\.0\?/, goal);
  await slack.becomes(goal, /✋ Waiting/);

  await bot.end();
  bot = await start();
  slack = peopleOf(new URL(bot.url).origin);
  const question = await slack.card(general, /^✋ Tag billing v0\.2\.0\?/, goal);
  await slack.presses(BOB, question, "Approve");
  await slack.becomes(goal, /✓ Done in .* · approved by Bob/);
  const result = await slack.card(general, /^✓ Done in/, goal);
  const repository = join(dir, "demo/billing");
  expect(result.shown).toContain(`git -C ${repository} show v0.2.0`);
  expect(tagged(repository, "v0.2.0")).not.toBeNull();
  expect(git(repository, "show", "v0.2.0")).toContain("Release 0.2.0");
  expect(
    (await slack.cards(general)).filter(({ shown }) => shown.startsWith("Release billing")),
  ).toHaveLength(2);
});
