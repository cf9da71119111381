import { createRoute, z } from "@hono/zod-openapi";
import { CloudEvent, EVENT_FORMATS, toCloudEvent } from "../outside/events/cloud-event.ts";
import type { PublishedEvents } from "../outside/events/published.ts";
import { type ApiPart, createPart } from "./api.ts";
import { Moment, pageOf, paging, problems } from "./schemas.ts";

const MOST_DATA_BYTES = 64 * 1024;
const MOST_METADATA_BYTES = 16 * 1024;
const tags = ["Events"];
const path = "/api/v1/events";

const object = (most: number, called: string) =>
  z
    .record(z.string(), z.unknown(), "Send an object.")
    .refine(
      (value) => Buffer.byteLength(JSON.stringify(value)) <= most,
      `${called} may have ${most / 1024} kB at most.`,
    );

const EventType = z
  .string("Write an event's name, such as code.approved.")
  .regex(
    /^[a-z][a-z0-9_-]{0,40}(\.[a-z0-9_-]{1,40}){1,5}$/,
    "Write an event's name in small letters with a dot, such as code.approved.",
  )
  .openapi({ example: "code.approved" });

const shortId = z
  .string("Write 1 to 255 characters.")
  .min(1, "Write 1 to 255 characters.")
  .max(255, "Write 255 characters at most.");

const OWN_ID = "Write 1 to 255 letters, digits and signs, without spaces.";

const Body = z
  .strictObject({
    event_id: z
      .string(OWN_ID)
      .regex(/^[\x21-\x7e]{1,255}$/, OWN_ID)
      .optional()
      .openapi({
        description: "Yours, if you give events ids: told again, it happens once.",
        example: "evt-42",
      }),
    event_type: EventType,
    timestamp: z.iso
      .datetime({ offset: true, error: "Write a moment such as 2026-01-15T10:30:00Z." })
      .optional()
      .openapi({
        description: "When it happened; now where nothing is said.",
        example: "2026-01-15T10:30:00Z",
      }),
    workflow_id: shortId
      .optional()
      .openapi({ description: "Made where none is given.", example: "wf-abc123" }),
    data: object(MOST_DATA_BYTES, "data").default({}),
    metadata: object(MOST_METADATA_BYTES, "metadata")
      .refine(
        ({ agent_id: name }) =>
          name === undefined || (typeof name === "string" && /^\S(?:.{0,98}\S)?$/.test(name)),
        { message: "Write the agent's name in 1 to 100 characters.", path: ["agent_id"] },
      )
      .refine(({ correlation_id: id }) => id === undefined || shortId.safeParse(id).success, {
        message: "Write 1 to 255 characters.",
        path: ["correlation_id"],
      })
      .default({})
      .openapi({ description: "agent_id (the key's name where none is given), correlation_id, and more." }),
  })
  .openapi("NewEvent");

const Wire = z
  .object({
    event_id: z.string().openapi({ example: "evt-0198c0de-7f3a-8c22-9b1d-2f6e5a4c3b21" }),
    ...{ event_type: z.string(), workflow_id: z.string(), timestamp: Moment },
    data: z.record(z.string(), z.unknown()),
    metadata: z.looseObject({ agent_id: z.string(), correlation_id: z.string() }),
  })
  .openapi("PublishedEvent");

const publish = createRoute({
  ...{ method: "post", path, operationId: "publishEvent", tags },
  summary: "Publish an event of your agent",
  description:
    "It is kept, and posted to whoever subscribes to it. What only Countersign tells (request.…, human.…, run.…) is refused. Scope: events.",
  request: { body: { content: { "application/json": { schema: Body } }, required: true } },
  responses: {
    201: { description: "As it is told.", content: { "application/json": { schema: Wire } } },
    ...problems(403, 409, 422, 502),
  },
});

const list = createRoute({
  ...{ method: "get", path, operationId: "listEvents", tags },
  summary: "List published events, newest first",
  description: "Those of the key's project, or of the workspace where it has none. Scope: events.",
  request: {
    query: z.strictObject({
      event_type: EventType.optional(),
      workflow_id: shortId.optional(),
      format: z
        .enum(EVENT_FORMATS, `Write ${EVENT_FORMATS.join(" or ")}.`)
        .default("countersign")
        .openapi({ description: "`cloudevents`: as CloudEvents 1.0." }),
      ...paging,
    }),
  },
  responses: {
    200: {
      description: "A page of them.",
      content: { "application/json": { schema: pageOf(z.union([Wire, CloudEvent])) } },
    },
    ...problems(403, 422),
  },
});

/** Events that agents publish (S0-50). */
export function eventRoutes({ events }: { readonly events: PublishedEvents }): ApiPart {
  const part = createPart();
  part.openapi(publish, async (c) => {
    const {
      event_id: eventId,
      event_type: eventType,
      workflow_id: workflowId,
      ...rest
    } = c.req.valid("json");
    const { timestamp, data, metadata } = rest;
    const happenedAt = timestamp === undefined ? undefined : new Date(timestamp);
    const event = { eventId, happenedAt, eventType, workflowId, data, metadata };
    const told = await events.publish(c.get("asking"), event);
    return c.json(Wire.parse(told), 201);
  });
  part.openapi(list, async (c) => {
    const { event_type: eventType, workflow_id: workflowId, format, ...page } = c.req.valid("query");
    const { items, next } = await events.list(c.get("asking"), { eventType, workflowId, ...page });
    const told = items.map((item) => Wire.parse(item));
    const shown = format === "cloudevents" ? told.map((one) => toCloudEvent(one, path)) : told;
    return c.json({ items: shown, next_cursor: next }, 200);
  });
  return part;
}
