import { describe, expect, test, vi } from "vitest";
import { command, type Delivery, deliver, mention, press } from "#test/support/e2e/deliver.ts";
import { ALICE, BOB } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useStage(await testDatabase());

const send = (delivery: Delivery) => {
  const { app, slack } = stage();
  return deliver({ url: app.url, signingSecret: slack.slack.credentials.signingSecret }, delivery);
};

const goalsIn = async (channel: string) =>
  (
    await stage().sql<
      { title: string }[]
    >`select title from goals where channel_id = ${channel} order by number`
  ).map(({ title }) => title);

describe.concurrent("what Slack sends twice happens once", () => {
  test("a command: one goal, also when both come at the same moment", async () => {
    const slack = await stage().room("trigger");
    const typed = command(ALICE, slack.channel, "run ship version=1.2.3");
    const answers = await Promise.all([send(typed), send(typed)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await send(typed)).status).toBe(200);
    await slack.card(/^Ship trigger[\s\S]*✋ Waiting/);
    expect(await goalsIn(slack.channel)).toEqual(["Ship trigger 1.2.3"]);
    expect(await slack.cards()).toHaveLength(1);
  });

  test("an event and its retries: one goal", async () => {
    const slack = await stage().room("retries");
    const said = mention(ALICE, slack.channel, "run ship version=1.2.3");
    const first = send(said);
    const answers = await Promise.all([first, send({ ...said, retry: 1 }), send({ ...said, retry: 2 })]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    await slack.card(/^Ship retries[\s\S]*✋ Waiting/);
    expect(await goalsIn(slack.channel)).toEqual(["Ship retries 1.2.3"]);
  });

  test("a click: one answer, and the same person is not told that they came too late", async () => {
    const slack = await stage().room("clicked");
    await slack.types(ALICE, "/goal run ship version=1.2.3");
    const goal = await slack.card(/^Ship clicked/);
    const question = await slack.card(/^✋ Tag/, goal);
    const [found] = /"value":"(\{.*?\})"/.exec(JSON.stringify(question.blocks))?.slice(1) ?? [];
    const value = JSON.parse(`"${found}"`) as string;
    const clicked = press(BOB, slack.channel, question.ts, { action_id: "question.approve", value });
    const answers = await Promise.all([send(clicked), send(clicked)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    await slack.becomes(goal, /✓ Done/);
    expect((await send(clicked)).status).toBe(200);
    expect(await slack.ephemerals(BOB, slack.channel)).toEqual([]);
  });

  test("two different commands are two goals, in one repository, at the same time", async () => {
    const slack = await stage().room("both");
    await Promise.all([
      slack.types(ALICE, "/goal run ship version=1.0.0"),
      slack.types(BOB, "/goal run ship version=2.0.0"),
    ]);
    const goals = [await slack.card(/^Ship both 1\.0\.0/), await slack.card(/^Ship both 2\.0\.0/)] as const;
    await slack.presses(BOB, await slack.card(/^✋ Tag both v1\.0\.0/, goals[0]), "Approve");
    await slack.presses(ALICE, await slack.card(/^✋ Tag both v2\.0\.0/, goals[1]), "Approve");
    await slack.becomes(goals[0], /✓ Done .* approved by Bob/);
    await slack.becomes(goals[1], /✓ Done .* approved by Alice/);
  });
});

describe("what nobody of the team has said", () => {
  test("starts and steers nothing: a bot's mention is left alone, and a bot's click is refused", async () => {
    const slack = await stage().room("bots");
    await stage().people.act("people", {
      id: "U30ROBOT",
      name: "Robot",
      is_bot: true,
      channels: [slack.channel],
    });
    const said = mention("U30ROBOT", slack.channel, "run ship version=1.2.3");
    const byBot = { ...said, body: { ...said.body, event: { ...said.body.event, bot_id: "B30ROBOT" } } };
    expect((await send(byBot)).status).toBe(200);
    expect((await send(said)).status).toBe(200); // also where Slack does not mark it
    expect(await goalsIn(slack.channel)).toEqual([]);

    await slack.types(ALICE, "/goal run ship version=1.2.3");
    const question = await slack.card(/^✋ Tag/, await slack.card(/^Ship bots/));
    const [run] = await stage().sql<{ id: string; question: string }[]>`
      select c.run_id as id, c.id as question from consultations c join runs r on r.id = c.run_id
      where r.brief->>'channel' = ${slack.channel}`;
    const value = JSON.stringify({ consultation: run?.question, alone: false });
    const approve = { action_id: "question.approve", value };
    expect((await send(press("U30ROBOT", slack.channel, question.ts, approve))).status).toBe(200);
    const stop = { action_id: "goal.stop", value: JSON.stringify({ run: run?.id }) };
    expect((await send(press("U30ROBOT", slack.channel, question.ts, stop))).status).toBe(200);
    const [after] = await stage().sql<{ state: string; status: string }[]>`
      select c.state, r.status from consultations c join runs r on r.id = c.run_id where c.id = ${run?.question ?? ""}`;
    expect(after).toEqual({ state: "open", status: "running" });
  });

  test("does nothing either where a button's value was made up", async () => {
    const slack = await stage().room("made-up");
    for (const value of ["", "{}", "nonsense", '{"consultation":"1"}', `{"run":"${crypto.randomUUID()}"}`]) {
      const forged = press(BOB, slack.channel, "1.1", { action_id: "question.approve", value });
      expect((await send(forged)).status).toBe(200);
    }
    const strange = JSON.stringify({ consultation: crypto.randomUUID(), alone: true });
    await send(press(BOB, slack.channel, "1.1", { action_id: "question.approve-alone", value: strange }));
    await slack.told(BOB, /^There is no such question any more\.$/);
    expect(await slack.ephemerals(BOB, slack.channel)).toHaveLength(6);
  });
});

describe("what Slack has not signed", () => {
  test("is refused, and nothing happens", async () => {
    const slack = await stage().room("unsigned");
    const typed = command(ALICE, slack.channel, "run ship version=1.2.3");
    const { url } = stage().app;
    expect((await deliver({ url, signingSecret: "x".repeat(32) }, typed)).status).toBe(401);
    const bare = await fetch(`${url}/slack/events`, { method: "POST", body: "{}" });
    expect(bare.status).toBe(401);
    expect(await goalsIn(slack.channel)).toEqual([]);
  });
});
