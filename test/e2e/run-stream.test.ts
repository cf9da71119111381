import { EventSource } from "eventsource";
import { describe, expect, it, vi } from "vitest";
import { namesOfRunFact } from "#bot/outside/events/event-names.ts";
import { storyOf } from "#db/story.ts";
import { useApiGoals } from "#test/support/api-goals.ts";
import { useApiStage } from "#test/support/api-stage.ts";
import { BOB, saveTeamWorkflow } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { openStream } from "#test/support/sse.ts";
import { guided, tellFacts } from "#test/support/tell-facts.ts";

vi.setConfig({ testTimeout: 60_000 });
const database = await testDatabase();
const stage = useApiStage(database);
const { key, begin, projectKey } = useApiGoals(stage);

const ASKS = {
  ...{ name: "asks", title: "Asks" },
  steps: [{ key: "ask", title: "Ask", agent: { kind: "person", asks: "approval", what: "Go on?" } }],
};

/** EventSource hears only names that it was told of: all that the story of `ship` can hold. */
const NAMES = [
  ...["run.requested", "plan.proposed", "workflow.started", "step.ready", "attempt.began", "step.progressed"],
  ...["task.completed", "human.input.requested", "human.input.received", "workflow.completed"],
];

/** A run that waits for a person, with the address of its stream. */
async function waitingRun() {
  await saveTeamWorkflow(stage().sql, ASKS);
  const mine = await key();
  const { body } = await begin(mine, { workflow: "asks" });
  const url = `${stage().app.url}/api/v1/runs/${body.run_id}/events`;
  await expect.poll(async () => (await open(url, mine, 0)).last?.event).toBe("human.input.requested");
  const seq = (await storyOf(stage().sql, "T01LOCAL", body.run_id)).length;
  return { mine, url, seq, runId: body.run_id as string, goalId: body.goal_id as string };
}

/** What of the stream is there already. */
async function open(url: string, mine: string, lastEventId: number) {
  const stream = await openStream(url, mine, { lastEventId });
  await expect.poll(() => stream.events.length).toBeGreaterThan(0);
  stream.leave();
  return { ids: stream.ids(), last: stream.events.at(-1) };
}

describe("a goal that an agent submits and follows", () => {
  it("stands in Slack, is approved there by a button, and ends; every fact of it comes once, in order", async () => {
    const { room, mine } = await projectKey("followed");
    const headers = { "x-correlation-id": "corr-5" };
    const { body } = await begin(mine, { workflow: "ship", parameters: { version: "1.2.3" } }, { headers });
    const url = `${stage().app.url}/api/v1/runs/${body.run_id}/events`;
    const told: { readonly id: string; readonly name: string; readonly envelope: Record<string, unknown> }[] =
      [];
    const source = new EventSource(url, {
      fetch: (address, init) =>
        fetch(address, { ...init, headers: { ...init.headers, authorization: `Bearer ${mine}` } }),
    });
    const ended = new Promise((resolve) => source.addEventListener("end", resolve));
    for (const name of NAMES)
      source.addEventListener(name, ({ lastEventId: id, data }) =>
        told.push({ id, name, envelope: JSON.parse(data) }),
      );

    const card = await room.card(/^Ship followed 1\.2\.3\n/);
    const question = await room.card(/^✋ Tag followed v1\.2\.3\?/, card);
    await room.presses(BOB, question, "Approve");
    await room.becomes(card, /\n✓ Done/);
    await ended;
    await expect.poll(() => source.readyState).toBe(source.CLOSED); // it came again, and was told that there is no more

    const story = await storyOf(stage().sql, "T01LOCAL", body.run_id);
    expect(told.map(({ id }) => Number(id))).toEqual(story.map(({ seq }) => seq));
    expect(told.map(({ name }) => name)).toEqual(story.map(({ fact }) => namesOfRunFact(fact)[0]));
    const names = told.map(({ name }) => name).filter((name) => /^(?:workflow|task|human)/.test(name));
    expect(names).toEqual([
      ...["workflow.started", "task.completed", "human.input.requested", "human.input.received"],
      ...["task.completed", "task.completed", "workflow.completed"],
    ]);
    for (const { id, name, envelope } of told)
      expect(envelope).toMatchObject({
        ...{ event_id: `evt-${body.run_id}-${id}`, event_type: name, workflow_id: body.run_id },
        metadata: { correlation_id: "corr-5" },
      });
    const received = told.find(({ name }) => name === "human.input.received");
    expect(received?.envelope).toMatchObject({
      data: { answer: { decision: "approve", responder_id: BOB } },
    });
  });
});

