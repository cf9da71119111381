import { createRoute, z } from "@hono/zod-openapi";
import type { OutsideGoals } from "../outside/goals/goal.ts";
import { GOAL_STATUSES, type GoalStatus, readStatus } from "../outside/goals/goal-status.ts";
import { type ApiPart, createPart } from "./api.ts";
import { CancelGoalBody, fromGoalBody, GoalBody, ReworkBody } from "./goal-body.ts";
import { Accepted, GoalInList, GoalWire, toAccepted, toGoalInList, toGoalWire } from "./goal-wire.ts";
import { answered, jsonBody, pageOf, paging, problems } from "./schemas.ts";

/** How long `?wait=plan` waits for a plan. */
const PLAN_WAIT_MS = 60_000;
const tags = ["Goals"];
const Id = z.object({
  id: z.string().openapi({
    param: { name: "id", in: "path" },
    description: "The goal's id, or its number as people in Slack say it: g14.",
    example: "0198c0de-7f3a-8c22-9b1d-2f6e5a4c3b21",
  }),
});

/** What the page at /docs sends: it needs neither a project nor a saved workflow. */
const EXAMPLE = {
  goal: "Build a login page",
  requirements: ["Unit tests"],
  constraints: { max_time: "2 hours", must_pass_tests: true },
  metadata: { agent_id: "release-agent" },
};

const create = createRoute({
  ...{ method: "post", path: "/api/v1/goals", operationId: "createGoal", tags },
  summary: "Say what should be done",
  description:
    "It is planned, worked on by agents, and approved by people in Slack, where its card appears at once. The goal belongs to the key's owner: they start a plan that must be started, and approve nothing of it that somebody else could. Scope: goals.",
  request: {
    query: z.strictObject({
      wait: z
        .enum(["plan"], "Write plan, or leave it out.")
        .optional()
        .openapi({ description: "Answer once there is a plan, or after a minute." }),
    }),
    body: jsonBody(GoalBody, true, EXAMPLE),
  },
  responses: {
    200: answered("It is planned (only with `wait=plan`).", Accepted),
    202: answered("It is accepted.", Accepted),
    ...problems(403, 404, 409, 422, 502),
  },
});

const list = createRoute({
  ...{ method: "get", path: "/api/v1/goals", operationId: "listGoals", tags },
  summary: "List goals, newest first",
  description: "Those of the key's project, or of the workspace where it has none. Scope: goals.",
  request: {
    query: z.strictObject({
      status: z
        .string()
        .transform(readStatuses)
        .optional()
        .openapi({
          type: "string",
          description: `One status, or several with commas: ${GOAL_STATUSES.join(", ")}; or open, ended. The documents' other words are taken too: in_progress, done, blocked…`,
          example: "running,awaiting_human",
        }),
      project: z.string().max(100, "Write 100 characters at most.").optional(),
      ...paging,
    }),
  },
  responses: { 200: answered("A page of them.", pageOf(GoalInList)), ...problems(403, 422) },
});

const one = createRoute({
  ...{ method: "get", path: "/api/v1/goals/{id}", operationId: "getGoal", tags },
  summary: "Look at a goal, with its latest run",
  description: "Scope: goals.",
  request: { params: Id },
  responses: { 200: answered("As it stands.", GoalWire), ...problems(403, 404) },
});

const rework = createRoute({
  ...{ method: "post", path: "/api/v1/goals/{id}/rework", operationId: "reworkGoal", tags },
  summary: "Have a goal done again, with feedback",
  description:
    "A new run of a goal whose last run has ended. An agent's key may for what its owner asked for; a person's token for every goal, as in Slack. Scope: goals.",
  request: { params: Id, body: jsonBody(ReworkBody) },
  responses: { 202: answered("Its new run.", Accepted), ...problems(403, 404, 409, 422, 502) },
});

const cancel = createRoute({
  ...{ method: "post", path: "/api/v1/goals/{id}/cancel", operationId: "cancelGoal", tags },
  summary: "Stop a goal for good",
  description:
    "An agent's key may stop what its owner asked for; a person's token every goal, as in Slack. Scope: goals.",
  request: { params: Id, body: jsonBody(CancelGoalBody, false) },
  responses: { 200: answered("It is cancelled.", GoalWire), ...problems(403, 404, 409, 422, 502) },
});

/** Goals (S3-07…S3-09, S3-43, S3-44): say what should be done, look, have it done again, stop it. */
export function goalRoutes({ goals }: { readonly goals: OutsideGoals }): ApiPart {
  const part = createPart();
  part.openapi(create, async (c) => {
    const asksForPlan = c.req.valid("query").wait === "plan";
    const wait = asksForPlan ? { waitMs: PLAN_WAIT_MS, signal: c.req.raw.signal } : undefined;
    const begun = await goals.submitGoal(c.get("asking"), fromGoalBody(c.req.valid("json")), wait);
    const answer = toAccepted(begun, asksForPlan);
    const location = `/api/v1/goals/${answer.goal_id}`;
    return c.json(answer, answer.status === "workflow_generated" ? 200 : 202, { location });
  });
  part.openapi(list, async (c) => {
    const { status: statuses = [], ...rest } = c.req.valid("query");
    const { items, next } = await goals.listGoals(c.get("asking"), { ...rest, statuses });
    return c.json({ items: items.map(toGoalInList), next_cursor: next }, 200);
  });
  part.openapi(one, async (c) => {
    const goal = await goals.getGoal(c.get("asking"), c.req.valid("param").id);
    return c.json(toGoalWire(goal), 200);
  });
  part.openapi(rework, async (c) => {
    const { id } = c.req.valid("param");
    return c.json(toAccepted(await goals.reworkGoal(c.get("asking"), id, c.req.valid("json")), false), 202);
  });
  part.openapi(cancel, async (c) => {
    const { reason = "" } = c.req.valid("json");
    return c.json(toGoalWire(await goals.cancelGoal(c.get("asking"), c.req.valid("param").id, reason)), 200);
  });
  return part;
}

function readStatuses(text: string, context: z.RefinementCtx): readonly GoalStatus[] {
  const read = text.split(",").map((word) => readStatus(word.trim().toLowerCase()));
  if (!read.includes(null)) return read.flatMap((statuses) => statuses ?? []);
  context.addIssue({ code: "custom", message: `Write some of ${GOAL_STATUSES.join(", ")}, open, ended.` });
  return z.NEVER;
}
