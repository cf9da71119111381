import { createRoute, z } from "@hono/zod-openapi";
import {
  REQUEST_STATES,
  REQUEST_TYPES,
  type Requests,
  type RequestView,
} from "../outside/requests/request.ts";
import { type ApiPart, createPart } from "./api.ts";
import { CancelBody, CreateBody, fromCreateBody, RespondBody, RotateBody } from "./request-body.ts";
import {
  CreatedWire,
  RequestWire,
  RespondedWire,
  toCreatedWire,
  toRequestWire,
  toRespondedWire,
} from "./request-wire.ts";
import { answered, IdInPath, jsonBody, pageOf, paging, problems, Wait } from "./schemas.ts";

const tags = ["Requests"];

/** What the page at /docs sends: it appears in Slack, and calls nobody back. */
const EXAMPLE = {
  title: "May I tag v1.2.0?",
  description: "All 214 tests pass. Nobody has tried the upgrade from 1.0 yet.",
  context: {
    risk_assessment: { level: "medium", reasons: ["It changes how invoices are rounded."] },
    affected_systems: ["billing"],
  },
  metadata: { agent_id: "release-agent" },
};

const create = createRoute({
  ...{ method: "post", path: "/api/v1/requests", operationId: "createRequest", tags },
  summary: "Ask people",
  description:
    "The question appears in Slack at once. Its answer comes by `callback_webhook`, or by asking for it. Scope: ask.",
  request: { body: jsonBody(CreateBody, true, EXAMPLE) },
  responses: { 201: answered("It is asked.", CreatedWire), ...problems(403, 409, 422, 502) },
});

const one = createRoute({
  ...{ method: "get", path: "/api/v1/requests/{id}", operationId: "getRequest", tags },
  summary: "Look at a request, or wait for its answer",
  description:
    "With `wait` the answer comes when it is settled, or when the time is over. Scope: ask or respond.",
  request: {
    params: IdInPath,
    query: z.strictObject({
      wait: Wait.optional().openapi({
        type: "number",
        description: "How many seconds to wait for the answer.",
        example: 60,
      }),
    }),
    headers: z.object({ "if-none-match": z.string().optional() }),
  },
  responses: {
    200: {
      ...answered("As it stands, settled or not.", RequestWire),
      headers: z.object({ etag: z.string() }),
    },
    304: { description: "Nothing has changed since the `ETag` in `If-None-Match`." },
    ...problems(403, 404, 422),
  },
});

const list = createRoute({
  ...{ method: "get", path: "/api/v1/requests", operationId: "listRequests", tags },
  summary: "List requests, newest first",
  description: "Those of the key's project, or of the workspace where it has none. Scope: ask or respond.",
  request: {
    query: z.strictObject({
      state: z
        .string()
        .transform((text) => text.split(",").map((word) => word.trim()))
        .pipe(z.array(z.enum(REQUEST_STATES, `Write some of ${REQUEST_STATES.join(", ")}.`)))
        .optional()
        .openapi({
          type: "string",
          description: "One state, or several with commas.",
          example: "pending,notified",
        }),
      type: z.enum(REQUEST_TYPES, `Write one of ${REQUEST_TYPES.join(", ")}.`).optional(),
      workflow_id: z.string().max(255, "Write 255 characters at most.").optional(),
      ...paging,
    }),
  },
  responses: { 200: answered("A page of them.", pageOf(RequestWire)), ...problems(403, 422) },
});

const respond = createRoute({
  ...{ method: "post", path: "/api/v1/requests/{id}/respond", operationId: "respondToRequest", tags },
  summary: "Answer, as a person",
  description: "Needs a person's token (scope: respond). No agent's key can answer.",
  request: { params: IdInPath, body: jsonBody(RespondBody) },
  responses: { 200: answered("It is settled.", RespondedWire), ...problems(403, 404, 409, 422, 502) },
});

const cancel = createRoute({
  ...{ method: "post", path: "/api/v1/requests/{id}/cancel", operationId: "cancelRequest", tags },
  summary: "Take a request back",
  description: "Only who asked it may: its key, its owner, or a key of the same project. Scope: ask.",
  request: { params: IdInPath, body: jsonBody(CancelBody, false) },
  responses: { 200: answered("It is cancelled.", RequestWire), ...problems(403, 404, 409, 422) },
});

const rotate = createRoute({
  ...{
    method: "post",
    path: "/api/v1/requests/{id}/rotate-secret",
    operationId: "rotateCallbackSecret",
    tags,
  },
  summary: "Give its callback another secret",
  description: "The one before it signs too for a day. Scope: ask.",
  request: { params: IdInPath, body: jsonBody(RotateBody, false) },
  responses: {
    200: answered("The new secret, told here and never again.", z.object({ callback_secret: z.string() })),
    ...problems(403, 404, 409, 422),
  },
});

/** Consultation requests (S0-52…S0-54): ask people, look, answer as a person, take back. */
export function requestRoutes({ requests }: { readonly requests: Requests }): ApiPart {
  const part = createPart();
  part.openapi(create, async (c) => {
    const asked = fromCreateBody(c.req.valid("json"));
    const { request, callbackSecret } = await requests.create(c.get("asking"), asked);
    return c.json(toCreatedWire(request, callbackSecret), 201, {
      location: `/api/v1/requests/${request.id}`,
    });
  });
  part.openapi(list, async (c) => {
    const { state: states, workflow_id: workflowId, ...rest } = c.req.valid("query");
    const { items, next } = await requests.list(c.get("asking"), { ...rest, states, workflowId });
    return c.json({ items: items.map(toRequestWire), next_cursor: next }, 200);
  });
  part.openapi(one, async (c) => {
    const { wait = 0 } = c.req.valid("query");
    const waiting = wait > 0 ? { waitMs: wait * 1_000, signal: c.req.raw.signal } : undefined;
    const request = await requests.get(c.get("asking"), c.req.valid("param").id, waiting);
    const etag = etagOf(request);
    if (isKnown(c.req.valid("header")["if-none-match"], etag)) return c.body(null, 304, { etag });
    return c.json(toRequestWire(request), 200, { etag, "cache-control": "private, no-cache" });
  });
  part.openapi(respond, async (c) => {
    const request = await requests.respond(c.get("asking"), c.req.valid("param").id, c.req.valid("json"));
    return c.json(toRespondedWire(request), 200);
  });
  part.openapi(cancel, async (c) => {
    const { reason = "" } = c.req.valid("json");
    const request = await requests.cancel(c.get("asking"), c.req.valid("param").id, reason);
    return c.json(toRequestWire(request), 200);
  });
  part.openapi(rotate, async (c) => {
    const { callback_secret: own } = c.req.valid("json");
    const secret = await requests.rotateSecret(c.get("asking"), c.req.valid("param").id, own);
    return c.json({ callback_secret: secret }, 200);
  });
  return part;
}

/** All of a request that ever changes. */
function etagOf({ state, notifiedAt, callbackSentAt, completedAt }: RequestView): string {
  return `"${[state, notifiedAt, callbackSentAt, completedAt].map((part) => part ?? "-").join(".")}"`;
}

/** Whether the client has this already. A proxy may have weakened its tag. */
const isKnown = (header: string | undefined, etag: string): boolean =>
  (header ?? "").split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
