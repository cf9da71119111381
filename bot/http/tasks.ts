import { createRoute, z } from "@hono/zod-openapi";
import type { StepOutput } from "#engine/agent/agent.ts";
import { statusOf, TASK_STATUS } from "../outside/goals/goal-status.ts";
import { iso } from "../outside/wire.ts";
import type { Told } from "../outside/work/task-held.ts";
import { toTaskWire } from "../outside/work/task-wire.ts";
import type { Tasks } from "../outside/work/tasks.ts";
import { type ApiPart, createPart } from "./api.ts";
import { toOption } from "./request-body.ts";
import { answered, jsonBody, Moment, problems } from "./schemas.ts";
import {
  AskBody,
  ClaimBody,
  CompleteBody,
  FailBody,
  ProgressBody,
  TaskSchema,
  ToldSchema,
  toNote,
} from "./task-wire.ts";

const tags = ["Tasks"];
const LATE = "Where the attempt is not yours any more: 409 `stale_attempt`, with the reason. Scope: work.";
const Id = z.object({
  id: z.string().openapi({
    param: { name: "id", in: "path" },
    example: "0198c0de-7f3a-8c22-9b1d-2f6e5a4c3b21.review.1",
  }),
});

const claim = createRoute({
  ...{ method: "post", path: "/api/v1/tasks/claim", operationId: "claimTask", tags },
  summary: "Take the next task",
  description:
    "The most urgent first, then the oldest. A claim begins an attempt and its lease; nobody else gets it. Scope: work.",
  request: { body: jsonBody(ClaimBody) },
  responses: {
    200: answered("It is yours until its lease ends.", z.object({ task: TaskSchema })),
    204: { description: "There was nothing. Claim again." },
    ...problems(403, 404, 422),
  },
});

const progress = createRoute({
  ...{ method: "post", path: "/api/v1/tasks/{id}/progress", operationId: "reportProgress", tags },
  summary: "Give a sign of life, and tell people how far it is",
  description: `Renews the lease. The note stands in the goal's thread under the agent's name. ${LATE}`,
  request: { params: Id, body: jsonBody(ProgressBody) },
  responses: {
    200: answered("It is heard.", z.object({ lease_until: Moment })),
    ...problems(403, 404, 409, 422),
  },
});

const complete = createRoute({
  ...{ method: "post", path: "/api/v1/tasks/{id}/complete", operationId: "completeTask", tags },
  summary: "Hand in the result",
  description: LATE,
  request: { params: Id, body: jsonBody(CompleteBody) },
  responses: { 200: answered("The step is done.", ToldSchema), ...problems(403, 404, 409, 422) },
});

const fail = createRoute({
  ...{ method: "post", path: "/api/v1/tasks/{id}/fail", operationId: "failTask", tags },
  summary: "Say that it did not work",
  description: `It is offered again after a pause, three times; then people are asked how it goes on. ${LATE}`,
  request: { params: Id, body: jsonBody(FailBody) },
  responses: { 200: answered("It is heard.", ToldSchema), ...problems(403, 404, 409, 422) },
});

const ask = createRoute({
  ...{ method: "post", path: "/api/v1/tasks/{id}/ask", operationId: "askAboutTask", tags },
  summary: "Ask people, and let go of the task meanwhile",
  description: `Ends the attempt. When people have answered, the step is offered again; the claim brings \`answer\` and \`checkpoint\`. ${LATE}`,
  request: { params: Id, body: jsonBody(AskBody) },
  responses: {
    201: answered("It is asked.", z.object({ question_id: z.uuid() })),
    ...problems(403, 404, 409, 422),
  },
});

/** Work for agents outside: claim, report, hand in, ask. */
export function taskRoutes({ tasks }: { readonly tasks: Tasks }): ApiPart {
  const part = createPart();
  part.openapi(claim, async (c) => {
    const { agent, wait, lease_seconds: seconds } = c.req.valid("json");
    const leaseMs = seconds === undefined ? undefined : seconds * 1_000;
    const asked = { agent, waitMs: wait * 1_000, leaseMs, signal: c.req.raw.signal };
    const task = await tasks.claim(c.get("asking"), asked);
    return task ? c.json({ task: toTaskWire(task) }, 200) : c.body(null, 204);
  });
  part.openapi(progress, async (c) => {
    const note = toNote(c.req.valid("json"));
    const until = await tasks.progress(c.get("asking"), c.req.valid("param").id, note);
    return c.json({ lease_until: iso(until.getTime()) }, 200);
  });
  part.openapi(complete, async (c) => {
    const { id } = c.req.valid("param");
    const told = await tasks.complete(c.get("asking"), id, toStepOutput(c.req.valid("json")));
    return c.json(toTold(id, told), 200);
  });
  part.openapi(fail, async (c) => {
    const { id } = c.req.valid("param");
    const { reason, retry: again } = c.req.valid("json");
    return c.json(toTold(id, await tasks.fail(c.get("asking"), id, { reason, again })), 200);
  });
  part.openapi(ask, async (c) => {
    const { timeout_minutes: timeoutMinutes, options, checkpoint = null, ...asked } = c.req.valid("json");
    const question = { ...asked, timeoutMinutes, checkpoint, options: options.map(toOption) };
    const question_id = await tasks.ask(c.get("asking"), c.req.valid("param").id, question);
    return c.json({ question_id }, 201);
  });
  return part;
}

const toStepOutput = ({ summary, output, values }: z.output<typeof CompleteBody>): StepOutput => ({
  summary,
  ...(output === undefined ? {} : { text: output }),
  ...(values === undefined ? {} : { values }),
});

const toTold = (task_id: string, { run, step }: Told) => ({
  ...{ task_id, status: TASK_STATUS[step.status], run_status: statusOf(run) },
});
