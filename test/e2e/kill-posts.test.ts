import { expect, test, vi } from "vitest";
import { approveToTheEnd } from "#test/support/e2e/endings.ts";
import { ALICE } from "#test/support/e2e/room.ts";
import { useSeparateStage } from "#test/support/e2e/separate-stage.ts";
import { until } from "#test/support/e2e/until.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useSeparateStage(await testDatabase());

/** One kill for three moments: a dead sender's claims are waited for, and that takes as long for one as for all. */
test("SIGKILL before a post, after Slack took one, and with a cursor ahead of Slack: each card once", async () => {
  const { room, fault, calls, runOf, sql, startBot } = stage();
  const [before, after] = [await room("before"), await room("after")];
  const bot = await startBot();

  await fault("chat.postMessage", "hang");
  await before.types(ALICE, "/goal run ship version=1.2.3");
  await calls("chat.postMessage", "hang");
  const runId = await runOf("Ship before 1.2.3");
  await until("the cursor to have read up to the question", async () => {
    const [row] = await sql<{ isRead: boolean }[]>`
      select c.seq = s.seq as "isRead" from cursors c join streams s on s.id = c.stream_id
      where c.follower = 'slack' and s.id in (select id from consultations where run_id = ${runId})`;
    return row?.isRead;
  });
  await fault("chat.postMessage", "drop_after_store");
  await after.types(ALICE, "/goal run ship version=1.2.3");
  await until("the card in Slack", async () => (await after.cards()).length > 0, { everyMs: 5 });
  const rows = await sql<{ state: string }[]>`select state from messages where thread_key is null`;
  expect(rows.map(({ state }) => state)).toEqual(["posting", "posting"]);
  expect(await before.cards()).toEqual([]);
  await bot.end();

  await startBot();
  await approveToTheEnd(stage(), before, "before");
  await approveToTheEnd(stage(), after, "after");
  expect(await before.cards()).toHaveLength(1);
  expect(await after.cards()).toHaveLength(1);
});
