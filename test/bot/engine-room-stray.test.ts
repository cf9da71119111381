import { randomUUID } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { connectWorkspace, openRoom, WORKSPACE } from "#test/support/engine-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

const { url, sql } = await testDatabase();
await connectWorkspace(sql);
const room = openRoom(url);
afterAll(() => room.close());

const held = () => sql`select from graphile_worker.jobs where locked_by = 'of-nobody'`;

test("a job that a worker took and left before it had named its pools is done by somebody else", async () => {
  const payload = { workspaceId: WORKSPACE, runId: randomUUID() };
  await sql`select graphile_worker.add_job('close-run', ${JSON.stringify(payload)}::text::json)`;
  await sql`
    update graphile_worker._private_jobs set locked_by = 'of-nobody', locked_at = now() - interval '20 s', attempts = 1`;
  expect(await held()).toHaveLength(1);
  await room.start();
  await expect
    .poll(async () => (await sql`select from graphile_worker.jobs`).length, { timeout: 20_000 })
    .toBe(0);
});

test("a worker names its pools at once, not with its next beat", async () => {
  const named = async () =>
    (await sql<{ pools: string[] }[]>`select pool_ids as pools from workers`).flatMap(({ pools }) => pools);
  await expect.poll(named, { timeout: 4_000 }).toHaveLength(1);
});
