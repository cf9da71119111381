import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { approveToTheEnd } from "#test/support/e2e/endings.ts";
import { ALICE } from "#test/support/e2e/room.ts";
import { useSeparateStage } from "#test/support/e2e/separate-stage.ts";
import { until } from "#test/support/e2e/until.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useSeparateStage(await testDatabase());

test("a worker that is stopped loses its attempt within 30 s, and its results count no more when it goes on", async () => {
  const { room, startBot, runOf, factsOf, sql, dir } = stage();
  const began = join(dir, "began");
  const slack = await room("stopped", {
    files: {
      "test.sh": `echo "$COUNTERSIGN_ATTEMPT" >> ${began}\n[ "$COUNTERSIGN_ATTEMPT" -gt 1 ] || sleep 300\n`,
    },
  });
  await startBot(["slack", "http"]);
  const first = await startBot(["worker"]);
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  await until("the command to begin", async () => existsSync(began));
  first.kill("SIGSTOP");
  await startBot(["worker"]);
  await until("somebody else's attempt", async () => readFileSync(began, "utf8") === "1\n2\n");
  const runId = await runOf("Ship stopped 1.2.3");
  await until("the tests to have passed", async () => (await factsOf(runId)).includes("step.succeeded"));
  const before = await sql<{ id: string }[]>`select id from workers`;

  first.kill("SIGCONT");
  await until("the first one's beats", async () => (await sql`select from workers`).length > before.length);
  await approveToTheEnd(stage(), slack, "stopped");
  const facts = await factsOf(runId);
  expect(facts.filter((type) => type === "attempt.lost")).toHaveLength(1);
  expect(facts.filter((type) => type === "step.failed")).toEqual([]);
});
