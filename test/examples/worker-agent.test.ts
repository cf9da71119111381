import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { useApiStage } from "#test/support/api-stage.ts";
import { ALICE, BOB, type Room, saveTeamWorkflow } from "#test/support/e2e/room.ts";
import { until } from "#test/support/e2e/until.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { type Running, runExample } from "#test/support/run-example.ts";
import { CountersignClient } from "../../sdk/src/client.ts";

vi.setConfig({ testTimeout: 120_000 });
const staged = useApiStage(await testDatabase());
const OUTSIDE: unknown = parse(readFileSync("examples/workflows/outside.yml", "utf8"));

const running = new Set<Running>();
afterEach(async () => {
  await Promise.all([...running].map((one) => one.kill()));
  running.clear();
});

async function start(key: string, env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const { app } = staged();
  const one = runExample([process.execPath, "examples/worker-agent.ts"], {
    ...{ COUNTERSIGN_URL: app.url, COUNTERSIGN_API_KEY: key, PLACE_MS: "10" },
    ...env,
  });
  running.add(one);
  return one;
}

const says = (worker: Running, like: RegExp) =>
  until(
    `the worker to say ${like}`,
    async () => like.test(worker.said()),
    {},
    async () => worker.said(),
  );

async function room(name: string): Promise<Room> {
  const { sql, room: make } = staged();
  await saveTeamWorkflow(sql, OUTSIDE);
  return make(name);
}

test("it claims, tells how far it is, asks about money, goes on with the answer from its checkpoint, and the run is done", async () => {
  const { key } = staged();
  const there = await room("money");
  const worker = await start(await key({ scopes: ["work"], name: "worker-key" }));
  await there.types(ALICE, '/goal run outside change="Round cents half to even"');
  const goal = await there.card(/Round cents half to even/);
  const question = await there.card(/is about money: which rule does it follow\?/, goal);
  expect(question.shown).toMatch(/worker-agent · agent/);
  await there.presses(BOB, question, "The tax office's");
  await there.presses(BOB, await there.card(/Take the change/, goal), "Approve");
  await there.becomes(goal, /Done/);
  expect(worker.said().match(/^took \S+\.review\.[12]: .*$/gm)).toHaveLength(2);
  const { ended } = worker;
  worker.child.kill("SIGTERM");
  expect(await ended).toMatchObject({ status: 0, err: "", out: expect.stringMatching(/signed off\n$/) });
});

test("stopped in the middle it gives the task back at once, and another takes it; no try is lost", async () => {
  const { key, call, app } = staged();
  const there = await room("stopped");
  const mine = await key({ scopes: ["work"], name: "first-key" });
  const first = await start(mine, { PLACES: "100000" });
  await there.types(ALICE, '/goal run outside change="Rename a folder"');
  await says(first, /took \S+\.review\.1/);
  const goal = await there.card(/Rename a folder/);
  first.child.kill("SIGTERM");
  expect(await first.ended).toMatchObject({ status: 0, out: expect.stringMatching(/signed off\n$/) });
  expect((await call("GET", "/api/v1/agents/worker-agent", { key: mine })).status).toBe(404);
  const second = await start(await key({ scopes: ["work"], name: "second-key" }), {
    AGENT_NAME: "second worker",
  });
  await there.presses(BOB, await there.card(/Take the change/, goal), "Approve");
  await there.becomes(goal, /Done/);
  expect(second.said()).toMatch(/took \S+\.note\.1/);
  const [, run = ""] = /took (\S+)\.review/.exec(second.said()) ?? [];
  const events: [string, unknown][] = [];
  const { runs } = new CountersignClient({ url: app.url, key: await key({ scopes: ["goals"] }) });
  for await (const { event } of runs.events(run)) events.push([event.event_type, event.data["counts"]]);
  expect(events.filter(([type]) => type === "attempt.lost")).toEqual([["attempt.lost", false]]);
  expect(events.at(-1)?.[0]).toBe("workflow.completed");
  expect((await runs.wait(run)).facts).toBe(events.length);
});

test("killed outright its task goes to another once its lease is over", async () => {
  const { key, sql } = staged();
  const there = await room("killed");
  const doomed = await start(await key({ scopes: ["work"], name: "doomed-key" }), {
    PLACES: "100000",
    AGENT_NAME: "doomed",
  });
  await there.types(ALICE, '/goal run outside change="Move a file"');
  await says(doomed, /took \S+\.review\.1/);
  await doomed.kill();
  const minutePasses = async () => {
    await sql`update tasks set lease_until = now() - interval '1 s'`;
    return (await sql`select from facts where type = 'attempt.lost' and body ->> 'reason' like 'doomed%'`)
      .length;
  };
  // Again and again: a last sign of life may still be on its way.
  await expect.poll(minutePasses, { timeout: 20_000 }).toBe(1);
  const heir = await start(await key({ scopes: ["work"], name: "heir-key" }), { AGENT_NAME: "heir" });
  await says(heir, /took \S+\.review\.2/);
  const goal = await there.card(/Move a file/);
  await there.presses(BOB, await there.card(/Take the change/, goal), "Approve");
  await there.becomes(goal, /Done/);
});

test("a key that may not work is told so, and it ends", async () => {
  const { key } = staged();
  const refused = await (await start(await key({ scopes: ["ask"] }))).ended;
  expect([refused.status, refused.err]).toEqual([1, expect.stringMatching(/--scopes work/)]);
  const none = await (await start("")).ended;
  expect([none.status, none.err]).toEqual([
    1,
    "Set COUNTERSIGN_API_KEY: the first lines of this file say how.\n",
  ]);
});
