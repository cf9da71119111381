import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { type Answered, saveTestKey } from "#test/support/api-stage.ts";
import { type BotProcess, freePort, startBotProcess } from "#test/support/e2e/processes.ts";
import { ALICE, saveTeamWorkflow } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { watchAnswers } from "#test/support/watch-answers.ts";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 60_000 });
const { url, sql } = await testDatabase();
const SECRET = "a secret for tests that nobody can guess";
const dir = mkdtempSync(join(tmpdir(), "countersign-kill-claim-"));
const port = await freePort();
const watching = watchAnswers(`http://127.0.0.1:${port}`);

const bots: BotProcess[] = [];
afterAll(async () => {
  const wrong = await watching.end();
  for (const bot of bots) await bot.end();
  rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  expect(wrong).toEqual([]);
});

async function startBot(): Promise<BotProcess> {
  const env = { HOME: dir, DATA_DIR: dir, DATABASE_URL: url, COUNTERSIGN_SECRET: SECRET, PORT: String(port) };
  const bot = await startBotProcess(env);
  bots.push(bot);
  return bot;
}

async function post(
  key: string,
  path: string,
  body: object,
  once?: string,
): Promise<Omit<Answered, "headers">> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
    ...{ method: "POST", body: JSON.stringify(body) },
    headers: {
      ...{ authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(once === undefined ? {} : { "idempotency-key": once }),
    },
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

test("SIGKILL between claim and complete: the claim survives, its repeat is the same task, and the result counts", async () => {
  const bot = await startBot();
  const key = await saveTestKey(sql, { scopes: ["work", "goals"], owner: ALICE }, SECRET);
  await saveTeamWorkflow(sql, {
    ...{ name: "scan", title: "Scan it" },
    steps: [1, 2].map((n) => ({
      ...{ key: `part-${n}`, title: `Part ${n}` },
      agent: { kind: "remote", capability: "scan" },
    })),
  });
  expect(
    (await post(key, "/agents", { name: "worker", capabilities: ["scan"], max_concurrent: 2 })).status,
  ).toBe(201);
  const goal = await post(key, "/goals", { workflow: "scan" });
  const claim = { agent: "worker", wait: 20 };
  const heard = await post(key, "/tasks/claim", claim, "claim-1");
  const unheard = await post(key, "/tasks/claim", claim, "claim-2");
  expect([heard.status, unheard.status]).toEqual([200, 200]);
  await bot.end(); // SIGKILL
  // As if it had died before the second answer was kept.
  await sql`update idempotency set status = null, response = null, held_until = now() where idempotency_key = 'claim-2'`;

  await startBot();
  const again = await post(key, "/tasks/claim", claim, "claim-2");
  expect(again.body.task.id).toBe(unheard.body.task.id);
  expect(await post(key, "/tasks/claim", claim, "claim-1")).toEqual(heard);
  for (const { body } of [heard, again]) {
    expect((await post(key, `/tasks/${body.task.id}/progress`, { percent: 50 })).status).toBe(200);
    const done = await post(key, `/tasks/${body.task.id}/complete`, { summary: "Done" });
    expect(done).toMatchObject({ status: 200, body: { task_id: body.task.id } });
  }
  const facts = await sql<{ type: string }[]>`
    select type from facts where stream_id = ${String(goal.body.run_id)} order by seq`;
  const count = (type: string) => facts.filter((fact) => fact.type === type).length;
  expect([count("attempt.began"), count("attempt.lost"), count("step.succeeded")]).toEqual([2, 0, 2]);
  expect(facts.at(-1)?.type).toBe("run.succeeded");
});
