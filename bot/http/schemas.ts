import { z } from "@hono/zod-openapi";

/** A moment on the wire: ISO 8601, UTC, with milliseconds. */
export const Moment = z.iso.datetime({ precision: 3 }).openapi({ example: "2026-11-21T10:30:00.000Z" });

/** What every refusal looks like (RFC 9457): `code` is for programs and stable, `detail` for people. */
export const Problem = z
  .looseObject({
    type: z.string().openapi({ example: "about:blank" }),
    status: z.int().openapi({ example: 422 }),
    title: z.string().optional(),
    code: z.string().openapi({ description: "Stable: rely on this word.", example: "bad_input" }),
    detail: z.string().openapi({ example: "title: Say in 1 to 255 characters what is asked." }),
    errors: z
      .array(z.object({ field: z.string(), detail: z.string() }))
      .optional()
      .openapi({
        description: "Every field that is wrong, by its path.",
        example: [{ field: "title", detail: "Say in 1 to 255 characters what is asked." }],
      }),
    ref: z.string().optional().openapi({ description: "Tell it to whoever runs this Countersign." }),
  })
  .openapi("Problem");

const MEANINGS = {
  400: "The body is not JSON.",
  401: "No key came with it, or none that holds.",
  403: "The caller may not do this.",
  404: "There is nothing there that this key reaches.",
  405: "This address does not know that method.",
  409: "It does not fit the state that things are in.",
  410: "It was there, and is not any more.",
  413: "The body is too large.",
  415: "The body is not declared as JSON.",
  422: "Something in it is wrong: `errors` names every field.",
  429: "Too much at once: try again after `Retry-After` seconds.",
  500: "Something broke on our side.",
  502: "Slack or another system outside failed.",
  503: "Countersign is starting, or stopping.",
} as const;

/** A status that a refusal can have. */
export type ProblemStatus = keyof typeof MEANINGS;

type ProblemResponse = {
  readonly description: string;
  readonly content: { readonly "application/problem+json": { readonly schema: typeof Problem } };
};

/**
 * For `responses` of `createRoute`: `...problems(404, 409)`. What the doors themselves answer (400, 401, 403, 405, 413,
 * 415, 429, 500, 502, 503) is added to every operation of the document and need not be said.
 */
export function problems<S extends ProblemStatus>(...statuses: readonly S[]) {
  const responses: { [status in ProblemStatus]?: ProblemResponse } = {};
  for (const status of statuses)
    responses[status] = {
      description: MEANINGS[status],
      content: { "application/problem+json": { schema: Problem } },
    };
  return responses as Readonly<Record<S, ProblemResponse>>;
}

/** A page of a list. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next_cursor: z
      .string()
      .nullable()
      .openapi({ description: "Send it as `cursor` for the next page; null on the last one." }),
  });

/** `?limit=&cursor=` of every list: spread it into the query's schema. */
export const paging = {
  limit: z.coerce
    .number()
    .int("Write a whole number from 1 to 100.")
    .min(1, "Write a whole number from 1 to 100.")
    .max(100, "Write a whole number from 1 to 100.")
    .default(50)
    .openapi({ description: "How many at most.", example: 50 }),
  cursor: z
    .string()
    .max(500, "This cursor is none of ours: begin without one.")
    .optional()
    .openapi({ description: "`next_cursor` of the page before." }),
} as const;

/** The body that a route takes. */
export const jsonBody = <T extends z.ZodType>(schema: T, required = true, example?: object) => ({
  content: { "application/json": { schema, ...(example && { example }) } },
  required,
});

/** A body that a route answers with. */
export const answered = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { "application/json": { schema } },
});

const SECONDS = "Write seconds, from 0 to 60.";

/** `?wait=` of a route that can wait: seconds. */
export const Wait = z.coerce.number(SECONDS).min(0, SECONDS).max(60, SECONDS);

/** The path's `{id}` where that is a UUID, or what none is found by. */
export const IdInPath = z.object({
  id: z
    .string()
    .openapi({ param: { name: "id", in: "path" }, example: "0198c0de-7f3a-8c22-9b1d-2f6e5a4c3b21" }),
});
