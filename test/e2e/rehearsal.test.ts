import { expect, test, vi } from "vitest";
import { ALICE, BOB } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useStage(await testDatabase());

test("a goal in free text without a model is rehearsed, says so on every card, and claims nothing", async () => {
  const slack = await stage().room("stage");
  expect(await slack.types(ALICE, "/goal Add a health check to billing")).toBeNull();
  const goal = await slack.card(/^Add a health check to billing\nRehearsal · /);
  expect(goal.shown).toContain("no model is set, so this is a rehearsal: nothing is changed");
  const question = await slack.card(/^✋ Rehearsal: would you agree/, goal);
  expect(question.shown).toContain("Your answer decides nothing");
  expect(question.buttons).toContain("Approve (decides nothing)");
  await slack.presses(BOB, question, "Approve (decides nothing)");
  await slack.becomes(goal, /\n✓ Rehearsed: nothing was changed/);
  const result = await slack.card(/^✓ Rehearsed: nothing was changed/, goal);
  expect(result.buttons).toEqual(["Run the real demo", "Connect a model"]);
  const thread = [goal, ...(await slack.thread(goal))];
  for (const card of thread) expect(card.shown).toMatch(/[Rr]ehears/);
  const all = thread.map(({ shown }) => shown).join("\n");
  expect(all).not.toMatch(/✓ Done|approved by|tests passed|branch `/);

  await slack.presses(BOB, result, "Connect a model");
  await slack.told(BOB, /ANTHROPIC_API_KEY/);
});
