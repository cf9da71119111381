import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { processesOf } from "#integrations/processes/end-group.ts";
import { readProcess } from "#integrations/processes/process-table.ts";
import { approveToTheEnd, expectShipped } from "#test/support/e2e/endings.ts";
import type { BotProcess } from "#test/support/e2e/processes.ts";
import { ALICE, BOB } from "#test/support/e2e/room.ts";
import { useSeparateStage } from "#test/support/e2e/separate-stage.ts";
import { until } from "#test/support/e2e/until.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useSeparateStage(await testDatabase());

let bot: BotProcess;
beforeEach(async () => {
  bot = await stage().startBot();
});
afterEach(() => bot.end());

/** SIGKILL, then a new bot on the same data. */
async function killAndStartAgain(): Promise<void> {
  await bot.end();
  bot = await stage().startBot();
}

test("SIGKILL in the middle of a command: it is ended, and tried again", async () => {
  const { room, runOf, factsOf, dir } = stage();
  const began = join(dir, "began");
  const slack = await room("middle", {
    files: { "test.sh": `echo $$ >> ${began}\n[ "$COUNTERSIGN_ATTEMPT" -gt 1 ] || sleep 300\necho fine\n` },
  });
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  await until("the command to begin", async () => existsSync(began));
  const runId = await runOf("Ship middle 1.2.3");
  await bot.end();
  expect((await processesOf({ runId })).length).toBeGreaterThan(0);
  bot = await stage().startBot();
  await until("the second attempt", async () => readFileSync(began, "utf8").split("\n").length === 3);
  const [first] = readFileSync(began, "utf8").split("\n");
  expect(await readProcess(Number(first))).toBeNull();
  await approveToTheEnd(stage(), slack, "middle");
  expect((await factsOf(runId)).filter((type) => type === "attempt.lost")).toHaveLength(1);
});

test("SIGKILL before a cursor moves: the log is read again", async () => {
  const { room, sql, runOf, holding } = stage();
  const slack = await room("cursor");
  const lock = await holding((tx) => tx`lock table messages in exclusive mode`);
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  const runId = await runOf("Ship cursor 1.2.3");
  await until("the follower to hold the log", async () => {
    const rows = await sql`
      select from cursors where follower = 'slack' and stream_id = ${runId} and held_by is not null and seq = 0`;
    return rows.length > 0;
  });
  await bot.end();
  await lock.letGo();
  bot = await stage().startBot();
  await approveToTheEnd(stage(), slack, "cursor");
});

test("SIGKILL right after a click's commit: the approval counts, once, and the run goes on", async () => {
  const { room, sql, runOf, holding } = stage();
  const slack = await room("click");
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  const goal = await slack.card(/^Ship click/);
  const question = await slack.card(/^✋ Tag click/, goal);
  const runId = await runOf("Ship click 1.2.3");
  // The run can't hear of the answer, so that the bot dies between the two commits.
  const lock = await holding((tx) => tx`select from streams where id = ${runId} for update`);
  const click = slack.presses(BOB, question, "Approve").catch(() => undefined); // a dead bot acks nothing
  const settled = async () => {
    const rows = await sql`
      select from facts where type = 'consultation.settled'
        and stream_id in (select id from consultations where run_id = ${runId})`;
    return rows.length > 0;
  };
  await until("the answer in the log", settled, { everyMs: 2 });
  await bot.end();
  await click;
  await lock.letGo();
  bot = await stage().startBot();
  await expectShipped(stage(), slack, "click");
  const late = await slack.card(/^✓ Approved by Bob/, goal);
  expect(late.ts).toBe(question.ts);
});

test("SIGKILL while an approval is waited for: it is still there, and works", async () => {
  const slack = await stage().room("waits");
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  const goal = await slack.card(/^Ship waits/);
  await slack.card(/^✋ Tag waits/, goal);
  await killAndStartAgain();
  await approveToTheEnd(stage(), slack, "waits");
});
