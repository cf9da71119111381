import { describe, expect, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { createWorking, makeHand } from "#test/support/e2e/outside-hand.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 60_000 });
const database = await testDatabase();
const { sql } = database;
const stage = useApiStage(database, { OPS_CHANNEL: "C02DEPLOYS", API_RATE_LIMIT: "100000" });
const working = createWorking(stage);

describe("a silent agent", () => {
  test("loses its task after its lease: operators hear of it, its late result is refused with the reason", async () => {
    const { hand, name, task } = await working();
    const step = String(task.title);
    await sql`update tasks set lease_until = now() where run_id = ${task.run_id}`;
    const second = await hand.claim(20);
    expect(second).toMatchObject({ run_id: task.run_id, attempt: 2 });
    const late = await hand.say(task, "complete", { summary: "At last" });
    expect(late).toMatchObject({ status: 409, body: { code: "stale_attempt" } });
    expect(late.body.detail).toContain(`${name} · agent gave no sign of life for 1 min.`);
    await stage().people.card(
      "C02DEPLOYS",
      new RegExp(`^✕ ${name} · agent fell silent: ${step}\n.*offered again`),
    );
    expect((await hand.say(second, "complete", { summary: "Done" })).body.run_status).toBe("completed");
  });

  test("that takes too long fails its attempt, and that is said", async () => {
    const { hand, name, task } = await working();
    const step = String(task.title);
    await sql`update tasks set lease_until = now(), deadline = now() where run_id = ${task.run_id}`;
    await stage().people.card("C02DEPLOYS", new RegExp(`^✕ ${name} · agent took longer than 5 min: ${step}`));
    expect((await hand.say(task, "progress", {})).body.detail).toContain(
      `it failed. ${name} · agent took longer than 5 min.`,
    );
    expect((await hand.claim(20)).attempt).toBe(2);
  });

  test("is told of once, and again only after it was heard of", async () => {
    const hand = await makeHand(stage(), { name: "sleeper" });
    const fallSilent = () =>
      sql`update outside_agents set heartbeat_at = now() - interval '70 s' where id = ${hand.id}`;
    const told = async () =>
      (await stage().people.cards("C02DEPLOYS")).filter(({ shown }) =>
        shown.startsWith("✕ sleeper · agent is silent"),
      );
    await fallSilent();
    await expect.poll(async () => (await told()).length).toBe(1);
    const look = (since: string) =>
      sql<{ silent: boolean }[]>`
        select silent_since is not null and silent_since > ${since}::timestamptz as silent from outside_agents where id = ${hand.id}`;
    await hand.call("POST", `/api/v1/agents/${hand.id}/heartbeat`, {});
    const since = new Date().toISOString();
    await fallSilent();
    await expect.poll(async () => (await look(since))[0]?.silent).toBe(true);
    await expect.poll(async () => (await told()).length).toBe(2);
  });
});
