import type { AppRoom } from "./app-room.ts";
import { fillWithFinishedRuns } from "./finished-runs.ts";
import { type Figures, rounded } from "./measure.ts";
import { seedRequests } from "./request-history.ts";

const FEW = 100;
const MANY = 100_000;

/**
 * Measures with 100 finished runs and 100 settled requests in the tables, each called back, then with 100 000 of both. The
 * second's figures are called `after_100k_…`; `times_100k_…` says how much larger they are.
 */
export async function atBothSizes(room: AppRoom, measure: () => Promise<Figures>): Promise<Figures> {
  const runId = await finishRun(room);
  await fill(room, runId, FEW);
  const few = await measure();
  await fill(room, runId, MANY - FEW);
  const many = await measure();
  const after = Object.entries(many).map(([name, figure]) => [`after_100k_${name}`, figure]);
  const times = Object.entries(many).flatMap(([name, figure]) => {
    const before = few[name];
    return figure === null || !before ? [] : [[`times_100k_${name}`, rounded(figure / before, 2)]];
  });
  return { ...few, ...Object.fromEntries([...after, ...times]) };
}

async function fill({ sql }: AppRoom, runId: string, count: number): Promise<void> {
  await fillWithFinishedRuns(sql, runId, count);
  await seedRequests(sql, count);
  // Slack takes a post a second for each channel. What still waits for that would lie in the way of the next measurement alone.
  await sql`delete from messages where state = 'wanted'`;
  await sql`vacuum analyze`;
}

/** A run that went all its way, of which others are copied. */
async function finishRun({ key, post, beginRun }: AppRoom): Promise<string> {
  const secret = await key({ scopes: ["goals", "work"], owner: "U01ALICE", name: "finisher" });
  await post(secret, "/api/v1/agents", { name: "finisher", capabilities: ["scan"] }, 201);
  const runId = await beginRun(secret);
  const { task } = await post(secret, "/api/v1/tasks/claim", { agent: "finisher", wait: 30 }, 200);
  const { id } = task as { readonly id: string };
  const result = { summary: "Nothing found", output: "No secret, no key, no token in 42 files. ".repeat(20) };
  await post(secret, `/api/v1/tasks/${id}/complete`, result, 200);
  return runId;
}
