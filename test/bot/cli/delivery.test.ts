import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { addDelivery } from "#db/deliveries.ts";
import { keepAttempt } from "#db/delivery-attempts.ts";
import { addEndpoint, switchOff } from "#db/endpoints.ts";
import { saveInstallation } from "#db/places.ts";
import { deleteSubscription } from "#db/subscriptions.ts";
import { countersign, countersignJson } from "#test/support/cli.ts";
import { testDatabase } from "#test/support/postgres.ts";

const { url, sql } = await testDatabase();
const home = mkdtempSync(join(tmpdir(), "countersign-deliveries-"));
const where = { home, env: { DATABASE_URL: url, COUNTERSIGN_SECRET: "a secret that only this test has" } };
const workspaceId = "T01LOCAL";
const SECRET_ADDRESS = "https://agents.example.com/resume?token=geheim";

let endpointId: string;

beforeAll(() => saveInstallation(sql, { workspaceId, name: "Local", botUserId: "UCSIGN01" }));
afterAll(() => rmSync(home, { recursive: true }));

beforeEach(async () => {
  for (const table of ["deliveries", "delivery_attempts", "endpoints"]) await sql`delete from ${sql(table)}`;
  endpointId = randomUUID();
  await addEndpoint(sql, {
    ...{ id: endpointId, workspaceId, kind: "subscription", keyId: null, projectId: null },
    ...{ url: SECRET_ADDRESS, secret: "v1.kept", events: ["*"], createdAt: new Date() },
  });
});

/** A delivery that was tried and refused. */
async function tried(status: number, id: string = randomUUID()): Promise<string> {
  const row = { id, workspaceId };
  await addDelivery(sql, {
    ...{ ...row, endpointId, streamId: null, event: "code.approved", body: '{"n":1}', traceparent: null },
  });
  await sql`update deliveries set held_by = ${id} where id = ${id}`;
  const error = status < 300 ? null : `It answered ${status}.`;
  const outcome = status < 300 ? ({ state: "delivered" } as const) : ({ state: "failed" } as const);
  const answer = "come\u001b[2Jback later";
  await keepAttempt(sql, id, row, { tookMs: 12, status, error, answer, wasSent: true }, outcome);
  return id;
}

describe("countersign delivery", () => {
  test("list says so where nothing was sent", async () => {
    expect((await countersign(where, "delivery", "list")).stdout).toBe("Nothing was sent yet.\n");
    expect(await countersignJson(where, "delivery", "list")).toEqual([]);
  });

  test("list shows each with what came of it last, and can be narrowed; an address's query stays hidden", async () => {
    const [taken, refused] = [await tried(200), await tried(503)];
    const { stdout } = await countersign(where, "delivery", "list");
    expect(stdout).toMatch(new RegExp(`${refused.slice(0, 8)}… +code\\.approved +failed +1 +https://agents`));
    expect(stdout).toMatch(/It answered 503\.$/m);
    expect(stdout).toContain("https://agents.example.com/resume?…");
    const json = await countersignJson(where, "delivery", "list", "--state", "delivered");
    expect(json).toMatchObject([{ id: taken, state: "delivered", last_status: 200, last_error: null }]);
    expect(await countersignJson(where, "delivery", "list", "--event", "other.one")).toEqual([]);
    expect(stdout + JSON.stringify(json)).not.toMatch(/geheim|v1\.kept/);
    const wrong = await countersign(where, "delivery", "list", "--state", "lost");
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/waiting, delivered, failed/)]);
  });

  test("show tells each try with its answer, harmless for a terminal, and what is sent", async () => {
    const id = await tried(503);
    const { stdout } = await countersign(where, "delivery", "show", id.slice(0, 8));
    expect(stdout).toMatch(/^code\.approved to https:\/\/agents\.example\.com\/resume\?… · failed$/m);
    expect(stdout).toMatch(/1 .* 12 ms +503 +It answered 503\. Answer: come/);
    expect(stdout).not.toContain("\u001b");
    expect(stdout).toContain('{"n":1}');
    expect(await countersignJson(where, "delivery", "show", id)).toMatchObject({
      ...{ id, body: '{"n":1}', tries: [{ number: 1, status: 503, took_ms: 12, error: "It answered 503." }] },
    });
  });

  test("replay sends it again by the whole schedule, under the same id", async () => {
    const id = await tried(503);
    const { code, stdout } = await countersign(where, "delivery", "replay", `${id.slice(0, 8)}…`);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^code\.approved is sent to https:\/\/agents/)]);
    const rows = await sql`select id, state, attempts, next_at <= now() as due from deliveries`;
    expect(rows).toEqual([{ id, state: "waiting", attempts: 0, due: true }]);
  });

  test("replay switches an address on again that was off, and says so", async () => {
    const id = await tried(410);
    await switchOff(sql, workspaceId, endpointId, "It answered 410 (gone).");
    expect((await countersign(where, "delivery", "list")).stdout).toMatch(
      /Its address is off: It answered 410/,
    );
    expect(await countersignJson(where, "delivery", "replay", id)).toEqual({
      ...{ id, replayed: true, was_off: "It answered 410 (gone)." },
    });
    expect(await sql`select disabled_at from endpoints`).toEqual([{ disabled_at: null }]);
  });

  test("replay refuses what belongs to a deleted subscription", async () => {
    const id = await tried(503);
    await deleteSubscription(sql, workspaceId, endpointId);
    const { code, stderr } = await countersign(where, "delivery", "replay", id);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/Its subscription was deleted/)]);
  });

  test("an id that there is not, or that several begin with, is told", async () => {
    const [one] = [
      await tried(503, "11111111-0000-4000-8000-000000000001"),
      await tried(503, "11111111-0000-4000-8000-000000000002"),
    ];
    for (const [name, why] of [
      ["22222222", /There is no such delivery: \.\/countersign delivery list/],
      ["x", /There is no such delivery/],
      [one.slice(0, 8), /Several deliveries begin with 11111111/],
    ] as const) {
      const { code, stderr } = await countersign(where, "delivery", "show", name);
      expect([code, stderr]).toEqual([1, expect.stringMatching(why)]);
    }
  });
});
