import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { afterAll, expect, test } from "vitest";
import type { Agent } from "#engine/agent/agent.ts";
import { beginRun, connectWorkspace, factsOf, openRoom, quick, runOf } from "#test/support/engine-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { command, model } from "#test/support/sample-run.ts";

const { url, sql } = await testDatabase();
await connectWorkspace(sql);

const LIMIT_MS = 30_000;
const SCRIPT = join(import.meta.dirname, "../support/engine-room-process.ts");

const here = openRoom(url);
const children = new Set<ChildProcessWithoutNullStreams>();
afterAll(async () => {
  await here.close();
  for (const child of children) {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
});

/** A worker in another process, with what it has said so far. */
async function startWorker() {
  const child = spawn(process.execPath, [SCRIPT, url]);
  children.add(child);
  const said: string[] = [];
  child.stdout.on("data", (bytes: Buffer) => said.push(...bytes.toString().trim().split("\n")));
  child.stderr.on("data", (bytes: Buffer) => said.push(bytes.toString()));
  await expect.poll(() => said, { timeout: LIMIT_MS }).toEqual(["started"]);
  return { child, said };
}

/** Works until it is stopped, so that its run goes on. */
const untiring: Agent = (_, __, signal) =>
  new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve({ kind: "failed", reason: "Stopped.", again: false }));
  });

const attemptsOf = async (id: string) =>
  (await factsOf(sql, id))
    .filter((type) => type.startsWith("attempt.") || type === "step.succeeded")
    .slice(0, 4);

test("what lost workers had begun goes on elsewhere in under 30 seconds, and what they say later is refused", async () => {
  const frozen = await startWorker();
  const ofFrozen = await beginRun(here, [model("write"), command("ship", ["write"])]);
  await expect.poll(() => frozen.said, { timeout: LIMIT_MS }).toContain("working");
  frozen.child.kill("SIGSTOP");

  const killed = await startWorker();
  const ofKilled = await beginRun(here, [model("write")]);
  await expect.poll(() => killed.said, { timeout: LIMIT_MS }).toContain("working");

  await here.start({ agents: { model: quick, command: untiring, person: quick, rehearsal: quick } });
  killed.child.kill("SIGKILL");
  const lostMs = performance.now();
  for (const id of [ofKilled, ofFrozen]) {
    const statusOf = async () => (await runOf(sql, id)).steps[0]?.status;
    await expect.poll(statusOf, { timeout: LIMIT_MS }).toBe("succeeded");
    expect(await attemptsOf(id)).toEqual([
      "attempt.began",
      "attempt.lost",
      "attempt.began",
      "step.succeeded",
    ]);
    expect((await runOf(sql, id)).steps[0]).toMatchObject({
      attempt: 2,
      tries: 1,
      output: { summary: "done" },
    });
  }
  expect(performance.now() - lostMs).toBeLessThan(LIMIT_MS);

  await expect.poll(async () => (await runOf(sql, ofFrozen)).steps[1]?.status).toBe("working");
  const before = await factsOf(sql, ofFrozen);
  frozen.child.kill("SIGCONT");
  frozen.child.stdin.write("finish\n");
  await expect.poll(() => frozen.said, { timeout: LIMIT_MS }).toContain("stale_attempt");
  expect(await factsOf(sql, ofFrozen)).toEqual(before);
  expect((await runOf(sql, ofFrozen)).steps[0]?.output).toEqual({ summary: "done" });
}, 120_000);
