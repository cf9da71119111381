import { expect, test } from "vitest";
import { retryChannel } from "#db/messages.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { GENERAL, section, useSenderStage, WORKSPACE } from "#test/support/sender-stage.ts";

const { sql } = await testDatabase();
const stage = useSenderStage(sql);

test("an update with no clear answer is simply done again", async () => {
  await stage.start();
  await stage.want("plan", "one");
  await stage.settled();
  await stage.fault("chat.update", "drop_after_store");
  await stage.fault("chat.update", "http_500");
  await stage.want("plan", "two");
  await stage.settled();
  expect(stage.texts(GENERAL)).toEqual(["two"]);
});

test("a card that somebody deleted comes back once", async () => {
  await stage.start();
  await stage.want("goal", "one");
  await stage.settled();
  const first = await stage.row("goal");
  await stage.client().chat.delete({ channel: GENERAL, ts: first.ts ?? "" });
  await stage.want("goal", "two");
  await stage.settled();
  const second = await stage.row("goal");
  expect(stage.texts(GENERAL)).toEqual(["two"]);
  expect(second.ts).not.toBe(first.ts);
  await stage.client().chat.delete({ channel: GENERAL, ts: second.ts ?? "" });
  await stage.want("goal", "three");
  await stage.settled();
  await stage.want("goal", "four");
  await stage.settled();
  expect(stage.texts(GENERAL)).toEqual([]);
  expect(await stage.row("goal")).toMatchObject({ state: "refused", reposts: 1 });
});

test("a reply to a deleted card brings the card back, and follows it", async () => {
  await stage.start();
  await stage.want("goal", "The goal");
  await stage.settled();
  await stage.client().chat.delete({ channel: GENERAL, ts: (await stage.row("goal")).ts ?? "" });
  await stage.want("question", "May I?", { thread: "goal", rank: 0 });
  await stage.settled();
  expect(stage.texts(GENERAL, (await stage.row("goal")).ts ?? "")).toEqual(["May I?"]);
  expect(stage.texts(GENERAL)).toEqual(["The goal"]);
});

test("blocks that Slack refuses go out as plain ones, and the log says which", async () => {
  await stage.start();
  const bad = [section("fine"), { type: "section", text: { type: "mrkdwn", text: "x".repeat(3_001) } }];
  await stage.want("a", "Plan", { blocks: bad, plainBlocks: [section("plainly")], mentions: ["U02BOB"] });
  await stage.want("b", "Only text", { blocks: bad });
  await stage.settled();
  const [a, b] = stage.messages(GENERAL);
  expect(JSON.stringify(a?.blocks)).toContain("plainly");
  expect(JSON.stringify(a?.blocks)).toContain("<@U02BOB>");
  expect(JSON.stringify(b?.blocks)).toContain("Only text");
  expect(await stage.row("a")).toMatchObject({ plain: true, shown_version: 1 });
  const refusal = stage.lines().find((line) => line.includes("refused"));
  expect(refusal).toContain("xxxx");
  expect(refusal).not.toContain("fine");
  const before = stage.calls("chat.update").length;
  await stage.want("a", "Plan", { blocks: bad, plainBlocks: [section("again")] });
  await stage.settled();
  expect(stage.calls("chat.update")).toHaveLength(before + 1);
});

test("an update whose blocks do not match the message is shown plainly", async () => {
  await stage.start();
  await stage.want("a", "one");
  await stage.settled();
  await stage.fault("chat.update", "block_mismatch");
  await stage.want("a", "two", { plainBlocks: [section("two, plainly")] });
  await stage.settled();
  expect(JSON.stringify(stage.messages(GENERAL)[0]?.blocks)).toContain("two, plainly");
  expect(await stage.row("a")).toMatchObject({ plain: true, state: "posted" });
});

test("in a channel that the bot is not in, messages wait until it is invited", async () => {
  await stage.script("channels", { id: "C09SECRET", name: "secret", members: ["U01ALICE"] });
  await stage.start();
  await stage.want("goal", "The goal", { channel: "C09SECRET" });
  await stage.want("other", "Another", { channel: "C09SECRET" });
  await expect
    .poll(async () => (await stage.row("other")).last_error)
    .toMatch(/not_in_channel|channel_not_found/);
  await stage.want("here", "In general");
  await expect.poll(() => stage.texts(GENERAL)).toEqual(["In general"]);
  expect(stage.calls("chat.postMessage").filter(({ ok }) => !ok)).toHaveLength(1);
  await stage.script("channels", { id: "C09SECRET", name: "secret", members: ["U01ALICE"], bot_in: true });
  await retryChannel(sql, WORKSPACE, "C09SECRET");
  await stage.settled();
  expect(stage.texts("C09SECRET")).toEqual(["The goal", "Another"]);
});

test("a workspace that does not know us any more is left alone until it is connected again", async () => {
  const sender = await stage.start();
  await stage.fault("chat.postMessage", "token_revoked", { times: 9 });
  for (const n of [1, 2, 3]) await stage.want(`m${n}`, `message ${n}`, { rank: 0 });
  await expect.poll(() => sql`select from installations where not connected`).toHaveLength(1);
  await stage.settled();
  expect(stage.calls("chat.postMessage")).toHaveLength(1);
  expect(stage.lines().filter((line) => line.includes("token_revoked"))).toHaveLength(1);
  await stage.script("reset", {});
  await stage.connect();
  sender.wake();
  await expect.poll(() => stage.texts(GENERAL)).toEqual(["message 1", "message 2", "message 3"]);
  await stage.settled();
});
