import { describe, expect, it, vi } from "vitest";
import { saveWorkflow } from "#db/places.ts";
import { GOALS, useApiGoals } from "#test/support/api-goals.ts";
import { useApiStage } from "#test/support/api-stage.ts";
import { BOB } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 60_000 });
const stage = useApiStage(await testDatabase());

const { key, begin, projectKey } = useApiGoals(stage);

describe("who may", () => {
  it("nobody without a key, nobody whose key lacks the scope, nobody's key", async () => {
    const codes = async (mine?: string) => {
      const { status, body } = await stage().call("POST", GOALS, {
        ...(mine ? { key: mine } : {}),
        body: { goal: "a" },
      });
      return [status, body.code];
    };
    expect(await codes()).toEqual([401, "unauthorized"]);
    expect(await codes(await key({ scopes: ["ask"] }))).toEqual([403, "not_allowed"]);
    expect(await codes(await stage().key({ scopes: ["goals"] }))).toEqual([403, "not_allowed"]);
    expect(await codes(await key({ owner: "U06FRED" }))).toEqual([403, "not_allowed"]);
    for (const path of [GOALS, `${GOALS}/g1`, "/api/v1/runs/x", "/api/v1/runs/x/events"])
      expect((await stage().call("GET", path, { key: await key({ scopes: ["ask"] }) })).status).toBe(403);
  });

  it("a key of a project reaches nothing of another, and a key of another workspace nothing at all", async () => {
    const { mine } = await projectKey("here");
    const { mine: theirs } = await projectKey("there");
    const { body } = await begin(mine, { goal: "Stay here" });
    const far = await key({ workspace: "T02OTHER" });
    for (const other of [theirs, far]) {
      for (const path of [
        `${GOALS}/${body.goal_id}`,
        `/api/v1/runs/${body.run_id}`,
        `/api/v1/runs/${body.run_id}/events`,
      ])
        expect((await stage().call("GET", path, { key: other })).body).toMatchObject({ code: "not_found" });
      const cancel = await stage().call("POST", `${GOALS}/${body.goal_id}/cancel`, { key: other, body: {} });
      expect([403, 404]).toContain(cancel.status);
      const { body: list } = await stage().call("GET", GOALS, { key: other });
      expect(list.items.map((one: { title: string }) => one.title)).not.toContain("Stay here");
    }
    const elsewhere = await begin(mine, { goal: "Go there", project: "there" });
    expect(elsewhere.body.errors[0].field).toBe("project");
    const [here, there] = [await projectKey("near"), await projectKey("off")];
    for (const { project } of [here, there])
      await saveWorkflow(stage().sql, "T01LOCAL", {
        ...{ name: `ship-${project.name}`, projectId: project.id, document: {} },
      });
    const { body: unknown } = await begin(here.mine, { workflow: "shipp" });
    expect(unknown.detail).toMatch(/no workflow “shipp” that this key reaches\. There are .*ship-near/);
    expect(unknown.detail).not.toContain("ship-off");
  });

  it("an agent's key changes only what its owner asked for, a person's token every goal, as in Slack", async () => {
    const { body } = await begin(await key());
    const bobs = await key({ owner: BOB });
    const cancel = (mine: string) =>
      stage().call("POST", `${GOALS}/${body.goal_id}/cancel`, { key: mine, body: { reason: "Not now" } });
    expect(await cancel(bobs)).toMatchObject({ status: 403, body: { code: "not_allowed" } });
    const done = await cancel(await stage().key({ scopes: ["goals"], person: BOB }));
    expect(done).toMatchObject({
      status: 200,
      body: { status: "cancelled", run: { reason: `Cancelled by ${BOB}: Not now` } },
    });
    expect(await cancel(bobs)).toMatchObject({ status: 403 });
    expect(await cancel(await key())).toMatchObject({ status: 409, body: { code: "wrong_state" } });
  });
});

