import { createRoute, z } from "@hono/zod-openapi";
import { readCursor, toCursor } from "../outside/pages.ts";
import type { OutsideAgents } from "../outside/work/agents.ts";
import { taskId } from "../outside/work/task-id.ts";
import type { Tasks } from "../outside/work/tasks.ts";
import { AgentBody, AgentWire, fromAgentBody, toAgentWire } from "./agent-wire.ts";
import { type ApiPart, createPart } from "./api.ts";
import { answered, pageOf, paging, problems } from "./schemas.ts";

const tags = ["Agents"];
const path = "/api/v1/agents";
const Id = z.object({
  id: z.string().openapi({
    param: { name: "id", in: "path" },
    description: "The agent's id or its name.",
    example: "scanner",
  }),
});
const Registered = AgentWire.extend({
  secret: z.string().optional().openapi({
    description: "Of its endpoint. Told here and never again; there only where it was made for you.",
  }),
}).openapi("RegisteredAgent");
const Alive = AgentWire.pick({ id: true, name: true, status: true, status_reason: true })
  .extend({ tasks: z.array(z.string()).openapi({ description: "The ids of the tasks that it holds." }) })
  .openapi("Heartbeat");

const register = createRoute({
  ...{ method: "post", path, operationId: "registerAgent", tags },
  summary: "Register an agent that takes work",
  description:
    "The key that registers a name speaks for it; registering again with it says anew what is true. Scope: work.",
  request: { body: { content: { "application/json": { schema: AgentBody } }, required: true } },
  responses: {
    200: answered("It was registered already, and is now as said here.", Registered),
    201: answered("It is registered.", Registered),
    ...problems(403, 409, 422, 502),
  },
});

const list = createRoute({
  ...{ method: "get", path, operationId: "listAgents", tags },
  summary: "List agents, by name",
  description: "Those of the key's project, or of the workspace where it has none. Scope: work.",
  request: { query: z.strictObject(paging) },
  responses: { 200: answered("A page of them.", pageOf(AgentWire)), ...problems(403, 422) },
});

const one = createRoute({
  ...{ method: "get", path: `${path}/{id}`, operationId: "getAgent", tags },
  summary: "Look at an agent",
  description: "Scope: work.",
  request: { params: Id },
  responses: { 200: answered("As it is now.", AgentWire), ...problems(403, 404) },
});

const heartbeat = createRoute({
  ...{ method: "post", path: `${path}/{id}/heartbeat`, operationId: "agentHeartbeat", tags },
  summary: "Say that it lives",
  description:
    "An agent that is silent for a minute is listed as silent, and operators are told. Claiming is a sign of life too. The leases of tasks need signs of their own (`progress`). Scope: work.",
  request: {
    params: Id,
    body: { content: { "application/json": { schema: z.strictObject({}) } }, required: false },
  },
  responses: { 200: answered("It is heard.", Alive), ...problems(403, 404, 422) },
});

const remove = createRoute({
  ...{ method: "delete", path: `${path}/{id}`, operationId: "removeAgent", tags },
  summary: "Sign an agent off",
  description: "What it holds goes back at once, and costs the steps no try. Scope: work.",
  request: { params: Id },
  responses: { 204: { description: "It is signed off." }, ...problems(403, 404) },
});

const ByName = z.tuple([z.string()]);

/** The registry of agents outside (S2-42…S2-44). */
export function agentRoutes({
  agents,
  tasks,
}: {
  readonly agents: OutsideAgents;
  readonly tasks: Pick<Tasks, "held" | "giveBackAll">;
}): ApiPart {
  const part = createPart();
  part.openapi(register, async (c) => {
    const { agent, isNew, secretShown } = await agents.register(
      c.get("asking"),
      fromAgentBody(c.req.valid("json")),
    );
    const wire = { ...toAgentWire(agent), ...(secretShown === null ? {} : { secret: secretShown }) };
    return isNew ? c.json(wire, 201, { location: `${path}/${agent.id}` }) : c.json(wire, 200);
  });
  part.openapi(list, async (c) => {
    const { limit, cursor } = c.req.valid("query");
    const [after = null] = cursor === undefined ? [] : readCursor("agents", cursor, ByName);
    const found = await agents.list(c.get("asking"), { after, most: limit + 1 });
    const items = found.slice(0, limit);
    const last = found.length > limit ? items.at(-1) : undefined;
    const next_cursor = last ? toCursor("agents", [last.sortKey]) : null;
    return c.json({ items: items.map(toAgentWire), next_cursor }, 200);
  });
  part.openapi(one, async (c) =>
    c.json(toAgentWire(await agents.get(c.get("asking"), c.req.valid("param").id)), 200),
  );
  part.openapi(heartbeat, async (c) => {
    const agent = await agents.heartbeat(c.get("asking"), c.req.valid("param").id);
    const { id, name, status, status_reason } = toAgentWire(agent);
    const held = (await tasks.held(agent)).map(taskId);
    return c.json({ id, name, status, status_reason, tasks: held }, 200);
  });
  part.openapi(remove, async (c) => {
    await tasks.giveBackAll(await agents.remove(c.get("asking"), c.req.valid("param").id));
    return c.body(null, 204);
  });
  return part;
}
