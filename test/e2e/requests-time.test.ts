import { expect, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { ask as askOn } from "#test/support/e2e/ask.ts";
import { ALICE, BOB, CAROL } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useApiStage(await testDatabase());
const HOUR_MS = 3_600_000;

const ask = (body: object, owner?: string) =>
  askOn(stage(), body, { name: "planner", ...(owner ? { owner } : {}) });

test("whom nobody answers is reminded once, half-way, where they were asked; then it expires on every copy", async () => {
  const { people, clock } = stage();
  await people.act("channels", { id: "C9QUIET", name: "quiet", members: [ALICE, BOB], bot_in: true });
  await ask({ title: "Anybody there?", timeout_minutes: 240, routing: { channels: ["C9QUIET"] } }, ALICE);
  await ask({
    ...{ title: "Bob, Carol?", timeout_minutes: 240 },
    routing: { channels: ["C9QUIET"], recipients: [{ slack_user_id: BOB }, { slack_user_id: CAROL }] },
  });
  const inChannel = await people.card("C9QUIET", /^✋ Anybody there/);
  const named = await people.card("C9QUIET", /^✋ @Bob or @Carol, Bob, Carol\?/);
  const forBob = await people.card("D02BOB", /^✋ Bob, Carol\?/);
  const forCarol = await people.card("D03CAROL", /^✋ Bob, Carol\?/);
  expect(await people.fills(CAROL, forCarol, "Not mine", { reviewers: [BOB] })).toBeNull();
  await people.becomes(forCarol, /^– Handed on by Carol/);

  clock.advance(2.1 * HOUR_MS);
  const again = await people.card("C9QUIET", /^✋ @Alice, nobody has answered: Anybody there\?\nStill open/);
  const toBob = await people.card("D02BOB", /^✋ Bob, Carol\?\nStill open, until/);
  for (const one of [again, toBob]) {
    expect(one.buttons).toEqual(["Open the question"]);
    expect(one.thread).toBeUndefined();
    expect(one.shown).toContain("asked by planner · agent");
  }
  expect((await people.cards("D03CAROL")).filter(({ shown }) => shown.includes("Still open"))).toEqual([]);
  expect((await people.becomes(named, /^✋/)).buttons).toContain("Approve");

  clock.advance(2.1 * HOUR_MS);
  for (const card of [inChannel, named, forBob, forCarol, again, toBob]) {
    const expired = await people.becomes(card, /^⏱ Nobody answered in 4 h: expired\. That is no rejection\./);
    expect(expired.buttons).toEqual([]);
  }
  const quiet = (await people.cards("C9QUIET")).filter(({ shown }) => shown.startsWith("⏱"));
  expect(quiet).toHaveLength(3);
});