describe("a goal that is there", () => {
  it("is done again with feedback, as a new run of the same goal, under the documented words", async () => {
    const mine = await key();
    const { body } = await begin(mine);
    const asked = { feedback: "Please add 2FA support", priority: "high" };
    const rework = (more: object = asked) =>
      stage().call("POST", `${GOALS}/${body.goal_id}/rework`, { key: mine, body: more });
    expect(await rework()).toMatchObject({ status: 409, body: { code: "wrong_state" } });
    expect((await rework({ priority: "high" })).body.errors[0].field).toBe("feedback");
    expect((await rework({ feedback: " " })).body.errors[0].field).toBe("feedback");
    await stage().call("POST", `${GOALS}/${body.goal_id}/cancel`, { key: mine });
    const again = await rework();
    expect(again).toMatchObject({
      status: 202,
      body: { status: "accepted", goal_id: body.goal_id, number: body.number },
    });
    expect(again.body.run_id).not.toBe(body.run_id);
    const { body: goal } = await stage().call("GET", `${GOALS}/${body.goal_id}`, { key: mine });
    expect(goal).toMatchObject({ feedback: asked.feedback, priority: "high", run_id: again.body.run_id });
  });

  it("is listed page by page, newest first, by status in our words and the documents', and by project", async () => {
    const { mine } = await projectKey("listed");
    const numbers: number[] = [];
    for (const goal of ["one", "two", "three"])
      numbers.push((await begin(mine, { goal }, { query: "?wait=plan" })).body.number);
    const list = async (query: string) =>
      (await stage().call("GET", `${GOALS}?${query}`, { key: mine })).body;
    const first = await list("limit=2");
    const second = await list(`limit=2&cursor=${first.next_cursor}`);
    const found = [...first.items, ...second.items].map((one: { number: number }) => one.number);
    expect(found).toEqual(numbers.toReversed());
    expect(second.next_cursor).toBeNull();
    await stage().call("POST", `${GOALS}/g${numbers[0]}/cancel`, { key: mine });
    const of = async (query: string) =>
      (await list(query)).items.map((one: { number: number }) => one.number);
    for (const words of ["cancelled", "canceled", "ended"])
      expect(await of(`status=${words}`)).toEqual([numbers[0]]);
    expect(await of("status=open")).toEqual(numbers.slice(1).toReversed());
    expect(await of("status=running,awaiting_human,in_progress,done")).toEqual(numbers.slice(1).toReversed());
    expect(await of("status=done")).toEqual([]);
    expect(await of("project=listed&status=ended")).toEqual([numbers[0]]);
    expect(await of("project=here")).toEqual([]);
    for (const [query, field] of [
      ["status=soon", "status"],
      ["limit=0", "limit"],
      ["cursor=abc", "cursor"],
    ] as const)
      expect((await list(query)).errors[0].field).toBe(field);
  });

  it("is not found under an id that is none", async () => {
    const mine = await key();
    for (const id of ["g99999", "nonsense", "0198c0de-7f3a-8c22-9b1d-2f6e5a4c3b21"])
      expect((await stage().call("GET", `${GOALS}/${id}`, { key: mine })).status).toBe(404);
    expect((await stage().call("GET", "/api/v1/runs/nonsense", { key: mine })).status).toBe(404);
  });

  it("says so when its run has ended, to whoever waits for it", async () => {
    const mine = await key();
    const { body } = await begin(mine);
    const waiting = stage().call("GET", `/api/v1/runs/${body.run_id}?wait=60`, { key: mine });
    await stage().call("POST", `${GOALS}/${body.goal_id}/cancel`, { key: mine });
    expect((await waiting).body).toMatchObject({
      status: "cancelled",
      ending: "Cancelled",
      goal_id: body.goal_id,
    });
    expect(
      (await stage().call("GET", `/api/v1/runs/${body.run_id}?wait=61`, { key: mine })).body.errors[0].field,
    ).toBe("wait");
  });
});
