import { describe, expect, test, vi } from "vitest";
import { git, tagged } from "#test/support/e2e/repository.ts";
import { ALICE, BOB } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useStage(await testDatabase());

/** A release that Bob has rejected, so that it has ended. */
async function ended(name: string) {
  const slack = await stage().room(name);
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  const goal = await slack.card(new RegExp(`^Ship ${name}`));
  const question = await slack.card(/^✋ Tag /, goal);
  expect(await slack.fills(BOB, question, "Reject", { note: "Later." })).toBeNull();
  const result = await slack.card(/^✕ Failed/, goal);
  const [number = ""] = /\bg\d+\b/.exec(goal.shown) ?? [];
  return { slack, goal, question, result, number };
}

/** The goal is asked about anew, in the same thread, and Bob agrees this time. */
async function releasedAgain({ slack, goal, question }: Awaited<ReturnType<typeof ended>>) {
  await slack.becomes(goal, /✋ Waiting/);
  const again = await slack.card(/^✋ Tag /, goal);
  expect(again.ts).not.toBe(question.ts);
  await slack.presses(BOB, again, "Approve");
  await slack.becomes(goal, /✓ Done/);
  expect((await slack.cards()).filter(({ shown }) => shown.startsWith("Ship "))).toHaveLength(1);
  expect(tagged(slack.repository, "v1.2.3")).not.toBeNull();
  expect(git(slack.repository, "branch", "--list", "countersign/*").split("\n")).toHaveLength(2);
}

describe.concurrent("rework begins a new run of the same goal", () => {
  test("by command, with the goal's number", async () => {
    const before = await ended("typed");
    const { slack, number } = before;
    expect(await slack.types(ALICE, `/goal rework ${number}`)).toMatch(/Say what should be different/);
    expect(await slack.types(ALICE, "/goal rework g999 faster")).toMatch(/^There is no goal g999\./);
    expect(await slack.types(ALICE, `/goal rework ${number} with the API`)).toMatch(
      new RegExp(`^Started again: ${number} `),
    );
    await releasedAgain(before);
  });

  test("by the button on its result", async () => {
    const before = await ended("button");
    const { slack, result } = before;
    expect(await slack.fills(ALICE, result, "Rework", { feedback: " " })).toEqual({
      feedback: "Write something first: it goes to whoever works on it.",
    });
    expect(await slack.fills(ALICE, result, "Rework", { feedback: "With the API." })).toBeNull();
    await releasedAgain(before);
  });

  test("by a mention in its thread", async () => {
    const before = await ended("mention");
    const { slack, goal } = before;
    await slack.says(ALICE, "<@UCSIGN01> rework with the API", goal);
    await slack.told(ALICE, /^Started again: g\d+ Ship mention 1\.2\.3/);
    await releasedAgain(before);
  });

  test("or is offered beside a goal of its own, where words in an ended thread could be either", async () => {
    const before = await ended("either");
    const { slack, goal, number } = before;
    await slack.says(ALICE, "<@UCSIGN01> mention the API this time", goal);
    const offer = await slack.told(ALICE, /can be read in two ways|Which do you mean/);
    expect(offer.buttons).toEqual([`rework ${number}`, "Start it as a goal: mention the API this time"]);
    await slack.presses(ALICE, offer, `rework ${number}`);
    await releasedAgain(before);
  });

  test("but not while it goes on: what is said in its thread is guidance then", async () => {
    const slack = await stage().room("open");
    await slack.types(ALICE, "/goal run ship version=1.2.3");
    const goal = await slack.card(/^Ship open[\s\S]*✋ Waiting/);
    const [number = ""] = /\bg\d+\b/.exec(goal.shown) ?? [];
    expect(await slack.types(ALICE, `/goal rework ${number} with the API`)).toMatch(/still going on/);
    await slack.says(BOB, "<@UCSIGN01> the API changed &amp; needs a word", goal);
    await slack.told(BOB, /^Noted: whoever works next on this reads it\. g\d+ Ship open/);
    const [run] = await stage().sql<{ guidance: unknown }[]>`
      select state->'guidance' as guidance from runs where brief->>'channel' = ${slack.channel}`;
    expect(run?.guidance).toEqual([{ by: BOB, text: "the API changed & needs a word" }]);
  });
});
