import type { ServerResponse } from "node:http";
import { createRoute, z } from "@hono/zod-openapi";
import { Refusal } from "#engine/errors.ts";
import { hasEnded, type Run } from "#engine/run/run.ts";
import { EVENT_FORMATS } from "../outside/events/cloud-event.ts";
import { toEnvelopeRun } from "../outside/events/envelope.ts";
import type { OutsideGoals } from "../outside/goals/goal.ts";
import type { Streams } from "../outside/streams/streams.ts";
import { type ApiPart, createPart } from "./api.ts";
import { RunWire, toRunWire } from "./run-wire.ts";
import { IdInPath, problems, Wait } from "./schemas.ts";

const tags = ["Runs"];

const one = createRoute({
  ...{ method: "get", path: "/api/v1/runs/{id}", operationId: "getRun", tags },
  summary: "Look at a run, or wait for its end",
  description: "With `wait` the answer comes when the run has ended, or when the time is over. Scope: goals.",
  request: {
    params: IdInPath,
    query: z.strictObject({
      wait: Wait.default(0).openapi({
        type: "number",
        description: "How many seconds to wait for its end.",
        example: 60,
      }),
    }),
  },
  responses: {
    200: { description: "As it stands.", content: { "application/json": { schema: RunWire } } },
    ...problems(403, 404, 422),
  },
});

const EventId = z
  .string()
  .regex(/^\d{1,9}$/, "Write the id of the last event that you have: a whole number.")
  .transform(Number);

const events = createRoute({
  ...{ method: "get", path: "/api/v1/runs/{id}/events", operationId: "followRun", tags },
  summary: "Follow a run (server-sent events)",
  description: [
    "Every fact of the run, from the first on, then as they happen. `id:` is the fact's number (1, 2, 3… without a gap), `event:` its name, `data:` the documented envelope. Its questions come as `human.input.requested` and `human.input.received`.",
    "After the last fact comes an event `end` without an id, and the stream ends. Whoever comes again with the last fact's number gets 204: EventSource stops then.",
    "A comment comes every 15 s. A reader who takes nothing for 15 s is dropped: the last event is `error`, its data a problem with `code: slow_reader`. Scope: goals.",
  ].join("\n\n"),
  request: {
    params: IdInPath,
    headers: z.object({ "last-event-id": EventId.optional() }),
    query: z.strictObject({
      last_event_id: EventId.optional().openapi({
        type: "string",
        description: "The same as the header Last-Event-ID, which wins: go on after this one.",
      }),
      from: z
        .enum(["start", "now"], "Write start or now.")
        .default("start")
        .openapi({ description: "Where to begin without Last-Event-ID." }),
      format: z
        .enum(EVENT_FORMATS, `Write ${EVENT_FORMATS.join(" or ")}.`)
        .default("countersign")
        .openapi({ description: "`cloudevents`: each `data:` is a CloudEvent 1.0." }),
    }),
  },
  responses: {
    200: {
      description: "The events.",
      content: {
        "text/event-stream": {
          schema: z.string().openapi({ example: "id: 1\nevent: run.requested\ndata: {}\n\n" }),
        },
      },
    },
    204: { description: "The run has ended, and there is nothing after that event." },
    ...problems(403, 404, 422),
  },
});

/** Runs, and the streams that follow them. */
export function runRoutes({
  goals,
  streams,
}: {
  readonly goals: OutsideGoals;
  readonly streams: Streams;
}): ApiPart {
  const part = createPart();
  part.openapi(one, async (c) => {
    const { wait } = c.req.valid("query");
    const waiting = wait > 0 ? { waitMs: wait * 1_000, signal: c.req.raw.signal } : undefined;
    return c.json(toRunWire(await goals.getRun(c.get("asking"), c.req.valid("param").id, waiting)), 200);
  });
  part.openapi(events, async (c) => {
    const run = await goals.getRun(c.get("asking"), c.req.valid("param").id);
    const { format } = c.req.valid("query");
    const after = placeIn(run, c.req.valid("header")["last-event-id"], c.req.valid("query"));
    if (after === run.seq && hasEnded(run)) return c.body(null, 204);
    const followed = { ...toEnvelopeRun(run), workspaceId: run.workspaceId, seq: run.seq, format };
    const { outgoing } = c.env as { readonly outgoing?: ServerResponse };
    return c.body(
      streams.open(followed, after, () => outgoing?.destroy()),
      200,
      {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
      },
    );
  });
  return part;
}

/** The fact after which the reader wants to go on. */
function placeIn(
  run: Run,
  header: number | undefined,
  {
    last_event_id: asked,
    from,
  }: { readonly last_event_id?: number | undefined; readonly from: "start" | "now" },
): number {
  const after = header ?? asked ?? (from === "now" ? run.seq : 0);
  if (after <= run.seq) return after;
  throw new Refusal(
    "bad_input",
    `This run has told only ${run.seq} events so far: ${after} is none of its.`,
    {
      field: header === undefined ? "last_event_id" : "last-event-id",
    },
  );
}
