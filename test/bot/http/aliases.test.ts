import { describe, expect, test } from "vitest";
import { useApiGoals } from "#test/support/api-goals.ts";
import { useApiStage } from "#test/support/api-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

const stage = useApiStage(await testDatabase());
const goals = useApiGoals(stage);

/** Document 003, “High-Level Components”: `POST /goals {"goal": "Build auth system"}`. */
const ASKED = { goal: "Build auth system" };

describe("The short address of document 003", () => {
  test("takes a goal, shows it, lists it and stops it, as the canonical one does", async () => {
    const key = await goals.key();
    const headers = { "x-correlation-id": "corr-xyz" };
    const short = await stage().call("POST", "/goals?wait=plan", { key, body: ASKED, headers });
    expect(short.status).toBe(200);
    expect(short.body).toMatchObject({ status: "workflow_generated", estimated_tasks: expect.any(Number) });
    expect(short.headers.get("x-correlation-id")).toBe("corr-xyz");
    const path = `/goals/${short.body.goal_id}`;
    expect((await stage().call("GET", `/api/v1${path}`, { key })).body.goal_id).toBe(short.body.goal_id);
    expect((await stage().call("GET", path, { key })).body.goal).toBe("Build auth system");
    const { body: list } = await stage().call("GET", "/goals?limit=1", { key });
    expect(list.items[0].goal_id).toBe(short.body.goal_id);
    expect((await stage().call("POST", `${path}/cancel`, { key })).body.status).toBe("cancelled");
  });

  test("has the same doors", async () => {
    const refused = [
      await stage().call("POST", "/goals", { body: ASKED }),
      await stage().call("POST", "/goals", { key: await stage().key({ scopes: ["ask"] }), body: ASKED }),
      await stage().call("POST", "/goals", { key: await goals.key(), body: {} }),
      await stage().call("PATCH", "/goals", { key: await goals.key() }),
      await stage().call("GET", "/goals/nope/nope", { key: await goals.key() }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([401, 403, 422, 405, 404]);
    expect(refused[1]?.headers.get("ratelimit-limit")).not.toBeNull();
  });
});
