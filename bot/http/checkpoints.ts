import { createRoute, z } from "@hono/zod-openapi";
import type { CheckpointRow } from "#db/checkpoints.ts";
import type { Checkpoints } from "../outside/requests/checkpoints.ts";
import { type ApiPart, createPart } from "./api.ts";
import { Moment, problems } from "./schemas.ts";

const MOST_BYTES = 256 * 1024;
const TOO_LARGE = "State and history may have 256 kB together at most.";
const path = "/api/v1/checkpoints/{workflow_id}/{checkpoint_id}";
const tags = ["Checkpoints"];

const idOf = (name: string, example: string) =>
  z
    .string()
    .min(1)
    .max(255, "Write 255 characters at most.")
    .openapi({ param: { name, in: "path" }, example });
const Ids = z.object({
  workflow_id: idOf("workflow_id", "wf-abc123"),
  checkpoint_id: idOf("checkpoint_id", "cp-xyz789"),
});

const Data = z.unknown().refine((value) => value !== undefined && value !== null, "Send what is to be kept.");

const Body = z
  .strictObject({
    agent_id: z
      .string("Write 1 to 255 characters.")
      .min(1, "Write 1 to 255 characters.")
      .max(255, "Write 1 to 255 characters.")
      .optional(),
    state_data: Data.openapi({ description: "Whatever you need to go on: any JSON.", example: { step: 3 } }),
    event_history: z.unknown().optional().openapi({ description: "Any JSON." }),
    schema_version: z
      .int("Write a whole number from 1 on.")
      .min(1, "Write a whole number from 1 on.")
      .max(2_147_483_647, "Write a smaller number.")
      .default(1),
    expires_at: z.iso
      .datetime({ offset: true, error: "Write a moment as ISO 8601, such as 2026-12-31T00:00:00Z." })
      .optional()
      .openapi({ description: "30 days from now where nothing is said." }),
  })
  .refine(
    ({ state_data: state, event_history: history }) =>
      Buffer.byteLength(JSON.stringify([state, history])) <= MOST_BYTES,
    { message: TOO_LARGE, path: ["state_data"] },
  )
  .openapi("NewCheckpoint");

const Wire = z
  .object({
    ...{ workflow_id: z.string(), checkpoint_id: z.string(), agent_id: z.string() },
    ...{ state_data: z.unknown(), event_history: z.unknown(), schema_version: z.int() },
    ...{ created_at: Moment, updated_at: Moment },
    consumed_at: Moment.nullable().openapi({ description: "When somebody first went on from it." }),
    expires_at: Moment.nullable(),
  })
  .openapi("Checkpoint");

const answered = (description: string) => ({
  description,
  content: { "application/json": { schema: Wire } },
});

const put = createRoute({
  ...{ method: "put", path, operationId: "saveCheckpoint", tags },
  summary: "Keep what you need to go on",
  description: "Takes the place of what was kept under these ids. Scope: ask.",
  request: { params: Ids, body: { content: { "application/json": { schema: Body } }, required: true } },
  responses: {
    200: answered("It took the place of another."),
    201: answered("It is kept."),
    ...problems(403, 409, 422),
  },
});

const get = createRoute({
  ...{ method: "get", path, operationId: "getCheckpoint", tags },
  summary: "Read a checkpoint",
  description: "Scope: ask.",
  request: {
    params: Ids,
    query: z.strictObject({
      consume: z
        .enum(["true", "false"], "Write true or false.")
        .optional()
        .openapi({ description: "Marks that you go on from it." }),
    }),
  },
  responses: { 200: answered("As it was kept."), ...problems(403, 404, 422) },
});

const remove = createRoute({
  ...{ method: "delete", path, operationId: "consumeCheckpoint", tags },
  summary: "Be done with a checkpoint",
  description: "Marks it as used. It stays readable until it expires. Scope: ask.",
  request: { params: Ids },
  responses: { 200: answered("It is marked."), ...problems(403, 404, 422) },
});

/** Checkpoints of outside agents (S0-48, X15). */
export function checkpointRoutes({ checkpoints }: { readonly checkpoints: Checkpoints }): ApiPart {
  const part = createPart();
  part.openapi(put, async (c) => {
    const body = c.req.valid("json");
    const { isNew, ...row } = await checkpoints.save(c.get("asking"), idIn(c.req.valid("param")), {
      ...{ agentId: body.agent_id, stateData: body.state_data, eventHistory: body.event_history ?? null },
      schemaVersion: body.schema_version,
      expiresAt: body.expires_at === undefined ? undefined : new Date(body.expires_at),
    });
    return c.json(toWire(row), isNew ? 201 : 200);
  });
  part.openapi(get, async (c) => {
    const id = idIn(c.req.valid("param"));
    const isUsed = c.req.valid("query").consume === "true";
    const row = await (isUsed ? checkpoints.consume : checkpoints.get)(c.get("asking"), id);
    return c.json(toWire(row), 200);
  });
  part.openapi(remove, async (c) =>
    c.json(toWire(await checkpoints.consume(c.get("asking"), idIn(c.req.valid("param")))), 200),
  );
  return part;
}

const idIn = (param: z.output<typeof Ids>) => ({
  workflowId: param.workflow_id,
  checkpointId: param.checkpoint_id,
});

const toWire = (row: CheckpointRow): z.output<typeof Wire> => ({
  ...{ workflow_id: row.workflowId, checkpoint_id: row.checkpointId, agent_id: row.agentId },
  ...{ state_data: row.stateData, event_history: row.eventHistory, schema_version: row.schemaVersion },
  ...{ created_at: row.createdAt.toISOString(), updated_at: row.updatedAt.toISOString() },
  ...{ consumed_at: row.consumedAt?.toISOString() ?? null, expires_at: row.expiresAt?.toISOString() ?? null },
});
