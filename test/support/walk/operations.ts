import { z } from "zod";

/** A schema of the document, with what it refers to put in its place. */
export type Schema = Readonly<Record<string, unknown>>;

/** One way to call the API, as `/openapi.json` tells of it. */
export type Operation = {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly description: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema: Schema;
  }[];
  readonly body: { readonly schema: Schema; readonly isRequired: boolean } | null;
  /** The statuses that its own route tells of; what the doors answer is everybody's. */
  readonly statuses: readonly number[];
};

const Json = z.record(z.string(), z.unknown());
const Told = z.object({
  operationId: z.string(),
  description: z.string().default(""),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), schema: Json })).default([]),
  requestBody: z
    .object({
      required: z.boolean().default(false),
      content: z.object({ "application/json": z.object({ schema: Json }) }),
    })
    .optional(),
  responses: z.record(z.string(), Json),
});
const Document = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), Told)) });

/** Every operation that the app at `url` documents. */
export async function readOperations(url: string): Promise<readonly Operation[]> {
  const document: unknown = await (await fetch(`${url}/openapi.json`)).json();
  const { paths } = Document.parse(document);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, told]) => ({
      ...{ id: told.operationId, method: method.toUpperCase(), path, description: told.description },
      parameters: told.parameters.map((one) => ({ ...one, schema: whole(document, one.schema) })),
      body: told.requestBody
        ? {
            schema: whole(document, told.requestBody.content["application/json"].schema),
            isRequired: told.requestBody.required,
          }
        : null,
      statuses: Object.entries(told.responses)
        .filter(([, response]) => !("$ref" in response))
        .map(([status]) => Number(status)),
    })),
  );
}

function whole(document: unknown, schema: Schema): Schema {
  const { $ref } = schema;
  if (typeof $ref === "string") {
    const found = $ref
      .replace("#/", "")
      .split("/")
      .reduce<unknown>((inner, name) => Json.parse(inner)[name], document);
    return whole(document, Json.parse(found));
  }
  return Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, wholeValue(document, value)]),
  );
}

function wholeValue(document: unknown, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => wholeValue(document, one));
  return typeof value === "object" && value !== null ? whole(document, Json.parse(value)) : value;
}
