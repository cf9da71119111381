import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { readSecret } from "#bot/config/secret.ts";
import { storyOf } from "#db/story.ts";
import { saveTestKey } from "#test/support/api-stage.ts";
import { approveToTheEnd } from "#test/support/e2e/endings.ts";
import { ALICE } from "#test/support/e2e/room.ts";
import { useSeparateStage } from "#test/support/e2e/separate-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { openStream } from "#test/support/sse.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useSeparateStage(await testDatabase());

test("a goal given to one process is followed at another while a third works on it, also over a restart of the one that tells", async () => {
  const { room, startBot, sql, dir } = stage();
  const slack = await room("processes");
  await startBot(["slack", "worker"]);
  const takes = await startBot(["http"]);
  let tells = await startBot(["http"]);
  const secret = readSecret(join(dir, "data"));
  const key = await saveTestKey(sql, { scopes: ["goals"], owner: ALICE }, secret);

  const body = { workflow: "ship", project: "processes", parameters: { version: "1.2.3" } };
  const answer = await fetch(`${takes.url}/api/v1/goals`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const { run_id: runId } = (await answer.json()) as { readonly run_id: string };
  const here = await openStream(`${takes.url}/api/v1/runs/${runId}/events`, key);
  const there = await openStream(`${tells.url}/api/v1/runs/${runId}/events`, key);
  await expect.poll(() => there.events.at(-1)?.event, { timeout: 30_000 }).toBe("human.input.requested");
  const seen = there.ids();

  const cut = there.ended.catch(() => undefined); // a process that is killed says no goodbye
  await tells.end();
  await cut;
  tells = await startBot(["http"]);
  const again = await openStream(`${tells.url}/api/v1/runs/${runId}/events`, key, {
    lastEventId: seen.at(-1) ?? 0,
  });
  await approveToTheEnd(stage(), slack, "processes");
  await Promise.all([here.ended, again.ended]);

  const all = (await storyOf(sql, "T01LOCAL", runId)).map(({ seq }) => seq);
  expect(here.ids()).toEqual(all);
  expect([...seen, ...again.ids()]).toEqual(all);
  expect(here.events.at(-1)?.event).toBe("end");
});
