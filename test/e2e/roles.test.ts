import { expect, test, vi } from "vitest";
import { approveToTheEnd } from "#test/support/e2e/endings.ts";
import { ALICE } from "#test/support/e2e/room.ts";
import { useSeparateStage } from "#test/support/e2e/separate-stage.ts";
import { until } from "#test/support/e2e/until.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useSeparateStage(await testDatabase());

test("three processes on one database, each with a part: one hears Slack, one works, one serves HTTP", async () => {
  const { room, startBot, runOf, sql } = stage();
  const slack = await room("roles");
  const hears = await startBot(["slack"]);
  const serves = await startBot(["http"]);
  const stateOf = async (url: string) => (await fetch(`${url}/api/ready`)).status;
  expect(await stateOf(serves.url)).toBe(503); // nobody works yet

  await slack.types(ALICE, "/goal run ship version=1.2.3");
  const run = await runOf("Ship roles 1.2.3");
  expect(await sql`select status from steps where run_id = ${run} and key = 'test'`).toEqual([
    { status: "ready" },
  ]);

  const works = await startBot(["worker"]);
  await until("a worker's beat", async () => (await stateOf(serves.url)) === 200);
  await approveToTheEnd(stage(), slack, "roles");

  const slackIsAt = async (url: string) => (await fetch(`${url}/slack/events`, { method: "POST" })).status;
  expect(await slackIsAt(hears.url)).toBe(401); // not signed
  expect([await slackIsAt(serves.url), await slackIsAt(works.url)]).toEqual([404, 404]);
  expect(await sql`select pid from workers`).toEqual([{ pid: works.pid }]);
});
