import { startCallee } from "#test/support/callee.ts";
import { type AppRoom, withApp } from "./app-room.ts";
import { atBothSizes } from "./both-sizes.ts";
import { type Figures, forEach, latencies, nowMs, pause, rounded, until } from "./measure.ts";

const WARM = 20;
/** Settled one after the other, at a person's pace. */
const EACH = 200;
const BETWEEN_MS = 40;
/** Settled together, 16 in flight. */
const CROWD = 200;
const IN_FLIGHT = 16;

/**
 * From a person's answer (`respond` is sent) to the callback's arrival at another server, with a whole Countersign in a
 * process of its own: one after the other, then many at once. Issue 3 asks for a median under 50 ms.
 */
export function measureCallback(serverUrl: string): Promise<Figures> {
  const env = { CALLBACK_ALLOW_PRIVATE: "1" };
  return withApp(serverUrl, { database: "bench_callback", env }, async (room) => {
    const agent = await room.key({ scopes: ["ask"], owner: "U01ALICE", name: "asker" });
    const person = await room.key({ scopes: ["respond"], person: "U02BOB", name: "bob" });
    return atBothSizes(room, () => measure(room, agent, person));
  });
}

async function measure(room: AppRoom, agent: string, person: string): Promise<Figures> {
  const arrived = new Map<string, number>();
  let repeats = 0;
  const callee = await startCallee((response, { body, atMs }) => {
    const { request_id: id } = JSON.parse(body) as { readonly request_id: string };
    if (arrived.has(id)) repeats += 1;
    else arrived.set(id, atMs);
    response.end();
  });
  const settle = async (id: string) => {
    const sentMs = nowMs();
    await room.post(person, `/api/v1/requests/${id}/respond`, { decision: "approve" }, 200);
    return { id, sentMs, answeredMs: nowMs() };
  };
  try {
    for (const id of await asked(room, agent, callee.url, WARM)) await settle(id);
    const settled: Awaited<ReturnType<typeof settle>>[] = [];
    for (const id of await asked(room, agent, callee.url, EACH)) {
      await pause(Math.random() * 2 * BETWEEN_MS);
      settled.push(await settle(id));
    }
    await until("each one's callback", 5, () => arrived.size === WARM + EACH);
    const crowd = await asked(room, agent, callee.url, CROWD);
    const crowdMs = nowMs();
    await forEach(crowd, IN_FLIGHT, settle);
    await until("the crowd's callbacks", 2, () => arrived.size === WARM + EACH + CROWD);
    const since = (from: "sentMs" | "answeredMs") =>
      settled.map((one) => (arrived.get(one.id) ?? Number.POSITIVE_INFINITY) - one[from]);
    return {
      ...latencies("callback_ms", since("sentMs")),
      ...latencies("answered_to_callback_ms", since("answeredMs")),
      ...{ crowd_per_s: rounded((CROWD * 1_000) / (nowMs() - crowdMs), 0), repeats },
    };
  } finally {
    await callee.close();
  }
}

async function asked(room: AppRoom, agent: string, url: string, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  await forEach(Array.from({ length: count }, String), IN_FLIGHT, async () => {
    const body = { title: "May I tag v1.2.0?", callback_webhook: `${url}/resume` };
    const { id } = await room.post(agent, "/api/v1/requests", body, 201);
    ids.push(String(id));
  });
  await until("who follows requests has read these", 100, () => areRead(room));
  return ids;
}

/** People answer what was asked a while ago: nobody is still busy with the asking then. */
async function areRead({ sql }: AppRoom): Promise<boolean> {
  const behind = await sql`
    select from consultations q left join cursors c on c.stream_id = q.id and c.follower = 'callbacks'
    where q.state = 'open' and q.seq > coalesce(c.seq, 0) limit 1`;
  return behind.length === 0;
}
