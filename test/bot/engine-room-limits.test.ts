import { afterAll, beforeAll, expect, test } from "vitest";
import type { Agent } from "#engine/agent/agent.ts";
import { beginRun, connectWorkspace, openRoom, quick, runOf } from "#test/support/engine-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { command, model } from "#test/support/sample-run.ts";

const { url, sql } = await testDatabase();
await connectWorkspace(sql);

const MOST = 3;
const rooms = [openRoom(url), openRoom(url)];
const [first] = rooms;
let working = 0;
let most = 0;
const doneIn = [0, 0];
let unlimited = 0;

/** Works as long as the database needs for a statement that takes its time, and counts who works beside it. */
const workerOf =
  (index: number): Agent =>
  async (...given) => {
    working += 1;
    most = Math.max(most, working);
    await sql`select pg_sleep(0.02)`;
    working -= 1;
    doneIn[index] = (doneIn[index] ?? 0) + 1;
    return quick(...given);
  };
const free: Agent = async (...given) => {
  unlimited += 1;
  return quick(...given);
};

beforeAll(async () => {
  for (const [i, room] of rooms.entries())
    await room.start({
      limits: { command: MOST },
      agents: { command: workerOf(i), model: free, person: quick, rehearsal: quick },
    });
});
afterAll(async () => {
  for (const room of rooms) await room.close();
});

test("a limit holds across two processes, all get their turn, and others are not held up", async () => {
  if (!first) throw new Error("There is no room.");
  const plan = Array.from({ length: 6 }, (_, i) => command(`c${i}`));
  const ids = await Promise.all(Array.from({ length: 5 }, () => beginRun(first, plan)));
  const other = await beginRun(first, [model("a"), model("b", ["a"])]);
  const statusOf = async (id: string) => (await runOf(sql, id)).status;
  await expect.poll(() => statusOf(other), { timeout: 15_000, interval: 10 }).toBe("succeeded");
  expect(unlimited).toBe(2);
  for (const id of ids)
    await expect.poll(() => statusOf(id), { timeout: 25_000, interval: 10 }).toBe("succeeded");
  expect(most).toBeLessThanOrEqual(MOST);
  expect(doneIn.reduce((sum, done) => sum + done, 0)).toBe(30);
});
