import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { Problem, type ProblemStatus, problems } from "./schemas.ts";

/** What the doors and the server may answer to any call. */
const ALWAYS = [401, 403, 422, 429, 500, 502, 503] as const satisfies readonly ProblemStatus[];
/** What they may answer, too, to a call with a body. */
const WITH_BODY = [400, 413, 415] as const satisfies readonly ProblemStatus[];
/** Two at once under one `Idempotency-Key`. */
const POSTED = [409] as const satisfies readonly ProblemStatus[];

const TAGS = {
  Requests: "Ask people in Slack, wait for their answer, or have it sent to you.",
  Checkpoints: "What an agent leaves behind, to go on from when it has its answer.",
  Goals: "Hand over a goal: agents plan and work, people approve.",
  Runs: "Follow a goal's run, live.",
  Agents: "Register an agent of yours that takes work.",
  Tasks: "Take steps of runs, report, finish them, ask about them.",
  Webhooks: "Have events sent to you, signed.",
  Events: "Publish events of your own agents.",
  HumanLayer: "The same requests in HumanLayer's words, for programs written for it.",
} as const;

const DESCRIPTION = `Any agent, in any language, can ask a person, take a step of a run, start a goal and watch it.

Send your key with every call: \`Authorization: Bearer cs_…\`. Whoever runs this Countersign makes keys with \`./countersign key create\`.

- **Errors** are problem+json: rely on \`code\`, show \`detail\`; \`errors\` names every field that is wrong.
- **Limits**: every answer says in \`RateLimit-Limit\`, \`RateLimit-Remaining\` and \`RateLimit-Reset\` (seconds) what your key may still do; 429 says in \`Retry-After\` when to come back. They are counted in each process of the server.
- **Repeats**: send an \`Idempotency-Key\` with a POST, and it is done once; a repeat within 24 hours has the same answer, with \`Idempotency-Replayed: true\`.
- **Lists** come in pages: send \`next_cursor\` back as \`cursor\`.
- **Traces**: \`traceparent\` and \`X-Correlation-Id\` go through to callbacks.
- **Moments** are ISO 8601 in UTC.

Programs that speak MCP find the same at \`/mcp\`.`;

type Json = { [name: string]: unknown };
const Document = z.looseObject({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.looseObject({ responses: z.record(z.string(), z.unknown()) })),
  ),
  components: z.looseObject({}),
  tags: z.array(z.looseObject({ name: z.string() })),
});

/** The description of the whole API (OpenAPI 3.1), made of the schemas that its routes themselves use. */
export type OpenApiDocument = z.infer<typeof Document>;

type Routes = Pick<OpenAPIHono, "openAPIRegistry" | "getOpenAPI31Document">;

/** Describes what these routes answer, and what the doors before them do. `url`: where the API is reached. */
export function describeApi(api: Routes, url: string): OpenApiDocument {
  const { openAPIRegistry: registry } = api;
  registry.register("Problem", Problem);
  registry.registerComponent("securitySchemes", "key", {
    ...{ type: "http", scheme: "bearer", bearerFormat: "cs_…" },
    description: "A key that ./countersign key create made.",
  });
  const document = Document.parse(
    api.getOpenAPI31Document({
      openapi: "3.1.0",
      info: { title: "Countersign", version: "1.0.0", description: DESCRIPTION },
      servers: [{ url }],
      security: [{ key: [] }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    }),
  );
  for (const path of Object.values(document.paths))
    for (const [method, operation] of Object.entries(path)) complete(method, operation);
  document.components["responses"] = responsesOf([...ALWAYS, ...WITH_BODY, ...POSTED]);
  const used = new Set(
    Object.values(document.paths).flatMap((path) => Object.values(path).flatMap(({ tags }) => tags ?? [])),
  );
  return { ...document, tags: document.tags.filter(({ name }) => used.has(name)) };
}

/** Adds what is true of every operation. */
function complete(method: string, operation: Json & { responses: Json }): void {
  const statuses = [
    ...ALWAYS,
    ...(operation["requestBody"] ? WITH_BODY : []),
    ...(method === "post" ? POSTED : []),
  ];
  for (const status of statuses)
    operation.responses[status] ??= { $ref: `#/components/responses/Problem${status}` };
  if (method !== "post") return;
  const known = z.array(z.unknown()).default([]).parse(operation["parameters"]);
  operation["parameters"] = [...known, IDEMPOTENCY_KEY];
}

const IDEMPOTENCY_KEY = {
  ...{ in: "header", name: "Idempotency-Key", required: false },
  description: "Your name for this call: what is sent twice under it is done once.",
  schema: { type: "string", minLength: 1, maxLength: 255 },
  example: "tag-v1.2.0",
};

function responsesOf(statuses: readonly ProblemStatus[]): Json {
  const schema = { $ref: "#/components/schemas/Problem" };
  const all = problems(...statuses);
  return Object.fromEntries(
    statuses.map((status) => [
      `Problem${status}`,
      {
        description: all[status].description,
        ...(status === 429 ? { headers: { "Retry-After": RETRY_AFTER } } : {}),
        content: { "application/problem+json": { schema } },
      },
    ]),
  );
}

const RETRY_AFTER = { description: "Seconds.", schema: { type: "integer" } };