describe("where a stream begins", () => {
  it("at the first fact; after Last-Event-ID, by header or in the address; or now", async () => {
    const { mine, url, seq, runId } = await waitingRun();
    expect((await open(url, mine, 0)).ids).toEqual(Array.from({ length: seq }, (_, i) => i + 1));
    expect((await open(url, mine, 2)).ids).toEqual(Array.from({ length: seq - 2 }, (_, i) => i + 3));
    const [byAddress, now] = [
      await openStream(`${url}?last_event_id=3`, mine),
      await openStream(`${url}?from=now`, mine),
    ];
    const next = await tellFacts(stage().sql, runId, [guided(5)]);
    await expect.poll(() => [byAddress.ids().at(0), byAddress.ids().at(-1)]).toEqual([4, next]);
    await expect.poll(() => now.ids()).toEqual([next]);
    for (const stream of [byAddress, now]) stream.leave();
  });

  it("in CloudEvents for who asks for them, beside readers of the documented envelope", async () => {
    const { mine, url, seq, runId } = await waitingRun();
    const [plain, clouds] = [
      await openStream(url, mine),
      await openStream(`${url}?format=cloudevents`, mine),
    ];
    await tellFacts(stage().sql, runId, [guided(5)]);
    await expect.poll(() => [plain.ids().at(-1), clouds.ids().at(-1)]).toEqual([seq + 1, seq + 1]);
    for (const stream of [plain, clouds]) stream.leave();
    expect(clouds.ids()).toEqual(plain.ids());
    const [told, cloud] = [plain, clouds].map(({ events }) => JSON.parse(events.at(-1)?.data ?? ""));
    expect(told.event_type).toBe("run.guided");
    expect(cloud).toEqual({
      ...{ specversion: "1.0", id: told.event_id, source: `/api/v1/runs/${runId}`, type: "run.guided" },
      ...{ subject: runId, time: told.timestamp, datacontenttype: "application/json", data: told.data },
      correlationid: told.metadata.correlation_id,
    });
    const wrong = await stage().call("GET", `/api/v1/runs/${runId}/events?format=xml`, { key: mine });
    expect([wrong.status, wrong.body.errors[0].field]).toEqual([422, "format"]);
  });

  it("nowhere, at an id that is none of its", async () => {
    const { mine, url, seq, runId } = await waitingRun();
    const path = `/api/v1/runs/${runId}/events`;
    const refused = async (query: string, id?: string) =>
      (
        await stage().call("GET", `${path}${query}`, {
          key: mine,
          ...(id ? { headers: { "last-event-id": id } } : {}),
        })
      ).body.errors[0].field;
    expect(await refused("", "abc")).toBe("last-event-id");
    expect(await refused("", `${seq + 1}`)).toBe("last-event-id");
    expect(await refused("?last_event_id=-1")).toBe("last_event_id");
    expect(await refused("?from=yesterday")).toBe("from");
    expect((await openStream(url, mine, { lastEventId: seq })).status).toBe(200);
  });

  it("with nothing more, 204, after the last fact of a run that has ended", async () => {
    const { mine, url, runId, goalId } = await waitingRun();
    const stream = await openStream(url, mine);
    expect(stream.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(stream.headers.get("ratelimit-limit")).not.toBeNull();
    await stage().call("POST", `/api/v1/goals/${goalId}/cancel`, { key: mine });
    await stream.ended;
    const last = stream.ids().at(-1) ?? 0;
    expect(stream.events.slice(-2).map(({ event, id }) => [event, id])).toEqual([
      ["workflow.cancelled", String(last)],
      ["end", undefined],
    ]);
    expect(JSON.parse(stream.events.at(-1)?.data ?? "")).toEqual({ run_id: runId, last_event_id: last });
    expect((await openStream(url, mine, { lastEventId: last })).status).toBe(204);
    const whole = await openStream(url, mine);
    await whole.ended;
    expect(whole.ids()).toEqual(Array.from({ length: last }, (_, i) => i + 1));
  });
});

describe("a reader that is cut off again and again", () => {
  it("has every fact exactly once, whenever it was cut off", async () => {
    const { mine, url, seq, runId } = await waitingRun();
    const FACTS = 400;
    const got: number[] = [];
    let cuts = 0;
    const telling = (async () => {
      for (let i = 0; i < FACTS; i += 5) await tellFacts(stage().sql, runId, Array(5).fill(guided(200)));
    })();
    while (got.at(-1) !== seq + FACTS) {
      const most = 1 + Math.floor(Math.random() * 40);
      let left = most;
      let leave = (): void => {};
      const stream = await openStream(url, mine, {
        ...(got.length > 0 ? { lastEventId: got.at(-1) ?? 0 } : {}),
        seen({ id }) {
          if (left <= 0) return; // what came after the cut was not taken
          got.push(Number(id));
          left -= 1;
          if (left <= 0 || got.at(-1) === seq + FACTS) leave();
        },
      });
      leave = stream.leave;
      if (left <= 0) leave();
      await stream.ended;
      cuts += 1;
    }
    await telling;
    expect(got).toEqual(Array.from({ length: seq + FACTS }, (_, i) => i + 1));
    expect(cuts).toBeGreaterThan(8);
  });
});
