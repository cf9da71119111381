import { describe, expect, test, vi } from "vitest";
import { buttonsOf } from "#test/support/e2e/people.ts";
import { tagged } from "#test/support/e2e/repository.ts";
import { ALICE, BOB, CAROL } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
/** While no connection is open, Slack has nobody to send a click to. */
const stage = useStage(await testDatabase(), "socket", /interactive after \d+ ms: .*connection_failed/);

async function asked(name: string, members: readonly string[] = [ALICE, BOB, CAROL]) {
  const slack = await stage().room(name, { members });
  expect(await slack.types(ALICE, "/goal run ship version=1.2.3")).toBeNull();
  const goal = await slack.card(new RegExp(`^Ship ${name}`));
  return { slack, goal, question: await slack.card(/^✋ Tag /, goal) };
}

describe.concurrent("over Socket Mode", () => {
  test("forms, refusals and late clicks work as over HTTP", async () => {
    const { slack, goal, question } = await asked("forms");
    await slack.presses(ALICE, question, "Approve");
    await slack.told(ALICE, /four eyes/);
    const form = await slack.presses(CAROL, question, "Request changes");
    if (!form) throw new Error("No form was opened.");
    expect(await slack.fills(BOB, question, "Reject", { note: "Not now." })).toBeNull();
    await slack.becomes(goal, /✕ Failed after .* · Rejected by Bob: Not now\./);
    expect(await slack.sends(CAROL, form, { note: "Smaller." })).toBeNull();
    await stage().people.told(CAROL, /^✕ Rejected by Bob .* Your click changed nothing\./);
    expect(tagged(slack.repository, "v1.2.3")).toBeNull();
  });

  test("a double click has one outcome", async () => {
    const { slack, goal, question } = await asked("double");
    await Promise.all([slack.presses(BOB, question, "Approve"), slack.presses(BOB, question, "Approve")]);
    await slack.told(BOB, /^✓ Approved by Bob .* Your click changed nothing\./);
    await slack.becomes(goal, /✓ Done/);
    expect(tagged(slack.repository, "v1.2.3")).not.toBeNull();
  });

  test("mentions in the thread guide, tell and cancel", async () => {
    const { slack, goal } = await asked("mentions");
    await slack.says(BOB, "<@UCSIGN01> keep it small", goal);
    await slack.told(BOB, /^Noted: whoever works next on this reads it\./);
    await slack.says(BOB, "<@UCSIGN01> cancel", goal);
    await slack.becomes(goal, /– Cancelled after .* · Cancelled by Bob/);
  });

  test("the Home tab shows what waits, with its buttons, and loses them when it is settled", async () => {
    const { slack, goal, question } = await asked("home", [ALICE, BOB]);
    const waiting = await slack.home(BOB);
    expect(buttonsOf(waiting)).toContain("Approve: tag v1.2.3");
    const block = JSON.stringify(waiting.blocks);
    expect(block).toContain("Tag home v1.2.3?");
    await slack.presses(BOB, question, "Approve");
    await slack.becomes(goal, /✓ Done/);
    await vi.waitFor(
      async () => {
        expect(JSON.stringify((await slack.home(BOB)).blocks)).not.toContain("Tag home v1.2.3?");
      },
      { timeout: 10_000 },
    );
  });
});

test("a goal goes on when Slack asks for a new connection", async () => {
  const { slack, goal, question } = await asked("refresh");
  await stage().people.act("sockets/disconnect", {});
  await vi.waitFor(() => slack.presses(BOB, question, "Approve"), { timeout: 20_000, interval: 200 });
  await slack.becomes(goal, /✓ Done/);
  expect(tagged(slack.repository, "v1.2.3")).not.toBeNull();
});
