import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { claimPost } from "#db/message-claims.ts";
import { type Due, messagesDue } from "#db/messages-due.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { DEPLOYS, GENERAL, useSenderStage, WORKSPACE } from "#test/support/sender-stage.ts";

const { sql } = await testDatabase();
const stage = useSenderStage(sql);

test("Slack took the post but nobody heard: it is found, not posted twice", async () => {
  await stage.fault("chat.postMessage", "drop_after_store");
  await stage.want("goal", "The goal");
  await stage.want("plan", "The plan", { thread: "goal" });
  await stage.start();
  await stage.settled();
  const [goal] = stage.messages(GENERAL);
  expect(stage.texts(GENERAL)).toEqual(["The goal"]);
  expect(await stage.row("goal")).toMatchObject({ state: "posted", ts: goal?.ts });
  expect(stage.calls("chat.update")).toEqual([]);
});

test("the same in a thread, where the look-up is limited at first", async () => {
  await stage.start();
  await stage.want("goal", "The goal");
  await stage.settled();
  await stage.fault("chat.postMessage", "drop_after_store");
  await stage.fault("conversations.replies", "ratelimited", { retry_after: 1 });
  await stage.fault("conversations.replies", "http_500");
  await stage.want("plan", "The plan", { thread: "goal" });
  await stage.want("question", "May I?", { thread: "goal", rank: 0 });
  await stage.settled();
  expect(stage.texts(GENERAL, stage.messages(GENERAL)[0]?.ts)).toEqual(["The plan", "May I?"]);
  expect(stage.calls("conversations.replies").map(({ error }) => error)).toEqual([
    "ratelimited",
    "http_500",
    undefined,
  ]);
});

test.each(["http_500", "hang", "fatal_error"])(
  "after %s it is looked for, and posted when it is not there",
  async (kind) => {
    await stage.fault("chat.postMessage", kind);
    await stage.want("goal", "The goal");
    await stage.start({}, { callMs: 200 });
    await stage.settled();
    expect(stage.texts(GENERAL)).toEqual(["The goal"]);
    expect(stage.calls("chat.postMessage")).toHaveLength(2);
    expect(stage.calls("conversations.history")).toHaveLength(1);
  },
);

test("nothing is posted on a guess while the look-up fails", async () => {
  await stage.fault("chat.postMessage", "drop_after_store");
  await stage.fault("conversations.history", "http_500", { times: 3 });
  await stage.want("goal", "The goal");
  await stage.start();
  await stage.settled();
  expect(stage.calls("conversations.history")).toHaveLength(4);
  expect(stage.texts(GENERAL)).toEqual(["The goal"]);
});

test("a sender was killed between its mark and the store: what it posted is found, what it did not is posted", async () => {
  const killed = { holder: randomUUID(), holdMs: 300 };
  await stage.want("posted", "It was posted", { rank: 0 });
  await stage.want("lost", "It was not", { channel: DEPLOYS, rank: 0 });
  const { due } = await messagesDue(sql);
  for (const one of due) {
    const claimed = await claimPost(sql, killed, one);
    expect(claimed).not.toBeNull();
    if (claimed?.key !== "posted") continue;
    const payload = { id: claimed.id, version: claimed.version };
    const metadata = { event_type: "countersign_message", event_payload: payload };
    await stage.client().chat.postMessage({ channel: GENERAL, text: "It was posted", metadata });
  }
  await stage.start();
  await stage.settled();
  expect(stage.texts(GENERAL)).toEqual(["It was posted"]);
  expect(stage.texts(DEPLOYS)).toEqual(["It was not"]);
});

test("two senders at once post nothing twice and keep each thread's order", async () => {
  await stage.start();
  await stage.start();
  const goals = [1, 2, 3, 4, 5];
  for (const goal of goals) await stage.want(`goal${goal}`, `goal ${goal}`);
  for (const n of [1, 2, 3, 4])
    for (const goal of goals) await stage.want(`goal${goal}:${n}`, `${n}`, { thread: `goal${goal}` });
  await stage.settled();
  expect(stage.texts(GENERAL).toSorted()).toEqual(goals.map((goal) => `goal ${goal}`));
  for (const { ts } of stage.messages(GENERAL))
    expect(stage.texts(GENERAL, ts)).toEqual(["1", "2", "3", "4"]);
  expect(stage.calls("chat.postMessage").filter(({ ok }) => ok)).toHaveLength(25);
});

test("of all who want to post into a channel at the same moment one gets it", async () => {
  const keys = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const dues: Due[] = [];
  for (const key of keys) {
    await stage.want(key, key);
    const [found] = await sql<{ id: string }[]>`select id from messages where key = ${key}`;
    const place = { workspaceId: WORKSPACE, channelId: GENERAL, threadTs: null };
    dues.push({ kind: "post", id: found?.id ?? "", ...place, rank: 2, failures: 0 });
  }
  const claims = await Promise.all(
    dues.map((due) => claimPost(sql, { holder: randomUUID(), holdMs: 60_000 }, due)),
  );
  expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
});

test("closing ends the calls under way, and what had no answer stays marked", async () => {
  await stage.fault("chat.postMessage", "hang");
  const sender = await stage.start({}, { callMs: 300 });
  await stage.want("goal", "The goal");
  await stage.want("other", "Another");
  await expect.poll(() => stage.calls("chat.postMessage")).toHaveLength(1);
  await sender.close();
  expect(await stage.row("goal")).toMatchObject({ state: "posting", last_error: "TimeoutError" });
  expect(await stage.row("other")).toMatchObject({ state: "wanted" });
});
