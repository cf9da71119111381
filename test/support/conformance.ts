import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

/** What came back from a call. */
export type Answer = {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
};

type Json = { readonly [name: string]: unknown };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** Formats that the document may use: others are a mistake, since nobody would check them. */
export const FORMATS = {
  uuid: UUID,
  "date-time": (text: string) => MOMENT.test(text) && !Number.isNaN(Date.parse(text)),
  uri: (text: string) => URL.canParse(text),
  email: /^\S+@\S+\.\S+$/,
} as const;

/** Where the document says nothing: any method of ours may have no such address, and refuse the same way. */
const UNKNOWN_MAY_ANSWER = [401, 403, 404, 405, 413, 415, 422, 429];

/**
 * Holds what the API answers against what its document (OpenAPI) says: the address, the method, the status, the type and
 * every field. Throws a sentence where they differ. Fields that the document does not name are a difference too.
 */
export function createConformance(document: Json) {
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats: FORMATS, validateFormats: true });
  ajv.addSchema(closed(document), "api");
  const compiled = new Map<string, ValidateFunction>();
  const templates = Object.keys(at(document, ["paths"]) as Json)
    .map((template) => ({ template, fits: toPattern(template) }))
    .sort((a, b) => a.template.split("{").length - b.template.split("{").length);

  function check(answer: Answer): void {
    const [path = ""] = answer.path.split("?");
    const method = answer.method === "HEAD" ? "get" : answer.method.toLowerCase();
    const known = templates.find(
      ({ fits, template }) => fits.test(path) && at(document, ["paths", template, method]),
    );
    const said = `${answer.method} ${known?.template ?? path} answered ${answer.status}`;
    if (!known) checkUnknown(said, answer);
    else checkKnown(said, answer, ["paths", known.template, method, "responses", String(answer.status)]);
  }

  function checkUnknown(said: string, answer: Answer): void {
    if (!UNKNOWN_MAY_ANSWER.includes(answer.status))
      throw new Error(`${said}, and no document tells of that address.`);
    matches(said, answer, ["components", "schemas", "Problem"]);
  }

  function checkKnown(said: string, answer: Answer, place: readonly string[]): void {
    const response = followed(document, place);
    if (!response)
      throw new Error(`${said}, which /openapi.json does not tell: add it to the route's responses.`);
    if (answer.method === "HEAD") return;
    const content = at(document, [...response, "content"]) as Json | undefined;
    const type = typeOf(said, answer, Object.keys(content ?? {}));
    if (/json/.test(type)) matches(said, answer, [...response, "content", type, "schema"]);
  }

  function matches(said: string, { text }: Answer, place: readonly string[]): void {
    const pointer = place
      .map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")))
      .join("/");
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `api#/${pointer}` });
    compiled.set(pointer, validate);
    if (validate(JSON.parse(text))) return;
    const wrong = (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${instancePath || "the whole"} ${message} ${JSON.stringify(params)}`,
    );
    throw new Error(
      `${said}, but not as /openapi.json says: ${wrong.join("; ")}. It was: ${text.slice(0, 2_000)}`,
    );
  }

  return { check };
}

export type Conformance = ReturnType<typeof createConformance>;

const toPattern = (template: string): RegExp =>
  new RegExp(`^${template.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&").replaceAll(/\{[^}]+\}/g, "[^/]+")}$`);

/** The type of the answer; empty where it has no body, as told. */
function typeOf(said: string, { headers, text }: Answer, told: readonly string[]): string {
  const [type = ""] = (headers.get("content-type") ?? "").split(";");
  if (told.length > 0 && !told.includes(type))
    throw new Error(`${said} as “${type}”, and the document tells of ${told.join(", ")}.`);
  if (told.length === 0 && text !== "")
    throw new Error(`${said} with a body, and the document tells of none.`);
  return told.length === 0 ? "" : type;
}

const at = (value: unknown, place: readonly string[]): unknown =>
  place.reduce<unknown>((inner, name) => (inner as Json | undefined)?.[name], value);

/** The place that a `$ref` at this place leads to; null where there is nothing. */
function followed(document: Json, place: readonly string[]): readonly string[] | null {
  const found = at(document, place) as Json | undefined;
  if (!found) return null;
  const { $ref } = found;
  return typeof $ref === "string" ? $ref.replace("#/", "").split("/") : place;
}

/** The same document, in which objects have no fields but those that it names. */
function closed(document: Json): Json {
  const components = (document["components"] ?? {}) as Json;
  return {
    ...document,
    paths: mapped(document["paths"], (methods) =>
      mapped(methods, (operation) => ({
        ...(operation as Json),
        responses: mapped(at(operation, ["responses"]), closedResponse),
      })),
    ),
    components: {
      ...components,
      schemas: mapped(components["schemas"], (schema) => closedSchema(schema, false)),
      responses: mapped(components["responses"], closedResponse),
    },
  };
}

const closedResponse = (response: unknown): unknown => ({
  ...(response as Json),
  content: mapped(at(response, ["content"]), (media) => ({
    ...(media as Json),
    schema: closedSchema(at(media, ["schema"]), true),
  })),
});

/** `isWhole`: nobody adds to it (`allOf`), so that what it names is all. */
function closedSchema(schema: unknown, isWhole: boolean): unknown {
  if (typeof schema !== "object" || schema === null) return schema;
  const given = schema as Json;
  const inner: Record<string, unknown> = { ...given };
  for (const key of ["items", "additionalProperties"])
    if (key in given) inner[key] = closedSchema(given[key], true);
  for (const key of ["anyOf", "oneOf", "allOf"]) {
    const parts = given[key];
    if (Array.isArray(parts)) inner[key] = parts.map((part) => closedSchema(part, key !== "allOf"));
  }
  if ("properties" in given)
    inner["properties"] = mapped(given["properties"], (one) => closedSchema(one, true));
  const names = ["$ref", "allOf", "properties"].some((key) => key in given);
  if (isWhole && names && !("additionalProperties" in given)) inner["unevaluatedProperties"] = false;
  return inner;
}

const mapped = (value: unknown, map: (inner: unknown) => unknown): Json =>
  Object.fromEntries(Object.entries((value ?? {}) as Json).map(([key, inner]) => [key, map(inner)]));
