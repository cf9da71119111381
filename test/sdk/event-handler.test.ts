import { expect, test } from "vitest";
import { DOCUMENTED_EVENTS } from "#bot/outside/events/event-names.ts";
import { CALLBACK_SECRET, signedCallback } from "#test/support/signed-callback.ts";
import { createEventHandler } from "../../sdk/src/event-handler.ts";
import { EVENT_NAMES, isDocumented, isEvent } from "../../sdk/src/events.ts";

const event = {
  ...{
    event_id: "evt-1",
    event_type: "code.approved",
    workflow_id: "wf-1",
    timestamp: "2026-11-21T10:30:00.000Z",
  },
  ...{ data: { approved_by: "U02BOB" }, metadata: { agent_id: "a", correlation_id: "c" } },
};

test("an event that is posted is heard once, a callback or nonsense not at all", async () => {
  const heard: string[] = [];
  const handle = createEventHandler({
    secret: CALLBACK_SECRET,
    hear: async ({ event_type }) => heard.push(event_type),
  });
  const post = async (init: RequestInit) => {
    const response = await handle(new Request("http://agent/events", init));
    return [response.status, ((await response.json()) as { status: string }).status];
  };
  const posted = signedCallback({ body: JSON.stringify(event) });
  expect(await post(posted)).toEqual([200, "processed"]);
  expect(await post(posted)).toEqual([200, "already processed"]);
  expect(await post(signedCallback())).toEqual([200, "ignored"]);
  for (const body of ["null", "[]", JSON.stringify({ ...event, data: null })])
    expect(await post(signedCallback({ body }))).toEqual([200, "ignored"]);
  expect(await post({ ...posted, body: JSON.stringify({ ...event, event_type: "code.rejected" }) })).toEqual([
    401,
    "refused",
  ]);
  expect(heard).toEqual(["code.approved"]);
});

test("the sdk knows every name that the server documents, and no other", () => {
  expect(new Set(EVENT_NAMES)).toEqual(new Set(DOCUMENTED_EVENTS));
  expect(isDocumented(event)).toBe(true);
  expect(isDocumented({ ...event, event_type: "toString" })).toBe(false);
  expect(isEvent(event, "code.approved")).toBe(true);
});
