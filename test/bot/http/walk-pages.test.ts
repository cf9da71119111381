import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { ALICE } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { readOperations } from "#test/support/walk/operations.ts";
import { NOWHERE } from "#test/support/walk/scene.ts";

vi.setConfig({ testTimeout: 60_000 });
const database = await testDatabase();
const { sql } = database;
const stage = useApiStage(database, { API_RATE_LIMIT: "100000", CALLBACK_ALLOW_PRIVATE: "1" });

let key = "";
let hook = "";
beforeAll(async () => {
  key = await stage().key({ owner: ALICE });
  hook = await make("/webhooks", { url: `${NOWHERE}/all`, events: ["code.approved"] });
});

/** Resolves to the new one's id. */
async function make(path: string, body: object): Promise<string> {
  const { status, body: made } = await stage().call("POST", `/api/v1${path}`, { key, body });
  expect(status, JSON.stringify(made)).toBeLessThan(300);
  return idOf(made);
}
const idOf = (one: Readonly<Record<string, unknown>>): string =>
  String(one["event_id"] ?? one["goal_id"] ?? one["id"]);

const publish = () => make("/events", { event_type: "code.approved" });
/** Each list, and how one more comes into it. */
const LISTS: Readonly<Record<string, { readonly path: () => string; readonly add: () => Promise<string> }>> =
  {
    listRequests: { path: () => "/requests", add: () => make("/requests", { title: "May I?" }) },
    listGoals: { path: () => "/goals", add: () => make("/goals", { goal: "Count to three" }) },
    listAgents: {
      path: () => "/agents",
      add: () => make("/agents", { name: `agent ${randomUUID().slice(0, 8)}` }),
    },
    listWebhooks: {
      path: () => "/webhooks",
      add: () => make("/webhooks", { url: NOWHERE, events: ["task.*"] }),
    },
    listEvents: { path: () => "/events", add: publish },
    listWebhookDeliveries: { path: () => `/webhooks/${hook}/deliveries`, add: publish },
  };

type Page = { readonly ids: readonly string[]; readonly next: string | null };

async function read(path: string, cursor: string | null, limit = 2): Promise<Page> {
  const query = new URLSearchParams({ limit: String(limit), ...(cursor === null ? {} : { cursor }) });
  const { body } = await stage().call("GET", `/api/v1${path}${path.includes("?") ? "&" : "?"}${query}`, {
    key,
  });
  return { ids: body.items.map(idOf), next: body.next_cursor };
}

describe("Every list, page after page", () => {
  test("is known here", async () => {
    const operations = await readOperations(stage().app.url);
    const lists = operations.filter(({ parameters }) => parameters.some(({ name }) => name === "cursor"));
    expect(new Set(lists.map(({ id }) => id))).toEqual(new Set(Object.keys(LISTS)));
  });

  test.each(Object.entries(LISTS))(
    "%s has no gap and no repeat while more come",
    async (_, { path, add }) => {
      for (let n = 0; n < 5; n += 1) await add();
      await crowd(path());
      const { ids: before } = await read(path(), null, 100);

      const walked: string[] = [];
      let page = await read(path(), null);
      while (page.next !== null) {
        walked.push(...page.ids);
        await add();
        page = await read(path(), page.next);
      }
      walked.push(...page.ids);
      expect(walked.filter((id) => before.includes(id))).toEqual(before);
      expect(new Set(walked).size).toBe(walked.length);
    },
  );
});

/** Several in one moment, as a burst leaves them: the order must not hang on the moment alone. */
async function crowd(path: string): Promise<void> {
  await expect.poll(async () => (await read(path, null, 100)).ids.length).toBeGreaterThanOrEqual(5);
  await expect.poll(async () => (await read("/requests?state=pending", null)).ids).toEqual([]); // nobody writes them any more
  await sql`
    update consultations set opened_at = opened_at / 1000 * 1000,
      body = jsonb_set(body, '{openedAt}', to_jsonb(opened_at / 1000 * 1000))`;
  for (const table of ["published_events", "endpoints", "deliveries"])
    await sql`update ${sql(table)} set created_at = date_trunc('second', created_at)`;
}
