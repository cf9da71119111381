import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { processesOf } from "#integrations/processes/end-group.ts";
import { tagged } from "#test/support/e2e/repository.ts";
import { ALICE, BOB, CAROL } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { until } from "#test/support/e2e/until.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useStage(await testDatabase());
/** From the press to the last process: two seconds, and three more for a machine that is busy with other tests. */
const GONE_WITHIN_MS = 5_000;

/** A goal whose command runs until it is stopped, with a child of its own. */
async function running(name: string, first = "") {
  const { dir, room, sql } = stage();
  const began = join(dir, `began-${name}`);
  const slack = await room(name, { files: { "test.sh": `(${first}touch ${began}; sleep 300) & wait\n` } });
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  const goal = await slack.card(new RegExp(`^Ship ${name}`));
  await until("the command to begin", async () => existsSync(began));
  const [row] = await sql<{ runId: string }[]>`
    select latest_run_id as "runId" from goals where channel_id = ${slack.channel}`;
  return { slack, goal, runId: row?.runId ?? "" };
}

/** Looks seldom: a look reads every process of the machine, with the same threads that the app reads with. */
const gone = (runId: string) =>
  until("every process to be gone", async () => (await processesOf({ runId })).length === 0, {
    ...{ timeoutMs: GONE_WITHIN_MS, everyMs: 250 },
  });

describe.concurrent("a goal is ended", () => {
  test("by its Stop button, with everything that its command has started", async () => {
    const { slack, goal, runId } = await running("button", "trap '' TERM; ");
    expect((await processesOf({ runId })).length).toBeGreaterThan(1);
    await slack.presses(BOB, goal, "Stop");
    await gone(runId);
    const ended = await slack.becomes(goal, /– Cancelled after .* · Cancelled by Bob/);
    expect(ended.buttons).toEqual(["Open thread"]);
    await slack.card(/^– Cancelled after/, goal);
  });

  test("by /goal cancel, with and without a number", async () => {
    const { slack, goal, runId } = await running("typed");
    expect(await slack.types(BOB, "/goal cancel")).toMatch(/^None of your goals here is going on\./);
    expect(await slack.types(ALICE, "/goal cancel")).toMatch(/^Cancelled g\d+ \*Ship typed 1\.2\.3\*\./);
    await gone(runId);
    const ended = await slack.becomes(goal, /– Cancelled after/);
    const [, number] = /\b(g\d+) · asked by/.exec(ended.shown) ?? [];
    expect(await slack.types(ALICE, `/goal cancel ${number}`)).toMatch(/already been cancelled/);
    expect(tagged(slack.repository, "v1.2.3")).toBeNull();
  });

  test("by a mention in its thread", async () => {
    const { slack, goal, runId } = await running("mention");
    await slack.says(BOB, "<@UCSIGN01> cancel", goal);
    await gone(runId);
    await slack.becomes(goal, /– Cancelled after .* · Cancelled by Bob/);
    await slack.told(BOB, /^Cancelled g\d+ Ship mention 1\.2\.3\./);
  });

  test("while its approval is waited for: the question is taken back, and its buttons go", async () => {
    const slack = await stage().room("withdrawn");
    await slack.types(ALICE, "/goal run ship version=1.2.3");
    const goal = await slack.card(/^Ship withdrawn/);
    const question = await slack.card(/^✋ Tag withdrawn/, goal);
    const form = await slack.presses(BOB, question, "Reject");
    if (!form) throw new Error("No form was opened.");
    await slack.presses(ALICE, goal, "Stop");
    expect((await slack.becomes(question, /^– Withdrawn/)).buttons).toEqual([]);
    expect(await slack.sends(BOB, form, { note: "No." })).toBeNull();
    await stage().people.told(BOB, /What this was for has ended\. Your click changed nothing\./);
    expect(tagged(slack.repository, "v1.2.3")).toBeNull();
  });

  test("not by a guest", async () => {
    const slack = await stage().room("guest", { members: [ALICE, BOB, CAROL] });
    await stage().people.act("people", {
      id: "U20GUEST",
      name: "Gus",
      is_restricted: true,
      channels: [slack.channel],
    });
    await slack.types(ALICE, "/goal run ship version=1.2.3");
    const goal = await slack.card(/^Ship guest[\s\S]*✋ Waiting/);
    const [number] = /\bg\d+\b/.exec(goal.shown) ?? [];
    const refused = /^Only full members of this workspace can decide how a goal goes on\.$/;
    await slack.presses("U20GUEST", goal, "Stop");
    await slack.told("U20GUEST", refused);
    expect(await slack.types("U20GUEST", `/goal cancel ${number}`)).toMatch(refused);
    await slack.says("U20GUEST", "<@UCSIGN01> cancel", goal);
    await slack.says("U20GUEST", "<@UCSIGN01> tag it elsewhere", goal);
    await until(
      "all four to be refused",
      async () => (await slack.ephemerals("U20GUEST", slack.channel)).length === 4,
    );
    expect((await slack.ephemerals("U20GUEST")).every(({ shown }) => refused.test(shown))).toBe(true);
    const [run] = await stage().sql<{ status: string; guidance: unknown }[]>`
      select status, state->'guidance' as guidance from runs where brief->>'channel' = ${slack.channel}`;
    expect(run).toEqual({ status: "running", guidance: [] });
  });
});
