import { describe, expect, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { connectMcp, type Mcp, VERSIONS } from "#test/support/e2e/mcp.ts";
import { ALICE, BOB } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 90_000 });
const stage = useApiStage(await testDatabase());

const ship = (project: string, more: object = {}) => ({
  ...{ goal: "Ship 1.4.0", project, workflow: "ship", parameters: { version: "1.4.0" }, ...more },
});

describe.each(VERSIONS)("a client of %s", (version) => {
  const connect = async (wish: object = { owner: ALICE }): Promise<Mcp> =>
    connectMcp(stage(), version, await stage().key({ name: "mcp-agent", ...wish }));

  test("hands over a goal, sees that it waits for a person, and that it is done once they have approved", async () => {
    const room = await stage().room(`mcp-goal-${version.slice(0, 4)}`);
    const { call } = await connect();
    const name = `mcp-goal-${version.slice(0, 4)}`;
    const begun = await call("submit_goal", ship(name, { wait_for_plan: true }));
    expect(begun.data).toMatchObject({ status: "running", reason: null, ended_at: null });
    expect(begun.data.steps.map(({ key }: { key: string }) => key)).toEqual(["test", "approve", "tag"]);
    const { run_id } = begun.data;
    const goal = await room.card(/^Ship mcp-goal/);
    const card = await room.card(/✋ Tag mcp-goal/, goal);
    expect((await call("get_run", { run_id })).data).toMatchObject({
      ...{ status: "awaiting_human", next_step: expect.stringContaining("no tool can answer") },
    });
    const heard: string[] = [];
    const waiting = call(
      "get_run",
      { run_id, wait_seconds: 50 },
      { options: { onprogress: ({ message }) => heard.push(message ?? "") } },
    );
    await room.presses(BOB, card, "Approve");
    const done = await waiting;
    expect(done.data).toMatchObject({ status: "completed", ended_at: expect.stringMatching(/Z$/) });
    expect(done.data.steps.map(({ status }: { status: string }) => status)).toEqual(
      Array(3).fill("completed"),
    );
    expect(heard[0]).toContain("Waiting for the run");
  });

  test("hands a goal over once under one call id", async () => {
    const name = `mcp-once-${version.slice(0, 4)}`;
    const room = await stage().room(name);
    const { call } = await connect();
    const [one, again] = [
      await call("submit_goal", ship(name, { call_id: "mine" })),
      await call("submit_goal", ship(name, { call_id: "mine", wait_for_plan: true })),
    ];
    expect(one.failed).toBeNull();
    expect(again.data.run_id).toBe(one.data.run_id);
    await room.card(/^Ship mcp-once[\s\S]*Waiting for a reviewer/);
    expect((await room.cards()).filter(({ shown }) => /Ship mcp-once/.test(shown))).toHaveLength(1);
  });

  test("is told why a goal can't be handed over", async () => {
    const { call } = await connect();
    const why = async (input: object) => (await call("submit_goal", input)).failed;
    expect(await why({})).toMatch(/^bad_input: goal: /);
    expect(await why({ goal: "x", priority: "urgent" })).toMatch(/^bad_input: priority: /);
    expect(await why({ goal: "x", reviewers: ["bob"] })).toMatch(/reviewers\.0: Give Slack member ids/);
    expect(await why(ship("no-such-project"))).toMatch(/^bad_input: project: .*no-such-project/);
    expect(await why({ goal: "x", channel: "#nowhere" })).toMatch(/^bad_input: channel: .*#nowhere/);
    expect((await call("get_run", { run_id: "7" })).failed).toMatch(/run_id: Give the run_id/);
    const unknown = { run_id: "11111111-1111-4111-8111-111111111111" };
    expect((await call("get_run", unknown)).failed).toMatch(/^not_found: /);
    const nobodys = await connect({});
    expect((await nobodys.call("submit_goal", { goal: "x" })).failed).toMatch(/^not_allowed: .*no owner/);
    const asker = await connect({ owner: ALICE, scopes: ["ask"] });
    expect((await asker.call("submit_goal", { goal: "x" })).failed).toMatch(/^not_allowed: .*“goals”/);
  });
});
