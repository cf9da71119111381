import { expect, test, vi } from "vitest";
import { tagged } from "#test/support/e2e/repository.ts";
import { ALICE, BOB } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useStage(await testDatabase());
const DAY_MS = 24 * 3_600_000;

test("a question is asked once more half-way, expires after three days, and can be asked again", async () => {
  const { room, clock } = stage();
  const slack = await room("slow", { project: { reviewers: [BOB] } });
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  const goal = await slack.card(/^Ship slow/);
  const question = await slack.card(/^✋ @Bob, Tag slow/, goal);

  clock.advance(1.6 * DAY_MS);
  const reminder = await slack.card(/Still open, until/, goal);
  expect(reminder.shown).toMatch(/^✋ @Bob, Tag slow v1\.2\.3\?/);
  expect(reminder.shown).toContain("Then it expires, which is no rejection.");
  expect((await slack.becomes(question, /^✋/)).buttons).toContain("Approve: tag v1.2.3");

  clock.advance(1.6 * DAY_MS);
  const expired = await slack.becomes(question, /^⏱ Nobody answered in 3 d: expired/);
  expect(expired.shown).not.toMatch(/[Rr]ejected/);
  expect(expired.buttons).toEqual([]);
  const card = await slack.card(/^✕ @Alice, Approve the tag is stuck/, goal);
  expect(card.shown).toContain("Nobody has said no. Nothing is discarded.");
  expect(card.buttons).toEqual(["Ask again", "Cancel the goal"]);
  await slack.becomes(goal, /✕ Blocked/);
  expect(tagged(slack.repository, "v1.2.3")).toBeNull();

  await slack.presses(ALICE, card, "Ask again");
  const again = await slack.card(/^✋ @Bob, Tag slow(?![\s\S]*Still open)/, goal);
  expect(again.ts).not.toBe(question.ts);
  await slack.presses(BOB, again, "Approve");
  await slack.becomes(goal, /✓ Done/);
  expect(tagged(slack.repository, "v1.2.3")).not.toBeNull();
});

test("a click that comes after the deadline is told so", async () => {
  const { room, clock } = stage();
  const slack = await room("late");
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  const goal = await slack.card(/^Ship late/);
  const question = await slack.card(/^✋ Tag late/, goal);
  const form = await slack.presses(BOB, question, "Reject");
  if (!form) throw new Error("No form was opened.");
  clock.advance(3.1 * DAY_MS);
  await slack.becomes(question, /^⏱ Nobody answered/);
  expect(await slack.sends(BOB, form, { note: "Too late." })).toBeNull();
  await stage().people.told(BOB, /^⏱ Nobody answered in time: it expired .* Your click changed nothing\./);
});

test("what takes longer than the goal may take ends it; waiting for people does not count", async () => {
  const { room, clock } = stage();
  const slack = await room("long", {
    files: { "test.sh": '[ "$VERSION" = 1.2.3 ] && exit 0\nsleep 300\n' },
  });
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  const waiting = await slack.card(/^Ship long 1\.2\.3\n✋ Waiting/);
  await slack.types(BOB, "/goal run ship version=2.0.0");
  const working = await slack.card(/^Ship long 2\.0\.0\n◐ Working/);
  clock.advance(2.1 * 3_600_000);
  await slack.becomes(
    working,
    /✕ Failed after .* · The working time that was allowed for this goal is used up/,
  );
  expect((await slack.becomes(waiting, /✋ Waiting/)).shown).not.toContain("Failed");
});
