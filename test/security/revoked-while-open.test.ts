import { describe, expect, test, vi } from "vitest";
import { createOpenCalls } from "#bot/http/open-calls.ts";
import { listKeys, revokeKey } from "#db/keys.ts";
import { useApiGoals } from "#test/support/api-goals.ts";
import { useApiStage } from "#test/support/api-stage.ts";
import { saveTeamWorkflow } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { openStream } from "#test/support/sse.ts";

vi.setConfig({ testTimeout: 60_000 });
const stage = useApiStage(await testDatabase());
const { begin } = useApiGoals(stage);

/** Ends when a person answers, so never. */
const WAITS = {
  ...{ name: "waits", title: "Waits" },
  steps: [{ key: "ask", title: "Ask", agent: { kind: "person", asks: "approval", what: "Go on?" } }],
};

async function revoke(named: string): Promise<void> {
  const [key] = (await listKeys(stage().sql, "T01LOCAL")).filter(({ name }) => name === named);
  expect(await revokeKey(stage().sql, "T01LOCAL", String(key?.id))).toBe(key?.id);
}

/** A run that goes on, and its stream with a key of that name. */
async function following(name: string, expiresAt?: Date) {
  await saveTeamWorkflow(stage().sql, WAITS);
  const owner = await stage().key({ scopes: ["goals"], owner: "U01ALICE" });
  const { body } = await begin(owner, { workflow: "waits" });
  const key = await stage().key({ scopes: ["goals"], name, ...(expiresAt && { expiresAt }) });
  const stream = await openStream(`${stage().app.url}/api/v1/runs/${body.run_id}/events`, key);
  await expect.poll(() => stream.events.length).toBeGreaterThan(3);
  return stream;
}

/** "cut" where the connection was broken off, else the status. */
const outcomeOf = (call: Promise<Response>): Promise<number | "cut"> =>
  call.then(
    ({ status }) => status,
    () => "cut" as const,
  );

describe("Whose key is taken back hears no more, also of what was asked before", () => {
  test("neither in the stream of a run", async () => {
    const stream = await following("followed with");
    await revoke("followed with");
    await expect(stream.ended).rejects.toThrow();
  });

  test("nor as the answer to a question, nor as a task", async () => {
    const key = await stage().key({ scopes: ["ask", "work"], name: "waited with" });
    const { body } = await stage().call("POST", "/api/v1/requests", { key, body: { title: "May I?" } });
    await stage().call("POST", "/api/v1/agents", { key, body: { name: "patient", capabilities: ["x"] } });
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const claim = { method: "POST", headers, body: JSON.stringify({ agent: "patient", wait: 30 }) };
    const before = performance.now();
    const waiting = [
      fetch(`${stage().app.url}/api/v1/requests/${body.id}?wait=30`, { headers }),
      fetch(`${stage().app.url}/api/v1/tasks/claim`, claim),
    ].map(outcomeOf);
    await expect
      .poll(
        () =>
          stage()
            .sql`select 1 from outside_agents where name = 'patient' and heartbeat_at > now() - interval '1 s'`,
      )
      .toHaveLength(1);
    await revoke("waited with");
    expect(await Promise.all(waiting)).toEqual(["cut", "cut"]);
    expect(performance.now() - before).toBeLessThan(20_000);
  });

  test("nor does one whose key has expired meanwhile", async () => {
    const stream = await following("short-lived", new Date(stage().clock.now() + 600_000));
    stage().clock.advance(601_000);
    await expect(stream.ended).rejects.toThrow();
  });
});

describe("Calls of one key that are open at the same time", () => {
  test("are limited, each key for itself, and one that ends makes room", () => {
    const calls = createOpenCalls({ mostOfKey: 2 });
    const call = (id: string) => calls.enter(id, () => undefined);
    const [first] = [call("a"), call("a")];
    expect(call("a")).toBeNull();
    expect(call("b")).not.toBeNull();
    first?.();
    first?.();
    expect(call("a")).not.toBeNull();
    expect(call("a")).toBeNull();
  });
});
