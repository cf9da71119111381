import { createRoute, z } from "@hono/zod-openapi";
import { type ApiPart, createPart } from "../http/api.ts";
import { answered, jsonBody, problems } from "../http/schemas.ts";
import type { Requests } from "../outside/requests/request.ts";
import { WrongFields } from "../outside/wrong-fields.ts";
import { createFunctionCalls } from "./function-calls.ts";
import { createHumanContacts } from "./human-contacts.ts";
import {
  CallId,
  FunctionCall,
  FunctionCallResponse,
  HumanContact,
  HumanContactResponse,
  NewFunctionCall,
  NewHumanContact,
} from "./wire.ts";

const tags = ["HumanLayer"];
const AT = "/humanlayer/v1";
const Id = z.object({ call_id: CallId.openapi({ param: { name: "call_id", in: "path" } }) });

const PERSON = "Needs a person's token (scope: respond). No agent's key can answer.";
const NO_MAIL =
  "Countersign sends no e-mail yet, so this is always refused, and says so. Scope: ask or respond.";

/** The routes of `@humanlayer/sdk`: agents that were written for it ask here instead, with another address and key. */
export function humanLayerRoutes(requests: Requests): ApiPart {
  const part = createPart();
  addFunctionCalls(part, requests);
  for (const name of ["contact_requests", "human_contacts"] as const) addHumanContacts(part, requests, name);
  return part;
}

function addFunctionCalls(part: ApiPart, requests: Requests): void {
  const calls = createFunctionCalls(requests);
  const add = createRoute({
    ...{ method: "post", path: `${AT}/function_calls`, operationId: "createFunctionCall", tags },
    summary: "Ask people to approve a function call",
    description: "The same call_id is asked once, however often it is sent. Scope: ask.",
    request: { body: jsonBody(NewFunctionCall) },
    responses: { 201: answered("It is asked.", FunctionCall), ...problems(403, 409, 422, 502) },
  });
  const get = createRoute({
    ...{ method: "get", path: `${AT}/function_calls/{call_id}`, operationId: "getFunctionCall", tags },
    summary: "Look at a function call",
    description: "Scope: ask or respond.",
    request: { params: Id },
    responses: { 200: answered("As it stands.", FunctionCall), ...problems(403, 404, 422) },
  });
  const respond = createRoute({
    ...{ method: "post", path: `${AT}/agent/function_calls/{call_id}/respond`, tags },
    ...{
      operationId: "respondToFunctionCall",
      summary: "Approve or reject, as a person",
      description: PERSON,
    },
    request: { params: Id, body: jsonBody(FunctionCallResponse) },
    responses: { 200: answered("It is settled.", FunctionCall), ...problems(403, 404, 409, 422, 502) },
  });
  part.openapi(add, async (c) => c.json(await calls.add(c.get("asking"), c.req.valid("json")), 201));
  part.openapi(get, async (c) => c.json(await calls.get(c.get("asking"), c.req.valid("param").call_id), 200));
  part.openapi(respond, async (c) => {
    const { call_id: id } = c.req.valid("param");
    return c.json(await calls.respond(c.get("asking"), id, c.req.valid("json")), 200);
  });
  part.openapi(escalation("function_calls", "escalateFunctionCall"), async (c) => {
    await calls.get(c.get("asking"), c.req.valid("param").call_id);
    return refuseMail();
  });
}

/** Their clients and their documents know these under two names. */
function addHumanContacts(
  part: ApiPart,
  requests: Requests,
  name: "contact_requests" | "human_contacts",
): void {
  const contacts = createHumanContacts(requests);
  const as = (id: string) => (name === "contact_requests" ? id : `${id}Too`);
  const add = createRoute({
    ...{ method: "post", path: `${AT}/${name}`, operationId: as("createHumanContact"), tags },
    summary: "Ask people something",
    description: "The same call_id is asked once, however often it is sent. Scope: ask.",
    request: { body: jsonBody(NewHumanContact) },
    responses: { 201: answered("It is asked.", HumanContact), ...problems(403, 409, 422, 502) },
  });
  const get = createRoute({
    ...{ method: "get", path: `${AT}/${name}/{call_id}`, operationId: as("getHumanContact"), tags },
    summary: "Look at a human contact",
    description: "410 where nobody answered in time: nobody will any more. Scope: ask or respond.",
    request: { params: Id },
    responses: { 200: answered("As it stands.", HumanContact), ...problems(403, 404, 410, 422) },
  });
  part.openapi(add, async (c) => c.json(await contacts.add(c.get("asking"), c.req.valid("json")), 201));
  part.openapi(get, async (c) => {
    const contact = await contacts.get(c.get("asking"), c.req.valid("param").call_id);
    return contact === null ? c.json(UNANSWERED, 410, PROBLEM_JSON) : c.json(contact, 200);
  });
  if (name === "contact_requests") return;
  const respond = createRoute({
    ...{ method: "post", path: `${AT}/agent/${name}/{call_id}/respond`, tags },
    ...{ operationId: "respondToHumanContact", summary: "Answer, as a person", description: PERSON },
    request: { params: Id, body: jsonBody(HumanContactResponse) },
    responses: { 200: answered("It is settled.", HumanContact), ...problems(403, 404, 409, 422, 502) },
  });
  part.openapi(respond, async (c) => {
    const { call_id: id } = c.req.valid("param");
    return c.json(await contacts.respond(c.get("asking"), id, c.req.valid("json")), 200);
  });
  part.openapi(escalation(name, "escalateHumanContact"), async (c) => {
    await contacts.get(c.get("asking"), c.req.valid("param").call_id);
    return refuseMail();
  });
}

const escalation = <N extends string>(name: N, operationId: string) =>
  createRoute({
    ...{ method: "post", path: `${AT}/agent/${name}/{call_id}/escalate_email`, operationId, tags },
    ...{ summary: "Escalate by e-mail", description: NO_MAIL },
    request: { params: Id },
    responses: problems(403, 404, 422),
  });

/** Nothing is escalated in silence: people are reminded in Slack by themselves, and other people are another call. */
function refuseMail(): never {
  const detail =
    "Countersign sends no e-mail yet, so nothing can be escalated by it. People are reminded in Slack at half of the time; to ask others, make another call with their channel_or_user_id.";
  throw new WrongFields([{ field: "channel.email", detail }]);
}

const PROBLEM_JSON = { "content-type": "application/problem+json" } as const;
const UNANSWERED = {
  ...{ type: "about:blank", status: 410, code: "unanswered" },
  detail: "Nobody answered this in time, or it was taken back: nobody will answer it any more. Ask again.",
};
