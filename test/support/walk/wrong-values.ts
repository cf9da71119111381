import { z } from "zod";
import type { Schema } from "./operations.ts";

/** A value that a schema forbids, and the field that must be named for it. */
export type Wrong = { readonly value: unknown; readonly field: string; readonly why: string };

type Bad = readonly [why: string, value: unknown];
type Place = readonly string[];

const Json = z.record(z.string(), z.unknown());
const OF_EACH_TYPE = [null, true, 7, "§ §", [], {}] as const;

/**
 * All that the schema forbids, one at a time, in an otherwise right value: what is missing, unknown, of another type, too
 * short, too long, too small, too large, none of the words, against the pattern. `right` must hold every field.
 */
export function wrongValues(schema: Schema, right: unknown, at: Place = []): readonly Wrong[] {
  const branches = z.array(Json).safeParse(schema["anyOf"]);
  if (branches.success) return wrongInEveryBranch(branches.data, right, at);
  const itself = [...wrongTypes(schema), ...wrongTexts(schema), ...wrongSizes(schema, right)];
  const inside = Array.isArray(right) ? wrongItems(schema, right, at) : wrongFields(schema, right, at);
  return [...itself.map(([why, value]) => ({ why, value, field: at.join(".") })), ...inside];
}

/** Of a union, the whole is named: nobody knows which of its shapes was meant. */
function wrongInEveryBranch(branches: readonly Schema[], right: unknown, at: Place): readonly Wrong[] {
  const types = branches.map((branch) => wrongTypes(branch));
  const none = types[0]?.filter(([why]) => types.every((each) => each.some(([other]) => other === why)));
  const own = branches.find((branch) => isOf(typesOf(branch), right)) ?? {};
  const inside = wrongValues(own, right, at).filter(({ value }) => typeof value === typeof right);
  const itself = (none ?? []).map(([why, value]) => ({ why, value }));
  return [...itself, ...inside].map((wrong) => ({ ...wrong, field: at.join(".") }));
}

function wrongTypes(schema: Schema): readonly Bad[] {
  const types = typesOf(schema);
  if (types.length === 0) return [];
  return OF_EACH_TYPE.filter((value) => !isOf(types, value)).map((value) => [
    `is ${JSON.stringify(value)}`,
    value,
  ]);
}

const typesOf = (schema: Schema): readonly string[] =>
  z.array(z.string()).parse([schema["type"] ?? []].flat());

const isOf = (types: readonly string[], value: unknown): boolean =>
  types.some((type) => {
    if (type === "null") return value === null;
    if (type === "array") return Array.isArray(value);
    if (type === "integer") return Number.isInteger(value);
    if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
    return typeof value === type;
  });

function wrongTexts({ minLength, maxLength, pattern, format, enum: words }: Schema): readonly Bad[] {
  const bad: Bad[] = [];
  if (typeof minLength === "number" && minLength > 0) bad.push(["is too short", "x".repeat(minLength - 1)]);
  if (typeof maxLength === "number") bad.push(["is too long", "x".repeat(maxLength + 1)]);
  if (words !== undefined || format !== undefined) bad.push(["is no such word", "§ §"]);
  if (typeof pattern === "string")
    for (const text of ["", "§ §", "x".repeat(2_000)])
      if (!new RegExp(pattern).test(text)) bad.push(["is against the pattern", text]);
  return bad;
}

function wrongSizes(schema: Schema, right: unknown): readonly Bad[] {
  const { minimum, maximum, minItems, maxItems } = schema;
  const bad: Bad[] = typesOf(schema).includes("integer") ? [["is no whole number", 1.5]] : [];
  if (typeof minimum === "number") bad.push(["is too small", minimum - 1]);
  if (typeof maximum === "number") bad.push(["is too large", maximum + 1]);
  const items = Array.isArray(right) ? right : [];
  if (typeof minItems === "number" && minItems > 0) bad.push(["has too few", items.slice(0, minItems - 1)]);
  if (typeof maxItems === "number") bad.push(["has too many", Array(maxItems + 1).fill(items[0])]);
  return bad;
}

function wrongItems(schema: Schema, right: readonly unknown[], at: Place): readonly Wrong[] {
  const items = Json.safeParse(schema["items"]);
  if (!items.success) return [];
  return right.flatMap((item, i) =>
    wrongValues(items.data, item, [...at, String(i)]).map((wrong) => ({
      ...wrong,
      value: right.with(i, wrong.value),
    })),
  );
}

function wrongFields(schema: Schema, right: unknown, at: Place): readonly Wrong[] {
  const given = Json.safeParse(right);
  if (!given.success) return [];
  const { properties, others } = fieldsOf(schema);
  const required = z.array(z.string()).parse(schema["required"] ?? []);
  const missing = required.map((name) => ({ why: "is missing", name, value: without(given.data, name) }));
  const surplus = { why: "is unknown", name: "surplus", value: { ...given.data, surplus: "x" } };
  const isClosed = others === false || typesOf(others).includes("null");
  const named = [...missing, ...(isClosed ? [surplus] : [])].map(({ name, ...wrong }) => ({
    ...wrong,
    field: [...at, name].join("."),
  }));
  const inside = Object.entries(given.data).flatMap(([name, value]) =>
    wrongValues(properties[name] ?? (others || {}), value, [...at, name]).map((wrong) => ({
      ...wrong,
      value: { ...given.data, [name]: wrong.value },
    })),
  );
  return [...named, ...inside];
}

function fieldsOf(schema: Schema) {
  const properties = z.record(z.string(), Json).parse(schema["properties"] ?? {});
  const others = z
    .union([z.literal(false), Json])
    .catch({})
    .parse(schema["additionalProperties"]);
  return { properties, others };
}

const without = (value: Readonly<Record<string, unknown>>, name: string) =>
  Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));

/** The fields that the schema names and the value does not hold; of a list, those that none of its items holds. */
export function unheldFields(schema: Schema, value: unknown, at: Place = []): readonly string[] {
  if (Array.isArray(value)) {
    const [first = [], ...more] = value.map((item: unknown) =>
      unheldFields(Json.catch({}).parse(schema["items"]), item, [...at, "…"]),
    );
    return first.filter((field) => more.every((each) => each.includes(field)));
  }
  const given = Json.safeParse(value);
  if (!given.success) return [];
  return Object.entries(fieldsOf(schema).properties).flatMap(([name, inner]) =>
    name in given.data ? unheldFields(inner, given.data[name], [...at, name]) : [[...at, name].join(".")],
  );
}
