import { Pool } from "undici";
import { type AppRoom, withApp } from "./app-room.ts";
import { atBothSizes } from "./both-sizes.ts";
import { type Figures, latencies, nowMs, pause, rounded, until } from "./measure.ts";

const AGENTS = 100;
const WARM = 30;
const TASKS = 200;
const PER_S = 10;

type Claimed = { readonly runId: string; readonly atMs: number };

/**
 * From a run's beginning to its task's arrival at one of 100 agents that wait (HTTP, long-poll), with a whole Countersign in
 * a process of its own; 10 runs a second. `task_to_claimed` begins at the run's own first fact, which is written in the
 * commit that makes the step ready; `asked_to_claimed` where the goal is sent. Issue 3 asks for a 99th percentile under 100 ms.
 */
export function measureClaim(serverUrl: string): Promise<Figures> {
  return withApp(serverUrl, { database: "bench_claim" }, async (room) => {
    const key = await room.key({ scopes: ["goals", "work"], owner: "U01ALICE", name: "scanners" });
    const names = Array.from({ length: AGENTS }, (_, i) => `scanner-${i}`);
    for (const name of names) await room.post(key, "/api/v1/agents", { name, capabilities: ["scan"] }, 201);
    return atBothSizes(room, () => measure(room, key, names));
  });
}

async function measure(room: AppRoom, key: string, names: readonly string[]): Promise<Figures> {
  const claimed: Claimed[] = [];
  const crew = openCrew(room.bot.url, key, names, (one) => claimed.push(one));
  try {
    await pause(1_000); // every claim has come in
    await begin(room, key, WARM);
    await until("the first tasks are claimed", 5, () => claimed.length >= WARM);
    claimed.length = 0;
    const fromMs = nowMs();
    const sentMs = await begin(room, key, TASKS);
    const tookMs = nowMs() - fromMs;
    await until("every task is claimed", 5, () => claimed.length >= TASKS);
    const at = new Map(claimed.map(({ runId, atMs }) => [runId, atMs]));
    if (claimed.length !== TASKS || at.size !== TASKS) throw new Error("A task was claimed twice.");
    const readyMs = await beginnings(room, [...at.keys()]);
    const after = (from: ReadonlyMap<string, number>) =>
      [...from].map(([runId, ms]) => (at.get(runId) ?? Number.POSITIVE_INFINITY) - ms);
    return {
      ...latencies("task_to_claimed_ms", after(readyMs)),
      ...latencies("asked_to_claimed_ms", after(sentMs)),
      tasks_per_s: rounded((TASKS * 1_000) / tookMs, 1),
    };
  } finally {
    await crew.close();
  }
}

/** Begins runs at a steady pace, however long each takes. Resolves to when each was sent, by its id. */
async function begin(room: AppRoom, key: string, count: number): Promise<ReadonlyMap<string, number>> {
  const sent = new Map<string, number>();
  const fromMs = nowMs();
  const all: Promise<unknown>[] = [];
  for (let i = 0; i < count; i++) {
    await pause(Math.max(0, fromMs + (i * 1_000) / PER_S - nowMs()));
    const sentMs = Date.now();
    all.push(room.beginRun(key).then((runId) => sent.set(runId, sentMs)));
  }
  await Promise.all(all);
  return sent;
}

/** The server's clock is ours. */
async function beginnings({ sql }: AppRoom, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await sql<{ id: string; at: string }[]>`
    select stream_id as id, at from facts where stream_id = any(${[...ids]}::uuid[]) and seq = 1`;
  return new Map(rows.map(({ id, at }) => [id, Number(at)]));
}

/** Agents that claim, hand in a result, and claim again, until they are sent home. */
function openCrew(url: string, key: string, names: readonly string[], hear: (one: Claimed) => void) {
  const pool = new Pool(url, { connections: names.length * 2, pipelining: 1 });
  const over = new AbortController();
  const post = async (path: string, body: object, signal?: AbortSignal) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const asked = {
      method: "POST",
      path,
      headers,
      body: JSON.stringify(body),
      ...(signal && { signal }),
    } as const;
    const { statusCode, body: answer } = await pool.request(asked);
    const text = await answer.text();
    if (statusCode >= 300) throw new Error(`POST ${path}: ${statusCode} ${text}`);
    return { statusCode, text, atMs: Date.now() };
  };

  async function work(agent: string): Promise<void> {
    while (!over.signal.aborted) {
      const { statusCode, text, atMs } = await post("/api/v1/tasks/claim", { agent, wait: 60 }, over.signal);
      if (statusCode !== 200) continue;
      const { task } = JSON.parse(text) as {
        readonly task: { readonly id: string; readonly run_id: string };
      };
      hear({ runId: task.run_id, atMs });
      await post(`/api/v1/tasks/${task.id}/complete`, { summary: "Nothing found" });
    }
  }

  const working = Promise.all(
    names.map((name) =>
      work(name).catch((error) => {
        if (!over.signal.aborted) throw error;
      }),
    ),
  );
  working.catch(() => undefined); // told by `close`
  return {
    async close(): Promise<void> {
      over.abort();
      await working.finally(() => pool.destroy());
    },
  };
}
