import { createRoute, z } from "@hono/zod-openapi";
import type { DeliveryRow } from "#db/delivery-list.ts";
import type { SubscriptionRow } from "#db/subscriptions.ts";
import type { Webhooks } from "../outside/events/webhooks.ts";
import { type ApiPart, createPart } from "./api.ts";
import { IdInPath, Moment, pageOf, paging, problems } from "./schemas.ts";

const tags = ["Webhooks"];
const json = <T extends z.ZodType>(schema: T) => ({ "application/json": { schema } });

const Secret = z
  .string("Write 16 to 255 characters.")
  .min(16, "Write 16 to 255 characters.")
  .max(255, "Write 255 characters at most.");

const Body = z
  .strictObject({
    url: z
      .string("Write a web address.")
      .min(1, "Write a web address.")
      .max(2_048, "Write 2048 characters at most.")
      .openapi({ example: "https://agents.example.com/events" }),
    events: z
      .array(z.string("Write an event's name."), "Name the events to hear of.")
      .min(1, 'Name an event at least; "*" is all of them.')
      .max(50, "Name fifty events at most.")
      .openapi({
        description:
          'Names such as "workflow.completed"; "task.*" for all that begin like this; "*" for all.',
        example: ["workflow.completed", "workflow.failed"],
      }),
    secret: Secret.optional().openapi({
      description: "Yours; made and answered once where none is given.",
    }),
  })
  .openapi("NewWebhook");

const shown = {
  ...{ id: z.uuid(), url: z.string(), events: z.array(z.string()), created_at: Moment },
  disabled_at: Moment.nullable().openapi({ description: "When it was switched off, as after a 410." }),
  disabled_reason: z.string().nullable(),
} as const;
const Wire = z.object(shown).openapi("Webhook");

const CreatedWire = z
  .object({
    ...shown,
    secret: z.string().optional().openapi({
      description: "What posts are signed with. Told here and never again; missing if it is yours.",
    }),
  })
  .openapi("CreatedWebhook");

const DeliveryWire = z
  .object({
    id: z.uuid().openapi({ description: "The post's webhook-id, the same whenever it is sent again." }),
    event: z.string(),
    state: z.enum(["waiting", "delivered", "failed"]),
    attempts: z.int(),
    last_status: z.int().nullable().openapi({ description: "What the address answered last." }),
    last_error: z.string().nullable(),
    created_at: Moment,
    next_attempt_at: Moment.nullable(),
    done_at: Moment.nullable(),
  })
  .openapi("Delivery");

const path = "/api/v1/webhooks";

const create = createRoute({
  ...{ method: "post", path, operationId: "createWebhook", tags },
  summary: "Have events sent to an address",
  description:
    "Each event from now on is posted there, in the documented envelope, signed (Standard Webhooks, and X-Webhook-Signature). Scope: events.",
  request: { body: { content: json(Body), required: true } },
  responses: { 201: { description: "From now on.", content: json(CreatedWire) }, ...problems(403, 409, 422) },
});

const list = createRoute({
  ...{ method: "get", path, operationId: "listWebhooks", tags },
  summary: "List subscriptions, newest first",
  description: "Those of the key's project, or of the workspace where it has none. Scope: events.",
  request: { query: z.strictObject(paging) },
  responses: { 200: { description: "A page of them.", content: json(pageOf(Wire)) }, ...problems(403, 422) },
});

const one = createRoute({
  ...{ method: "get", path: `${path}/{id}`, operationId: "getWebhook", tags },
  summary: "Look at a subscription",
  description: "Scope: events.",
  request: { params: IdInPath },
  responses: { 200: { description: "As it stands.", content: json(Wire) }, ...problems(403, 404) },
});

const remove = createRoute({
  ...{ method: "delete", path: `${path}/{id}`, operationId: "deleteWebhook", tags },
  summary: "Hear of no more events",
  description:
    "What waited for it is not sent either. Its own key, or one of the same project. Scope: events.",
  request: { params: IdInPath },
  responses: { 204: { description: "It is gone." }, ...problems(403, 404) },
});

const rotate = createRoute({
  ...{ method: "post", path: `${path}/{id}/rotate-secret`, operationId: "rotateWebhookSecret", tags },
  summary: "Give it another secret",
  description:
    "The one before it signs too for a day. Its own key, or one of the same project. Scope: events.",
  request: {
    params: IdInPath,
    body: { content: json(z.strictObject({ secret: Secret.optional() })), required: false },
  },
  responses: {
    200: {
      description: "The new secret, told here and never again.",
      content: json(z.object({ secret: z.string() })),
    },
    ...problems(403, 404, 409, 422),
  },
});

const deliveries = createRoute({
  ...{ method: "get", path: `${path}/{id}/deliveries`, operationId: "listWebhookDeliveries", tags },
  summary: "What was sent to it, newest first",
  description: "Scope: events.",
  request: { params: IdInPath, query: z.strictObject(paging) },
  responses: {
    200: { description: "A page of them.", content: json(pageOf(DeliveryWire)) },
    ...problems(403, 404, 422),
  },
});

/** Subscriptions to events (S0-59…S0-67). */
export function webhookRoutes({ webhooks }: { readonly webhooks: Webhooks }): ApiPart {
  const part = createPart();
  part.openapi(create, async (c) => {
    const { subscription, secret } = await webhooks.create(c.get("asking"), c.req.valid("json"));
    const location = `${path}/${subscription.id}`;
    return c.json({ ...toWire(subscription), ...(secret === null ? {} : { secret }) }, 201, { location });
  });
  part.openapi(list, async (c) => {
    const { items, next } = await webhooks.list(c.get("asking"), c.req.valid("query"));
    return c.json({ items: items.map(toWire), next_cursor: next }, 200);
  });
  part.openapi(one, async (c) =>
    c.json(toWire(await webhooks.get(c.get("asking"), c.req.valid("param").id)), 200),
  );
  part.openapi(remove, async (c) => {
    await webhooks.remove(c.get("asking"), c.req.valid("param").id);
    return c.body(null, 204);
  });
  part.openapi(rotate, async (c) => {
    const { secret: own } = c.req.valid("json") ?? {};
    return c.json(
      { secret: await webhooks.rotateSecret(c.get("asking"), c.req.valid("param").id, own) },
      200,
    );
  });
  part.openapi(deliveries, async (c) => {
    const { id } = c.req.valid("param");
    const { items, next } = await webhooks.deliveries(c.get("asking"), id, c.req.valid("query"));
    return c.json({ items: items.map(toDeliveryWire), next_cursor: next }, 200);
  });
  return part;
}

const toWire = (row: SubscriptionRow): z.output<typeof Wire> => ({
  ...{ id: row.id, url: row.url, events: [...row.events], created_at: row.createdAt.toISOString() },
  ...{ disabled_at: row.disabledAt?.toISOString() ?? null, disabled_reason: row.disabledReason },
});

const toDeliveryWire = (row: DeliveryRow): z.output<typeof DeliveryWire> => ({
  ...{ id: row.id, event: row.event, state: row.state, attempts: row.attempts },
  ...{ last_status: row.lastStatus, last_error: row.lastError, created_at: row.createdAt.toISOString() },
  ...{ next_attempt_at: row.nextAt?.toISOString() ?? null, done_at: row.doneAt?.toISOString() ?? null },
});
