import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { hashApiKey, newApiKey } from "#bot/api-keys.ts";
import type { Scope } from "#bot/outside/requests/asking.ts";
import { saveKey } from "#db/keys.ts";
import { type Got, startCallee } from "#test/support/callee.ts";
import { type BotProcess, freePort, startBotProcess } from "#test/support/e2e/processes.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { watchAnswers } from "#test/support/watch-answers.ts";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 60_000 });
const { url, sql } = await testDatabase();
const SECRET = "a secret for tests that nobody can guess";
const MANY = 24;
const dir = mkdtempSync(join(tmpdir(), "countersign-kill-callbacks-"));
const Told = z.union([
  z.object({ event: z.literal("request.responded"), request_id: z.string() }),
  z.object({ event_type: z.literal("request.responded"), data: z.object({ request_id: z.string() }) }),
]);

const bots: BotProcess[] = [];
const callee = await startCallee();
const port = await freePort();
const watching = watchAnswers(`http://127.0.0.1:${port}`);
afterAll(async () => {
  const wrong = await watching.end();
  for (const bot of bots) await bot.end();
  await callee.close();
  rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  expect(wrong).toEqual([]);
});

async function startBot(): Promise<BotProcess> {
  const env = { HOME: dir, DATA_DIR: dir, DATABASE_URL: url, COUNTERSIGN_SECRET: SECRET, PORT: String(port) };
  const bot = await startBotProcess({ ...env, CALLBACK_ALLOW_PRIVATE: "1" });
  bots.push(bot);
  return bot;
}

async function makeKey(scopes: readonly Scope[], personId: string | null = null): Promise<string> {
  const { key, prefix } = newApiKey();
  await saveKey(sql, {
    ...{ id: randomUUID(), workspaceId: "T01LOCAL", name: "agent", prefix, scopes },
    ...{ hash: hashApiKey(SECRET, key), personId, ownerId: null, projectId: null, expiresAt: null },
  });
  return key;
}

const Made = z.object({ id: z.string() });

/** Resolves to the id of what was made or changed. */
async function post(path: string, key: string, body: object): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
    ...{ method: "POST", body: JSON.stringify(body) },
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
  });
  const text = await response.text();
  expect(response.ok, text).toBe(true);
  return Made.parse(JSON.parse(text)).id;
}

/** Which request a post tells of, and by which way it came. */
function topicOf({ body, path }: Got): string {
  const told = Told.parse(JSON.parse(body));
  return `${path} ${"event" in told ? told.request_id : told.data.request_id}`;
}

test("SIGKILL with callbacks half sent: after the restart none is lost, and repeats carry the same id and the same bytes", async () => {
  const bot = await startBot();
  const [agent, bob] = [await makeKey(["ask", "events"]), await makeKey(["respond"], "U02BOB")];
  await post("/webhooks", agent, { url: `${callee.url}/events`, events: ["request.responded"] });
  const ids: string[] = [];
  for (let i = 0; i < MANY; i += 1) {
    const asked = { title: `May I go on with ${i}?`, callback_webhook: `${callee.url}/resume` };
    ids.push(await post("/requests", agent, asked));
  }

  // Some are taken, some are refused, some hang: half sent, whatever moment the kill meets.
  callee.answer((response, got) => {
    const turn = callee.got.indexOf(got) % 3;
    if (turn === 0) response.end("ok");
    else if (turn === 1) response.writeHead(500).end();
  });
  await Promise.all(ids.map((id) => post(`/requests/${id}/respond`, bob, { decision: "approve" })));
  await expect.poll(() => callee.got.length, { interval: 2 }).toBeGreaterThan(4);
  await bot.end(); // SIGKILL
  const before = [...callee.got];
  const left = await sql<{ state: string; many: number }[]>`
    select state, count(*)::int as many from deliveries group by state order by state`;
  expect(left.find(({ state }) => state === "delivered")?.many ?? 0).toBeLessThan(2 * MANY);

  callee.answer((response) => response.end("ok"));
  await startBot();
  const wanted = new Set(ids.flatMap((id) => [`/resume ${id}`, `/events ${id}`]));
  await expect
    .poll(() => new Set(callee.got.map(topicOf)), { timeout: 90_000, interval: 200 })
    .toEqual(wanted);
  await expect
    .poll(() => sql`select distinct state from deliveries`, { timeout: 90_000, interval: 200 })
    .toEqual([{ state: "delivered" }]);

  expect(callee.got.length).toBeGreaterThan(before.length);
  for (const topic of wanted) {
    const posts = callee.got.filter((got) => topicOf(got) === topic);
    expect(new Set(posts.map(({ headers }) => headers["webhook-id"])).size, topic).toBe(1);
    expect(new Set(posts.map(({ body }) => body)).size, topic).toBe(1);
  }
  const repeated = [...wanted].filter(
    (topic) => callee.got.filter((got) => topicOf(got) === topic).length > 1,
  );
  expect(repeated.length, "the kill met some that were half sent").toBeGreaterThan(0);
});
