import { randomUUID } from "node:crypto";
import type { Agent } from "#engine/agent/agent.ts";
import { type Plan, PlannedStep } from "#engine/run/plan.ts";
import { forEach, nowMs, pause, rounded, until } from "./measure.ts";
import { openSyncRoom, type Sites } from "./sync-room.ts";

/**
 * The work of the bench `sync`, in a process of its own, so that what plays Jira and Confluence takes none of its time. Arguments:
 * `runs` or `steps`, the database's address, and the sites as JSON. Prints one JSON line.
 */
const [kind = "", databaseUrl = "", given = "{}"] = process.argv.slice(2);
const sites = JSON.parse(given) as Sites;
const [RUNS, STEPS, BEGUN_EVERY_MS] = [100, 20, 400];
/** As commands and agents take them, in small; the same in each measurement. */
const [SHORTEST_MS, LONGEST_MS] = [300, 6_000];
const [WORKFLOWS, SHORT, AT_ONCE, WARM] = [3_000, 5, 16, 100];

process.stdout.write(`${JSON.stringify(kind === "runs" ? await workRuns() : await workSteps())}\n`);

/** Runs that take their time, begun one after another; ends when both systems show their ends. */
async function workRuns() {
  const work: Agent = async ({ step }) => {
    await pause(durationOf(step.key));
    return { kind: "finished", output: { summary: `${step.title}: 12 tests passed, nothing left to do.` } };
  };
  const room = await openSyncRoom(databaseUrl, sites, work);
  const fromMs = nowMs();
  for (let i = 0; i < RUNS; i++) {
    await pause(Math.max(0, fromMs + i * BEGUN_EVERY_MS - nowMs()));
    await room.begin(randomUUID(), inOrder(STEPS, `r${i}`));
  }
  await until("all runs to be done", 250, async () => (await room.doneCount()) === RUNS);
  const workedMs = nowMs() - fromMs;
  await until("all to be written", 250, async () => (await room.behindCount()) === 0);
  const writtenMs = nowMs() - fromMs;
  await room.close();
  return {
    runs: RUNS,
    steps: STEPS,
    worked_s: rounded(workedMs / 1_000, 1),
    written_s: rounded(writtenMs / 1_000, 1),
  };
}

/** Short runs as quickly as the engine can, once whoever follows them looks at some. */
async function workSteps() {
  const room = await openSyncRoom(databaseUrl, sites, async () => ({
    kind: "finished",
    output: { summary: "done" },
  }));
  const plan = inOrder(SHORT, "s");
  const work = async (count: number, before: number) => {
    const ids = Array.from({ length: count }, () => randomUUID());
    await forEach(ids, AT_ONCE, (id) => room.begin(id, plan));
    await until(`${count} runs to be done`, 25, async () => (await room.doneCount()) >= before + count);
  };
  await work(WARM, 0);
  await until("runs to be looked at", 25, () => room.areLookedAt());
  const fromMs = nowMs();
  await work(WORKFLOWS, WARM);
  const steps_per_s = rounded((WORKFLOWS * SHORT * 1_000) / (nowMs() - fromMs), 0);
  await room.close();
  return { steps_per_s };
}

function inOrder(count: number, name: string): Plan {
  return Array.from({ length: count }, (_, i) =>
    PlannedStep.parse({
      ...{ key: `${name}-${i}`, title: `Do ${name} ${i}`, agent: { kind: "model", role: "analyst" } },
      after: i === 0 ? [] : [`${name}-${i - 1}`],
    }),
  );
}

/** Spread over all that is between, most of them short. */
function durationOf(key: string): number {
  let hash = 7;
  for (const char of key) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0;
  const share = (Math.imul(hash, 2_654_435_761) >>> 0) / 2 ** 32;
  return SHORTEST_MS + share ** 2 * (LONGEST_MS - SHORTEST_MS);
}
