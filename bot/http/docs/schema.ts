import { z } from "zod";

/** A JSON schema, as far as the page shows it. */
const Schema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  ...{ minLength: z.number().optional(), maxLength: z.number().optional() },
  ...{ minimum: z.number().optional(), maximum: z.number().optional() },
  ...{ minItems: z.number().optional(), maxItems: z.number().optional() },
  description: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  default: z.unknown().optional(),
  example: z.unknown().optional(),
  required: z.array(z.string()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  allOf: z.array(z.unknown()).optional(),
});
type Schema = z.infer<typeof Schema>;

/** One line of a table: a field by its path, and what it may hold. */
export type Field = {
  readonly path: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
  /** As it is where it is left out; null where nothing is said. */
  readonly fallback: string | null;
};

/** Objects within objects are shown this deep. */
const MOST_DEPTH = 3;

/** Reads schemas whose `$ref`s lead to these components. */
export function createSchemaReader(components: Readonly<Record<string, unknown>>) {
  /** What a schema says; of one that only names another, that one with its own description. */
  function read(given: unknown): Schema {
    const schema = Schema.parse(given ?? {});
    const name = schema.$ref?.replace("#/components/schemas/", "");
    const [first] = schema.allOf ?? [];
    if (name !== undefined) return { ...read(components[name]), ...without(schema) };
    return first === undefined ? schema : { ...read(first), ...without(schema) };
  }

  function fields(given: unknown, prefix = "", depth = 1): readonly Field[] {
    const schema = read(given);
    const inner = schema.items === undefined ? schema : read(schema.items);
    const base = schema.items === undefined || prefix === "" ? prefix : `${prefix}[]`;
    return Object.entries(inner.properties ?? {}).flatMap(([name, value]) => {
      const property = read(value);
      const path = base === "" ? name : `${base}.${name}`;
      return [
        {
          ...{ path, type: typeOf(value) },
          isRequired: inner.required?.includes(name) ?? false,
          description: property.description ?? "",
          fallback: property.default === undefined ? null : JSON.stringify(property.default),
        },
        ...(depth < MOST_DEPTH ? fields(value, path, depth + 1) : []),
      ];
    });
  }

  function typeOf(given: unknown): string {
    const schema = read(given);
    const either = schema.anyOf ?? schema.oneOf;
    if (either) return [...new Set(either.map(typeOf))].join(" or ");
    if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
    if (schema.const !== undefined) return JSON.stringify(schema.const);
    const said = [schema.format ?? "", limitsOf(schema)].filter((one) => one !== "").join(", ");
    return `${kindOf(schema)}${said === "" ? "" : ` (${said})`}`;
  }

  const kindOf = ({ items, type = "anything" }: Schema): string =>
    items === undefined ? [type].flat().join(" or ") : `list of ${typeOf(items)}`;

  /** Something that fits: what must be there, and what has an example. */
  function example(given: unknown): unknown {
    const schema = read(given);
    const [either] = schema.anyOf ?? schema.oneOf ?? [];
    const [told] = [schema.example, schema.default, schema.const, schema.enum?.[0]].filter(
      (one) => one !== undefined,
    );
    if (told !== undefined) return told;
    if (either !== undefined) return example(either);
    if (schema.properties) return exampleOf(schema, schema.properties);
    if (schema.items !== undefined) return [example(schema.items)];
    return PLAIN[[schema.type ?? ""].flat()[0] ?? ""] ?? null;
  }

  function exampleOf({ required = [] }: Schema, properties: Readonly<Record<string, unknown>>): unknown {
    const shown = Object.entries(properties).filter(
      ([name, value]) => required.includes(name) || read(value).example !== undefined,
    );
    return Object.fromEntries(shown.map(([name, value]) => [name, example(value)]));
  }

  return { fields, typeOf, example };
}

export type SchemaReader = ReturnType<typeof createSchemaReader>;

const PLAIN: Readonly<Record<string, unknown>> = {
  ...{ string: "…", integer: 1, number: 1, boolean: true, object: {}, array: [] },
};

/** How much of it there may be: "1–255 characters". */
function limitsOf({ minLength, maxLength, minimum, maximum, minItems, maxItems }: Schema): string {
  const ranges = [
    ...[range(minLength, maxLength, " characters"), range(minItems, maxItems, " of them")],
    range(minimum, maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum, ""),
  ];
  return ranges.filter((one) => one !== "").join(", ");
}

function range(least: number | undefined, most: number | undefined, of: string): string {
  if (most !== undefined) return least === undefined ? `up to ${most}${of}` : `${least}–${most}${of}`;
  return least === undefined ? "" : `from ${least}${of}`;
}

function without({ $ref: _, allOf: __, ...rest }: Schema): Schema {
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
}
