import postgres from "postgres";
import { expect, test } from "vitest";
import { messageAt, threadOf } from "#db/messages.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { DEPLOYS, GENERAL, useSenderStage, WORKSPACE } from "#test/support/sender-stage.ts";

const { sql, url } = await testDatabase();
const stage = useSenderStage(sql);

test("a parent comes before its thread, and a thread's messages keep their order, whatever their rank", async () => {
  await stage.want("question", "May I?", { thread: "goal", rank: 0 });
  await stage.want("goal", "The goal");
  await stage.want("plan", "The plan", { thread: "goal" });
  await stage.want("result", "Done", { thread: "goal", rank: 1 });
  await stage.start();
  await stage.settled();
  const [goal] = stage.messages(GENERAL);
  expect(stage.texts(GENERAL)).toEqual(["The goal"]);
  expect(stage.texts(GENERAL, goal?.ts)).toEqual(["May I?", "The plan", "Done"]);
});

test("questions go first, then results, then progress", async () => {
  await stage.want("a", "progress 1");
  await stage.want("b", "progress 2");
  await stage.want("c", "result", { rank: 1 });
  await stage.want("d", "question", { rank: 0 });
  await stage.start();
  await stage.settled();
  expect(stage.texts(GENERAL)).toEqual(["question", "result", "progress 1", "progress 2"]);
});

test("what a question waits for is as urgent as the question", async () => {
  await stage.want("other", "another goal", { rank: 1 });
  await stage.want("goal", "the goal");
  await stage.want("question", "May I?", { thread: "goal", rank: 0 });
  await stage.start();
  await stage.settled();
  expect(stage.texts(GENERAL)).toEqual(["the goal", "another goal"]);
});

test("one channel gets one post a while, others need not wait for it", async () => {
  for (const n of [1, 2, 3]) await stage.want(`g${n}`, `general ${n}`);
  await stage.want("d", "deploys", { channel: DEPLOYS });
  await stage.start({ postEveryMs: 60_000 });
  await expect.poll(() => stage.texts(DEPLOYS)).toEqual(["deploys"]);
  await expect.poll(() => stage.texts(GENERAL)).toEqual(["general 1"]);
});

test("a message that says the same again is not sent, and wakes nobody", async () => {
  await stage.start();
  expect(await stage.want("a", "same")).toBe(true);
  await stage.settled();
  expect(await stage.want("a", "same")).toBe(false);
  expect(await stage.row("a")).toMatchObject({ version: 1, shown_version: 1 });
});

test("at rest it asks the database nothing", async () => {
  const statements: string[] = [];
  const watched = postgres(url, { onnotice: () => {}, debug: (_, query) => statements.push(query) });
  await stage.start({}, { sql: watched });
  await stage.want("a", "one");
  await stage.settled();
  // The last look comes after the last call; from then on a third of a second long there is nothing.
  await expect.poll(() => statements.at(-1)).toContain("with behind as");
  const [before, since] = [statements.length, performance.now()];
  await expect.poll(() => performance.now() - since).toBeGreaterThan(300);
  expect(statements.length - before).toBeLessThan(2);
  await stage.closeSenders();
  await watched.end();
});

test("a hundred quick changes become a few updates, and the last one is shown", async () => {
  await stage.start({ progressEveryMs: 150 });
  await stage.want("plan", "0");
  await stage.settled();
  for (let n = 1; n <= 100; n += 1) await stage.want("plan", String(n));
  await expect.poll(() => stage.texts(GENERAL), { timeout: 5_000 }).toEqual(["100"]);
  await stage.settled();
  expect(stage.calls("chat.update").length).toBeLessThan(20);
  expect(await stage.row("plan")).toMatchObject({ version: 101, shown_version: 101 });
});

test("a limit on progress holds neither a question nor a decision", async () => {
  await stage.start();
  await stage.want("plan", "working");
  await stage.settled();
  await stage.want("question", "May I?", { rank: 0 });
  await stage.settled();
  await stage.fault("chat.update", "ratelimited", { retry_after: 3_600 });
  await stage.want("plan", "still working");
  await expect.poll(() => stage.calls("chat.update").map(({ error }) => error)).toEqual(["ratelimited"]);
  await stage.want("question", "Approved", { rank: 0 });
  await stage.want("next", "May I again?", { rank: 0 });
  await expect.poll(() => stage.texts(GENERAL)).toEqual(["working", "Approved", "May I again?"]);
  expect(stage.calls("chat.update")).toHaveLength(2);
});

test("a limited first post of progress goes out at once when a question waits behind it", async () => {
  await stage.start();
  await stage.want("goal", "The goal");
  await stage.settled();
  await stage.fault("chat.postMessage", "ratelimited", { retry_after: 3_600 });
  await stage.want("plan", "The plan", { thread: "goal" });
  await expect.poll(() => stage.calls("chat.postMessage").at(-1)?.error).toBe("ratelimited");
  await stage.want("question", "May I?", { thread: "goal", rank: 0 });
  await stage.settled();
  expect(stage.texts(GENERAL, stage.messages(GENERAL)[0]?.ts)).toEqual(["The plan", "May I?"]);
});

test("a direct message is opened once and remembered", async () => {
  await stage.start();
  await stage.want("q1", "May I?", { channel: "@U02BOB", rank: 0 });
  await stage.want("q2", "And this?", { channel: "@U02BOB", rank: 0 });
  await stage.settled();
  expect(stage.texts("D02BOB")).toEqual(["May I?", "And this?"]);
  expect(stage.calls("conversations.open")).toHaveLength(1);
  expect(await stage.row("q1")).toMatchObject({ channel_id: "D02BOB" });
  await stage.want("q1", "Approved", { channel: "@U02BOB", rank: 0 });
  await stage.settled();
  await stage.want("q3", "One more?", { channel: "@U02BOB", rank: 0 });
  await stage.settled();
  expect(stage.calls("conversations.open")).toHaveLength(1);
  expect(stage.texts("D02BOB")).toEqual(["Approved", "And this?", "One more?"]);
});

test("listeners find the card that was clicked, and the goal of a thread", async () => {
  await stage.start();
  await stage.want("goal", "The goal");
  await stage.want("plan", "The plan", { thread: "goal" });
  await stage.settled();
  const [goal, plan] = [await stage.row("goal"), await stage.row("plan")];
  expect(await messageAt(sql, WORKSPACE, GENERAL, plan.ts ?? "")).toMatchObject({ key: "plan" });
  expect(await threadOf(sql, WORKSPACE, GENERAL, goal.ts ?? "")).toMatchObject({ key: "goal" });
  expect(await threadOf(sql, WORKSPACE, GENERAL, plan.ts ?? "")).toBeNull();
  expect(await messageAt(sql, "T02OTHER", GENERAL, plan.ts ?? "")).toBeNull();
});
