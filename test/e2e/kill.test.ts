import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { processesOf } from "#integrations/processes/end-group.ts";
import type { BotProcess } from "#test/support/e2e/processes.ts";
import { tagged } from "#test/support/e2e/repository.ts";
import { ALICE, BOB, type Room } from "#test/support/e2e/room.ts";
import { useSeparateStage } from "#test/support/e2e/separate-stage.ts";
import { until } from "#test/support/e2e/until.ts";
import { testDatabase } from "#test/support/postgres.ts";

const stage = useSeparateStage(await testDatabase());
const MOVES_WITHIN = { timeoutMs: 30_000 };

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

/** Bob approves, and everything comes to its end: one tag, one outcome, each message once, no process left. */
async function approveToTheEnd(slack: Room, title: string): Promise<void> {
  const goal = await slack.card(new RegExp(`^Ship ${title}`));
  const question = await slack.card(/^✋ Tag /, goal);
  await slack.presses(BOB, question, "Approve");
  await expectTheEnd(slack, title);
}

async function expectTheEnd(slack: Room, title: string): Promise<void> {
  const { runOf, factsOf, expectNothingTwice, people } = stage();
  const goal = await slack.card(new RegExp(`^Ship ${title}\\n✓ Done`));
  const question = await slack.card(/^✓ Approved by Bob .* → Tag v1\.2\.3 ✓/, goal);
  expect(question.buttons).toEqual([]);
  const result = await slack.card(/^✓ Done in .*approved by Bob/, goal);
  const runId = await runOf(`Ship ${title}`);
  const facts = await factsOf(runId);
  expect(facts.filter((type) => type === "step.succeeded")).toHaveLength(3);
  expect(facts.filter((type) => type === "step.answered")).toHaveLength(1);
  expect(facts.filter((type) => type === "step.asked")).toHaveLength(1);
  expect(facts.at(-1)).toBe("run.succeeded");
  expect(tagged(slack.repository, "v1.2.3")).not.toBeNull();
  const thread = await people.thread(goal);
  expect(thread).toHaveLength(3);
  expect(thread.at(-1)?.ts).toBe(result.ts);
  await expectNothingTwice(runId);
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
  await until(
    "the second attempt",
    async () => readFileSync(began, "utf8").split("\n").length === 3,
    MOVES_WITHIN,
  );
  const [first] = readFileSync(began, "utf8").split("\n");
  expect(existsSync(`/proc/${first}`)).toBe(false);
  await approveToTheEnd(slack, "middle 1.2.3");
  expect((await factsOf(runId)).filter((type) => type === "attempt.lost")).toHaveLength(1);
});

test("SIGKILL before Slack has taken a post: it is posted after all, once", async () => {
  const { room, fault, calls } = stage();
  const slack = await room("before");
  await fault("chat.postMessage", "hang");
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  await calls("chat.postMessage", "hang");
  await killAndStartAgain();
  await approveToTheEnd(slack, "before 1.2.3");
});

test("SIGKILL after Slack took the post, before we knew: it is found, not posted again", async () => {
  const { room, fault, sql } = stage();
  const slack = await room("after");
  await fault("chat.postMessage", "drop_after_store");
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  await until("the card in Slack", async () => (await slack.cards()).length > 0, { everyMs: 5 });
  const [row] = await sql<{ state: string }[]>`
    select state from messages where channel_id = ${slack.channel} and thread_key is null`;
  expect(row?.state).toBe("posting");
  await killAndStartAgain();
  await approveToTheEnd(slack, "after 1.2.3");
  expect(await slack.cards()).toHaveLength(1);
});

test("SIGKILL before a cursor moves: the log is read again", async () => {
  const { room, sql, runOf } = stage();
  const slack = await room("cursor");
  const killed = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const lock = sql.begin(async (tx) => {
    await tx`lock table messages in exclusive mode`;
    locked.resolve();
    await killed.promise;
  });
  await locked.promise;
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  const runId = await runOf("Ship cursor 1.2.3");
  await until("the follower to hold the log", async () => {
    const rows = await sql`
      select from cursors where follower = 'slack' and stream_id = ${runId} and held_by is not null and seq = 0`;
    return rows.length > 0;
  });
  await bot.end();
  killed.resolve();
  await lock;
  bot = await stage().startBot();
  await approveToTheEnd(slack, "cursor 1.2.3");
});

test("SIGKILL after a cursor has moved, with its messages not yet posted", async () => {
  const { room, sql, fault, runOf } = stage();
  const slack = await room("moved");
  await fault("chat.postMessage", "hang");
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  const runId = await until("the run", () => runOf("Ship moved 1.2.3").catch(() => null));
  await until("the cursor to have read up to the question", async () => {
    const [row] = await sql<{ isRead: boolean }[]>`
      select c.seq = s.seq as "isRead" from cursors c join streams s on s.id = c.stream_id
      where c.follower = 'slack' and s.id in (select id from consultations where run_id = ${runId})`;
    return row?.isRead;
  });
  expect(await slack.cards()).toEqual([]);
  await killAndStartAgain();
  await approveToTheEnd(slack, "moved 1.2.3");
});

test("SIGKILL right after a click's commit: the approval counts, once, and the run goes on", async () => {
  const { room, sql, runOf } = stage();
  const slack = await room("click");
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  const goal = await slack.card(/^Ship click/);
  const question = await slack.card(/^✋ Tag click/, goal);
  const runId = await runOf("Ship click 1.2.3");
  const locked = Promise.withResolvers<void>();
  const killed = Promise.withResolvers<void>();
  const lock = sql.begin(async (tx) => {
    await tx`select from streams where id = ${runId} for update`;
    locked.resolve();
    await killed.promise;
  });
  await locked.promise;
  const click = slack.presses(BOB, question, "Approve").catch(() => undefined); // the bot dies: nobody acks
  await until(
    "the answer in the log",
    async () => {
      const rows = await sql`
        select from facts where type = 'consultation.settled'
          and stream_id in (select id from consultations where run_id = ${runId})`;
      return rows.length > 0;
    },
    { everyMs: 2 },
  );
  await bot.end();
  await click;
  killed.resolve();
  await lock;
  bot = await stage().startBot();
  await expectTheEnd(slack, "click 1.2.3");
});

test("SIGKILL while an approval is waited for: it is still there, and works", async () => {
  const { room } = stage();
  const slack = await room("waits");
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  const goal = await slack.card(/^Ship waits/);
  await slack.card(/^✋ Tag waits/, goal);
  await killAndStartAgain();
  await approveToTheEnd(slack, "waits 1.2.3");
});
