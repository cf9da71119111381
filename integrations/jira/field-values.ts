import type { OutsideRefusal } from "#engine/errors.ts";
import { doc, paragraphs } from "./adf.ts";
import type { Site } from "./client.ts";
import { refusal } from "./refusals.ts";

/** What is known of a field when it is set: on the screen that makes an issue, or on a transition's. */
export type FieldShape = {
  readonly fieldId: string;
  readonly name: string;
  readonly schema: {
    readonly type: string;
    readonly items?: string | undefined;
    readonly custom?: string | undefined;
  };
  readonly allowedValues?: readonly Choice[] | undefined;
};
type Choice = {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly value?: string | undefined;
};

/** Finds an account by an e-mail address. */
export type Accounts = (email: string) => Promise<string | null>;

/** What the settings say of a field, by its id or its name, however that is written; undefined: nothing. */
export function settingFor({ settings }: Site, field: FieldShape): unknown {
  const names = [field.fieldId, field.name].map(plain);
  return Object.entries(settings.fields).find(([name]) => names.includes(plain(name)))?.[1];
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");

/**
 * A value of the settings in the shape that its field takes: `Payments` becomes an option, a person's address an account. What is
 * written as an object goes as it is.
 */
export async function toFieldValue(
  site: Site,
  field: FieldShape,
  value: unknown,
  accounts: Accounts,
): Promise<unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  const { type, items = "string" } = field.schema;
  if (type !== "array") return await one(site, field, type, value, accounts);
  const values = Array.isArray(value) ? value : [value];
  return await Promise.all(values.map((each) => one(site, field, items, each, accounts)));
}

/** One value, or one of several. */
async function one(
  site: Site,
  field: FieldShape,
  type: string,
  value: unknown,
  accounts: Accounts,
): Promise<unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  const text = Array.isArray(value) ? value.join(" / ") : String(value);
  if (type === "user") return { accountId: await account(site, field, text, accounts) };
  if (type === "number") return toNumber(site, field, text);
  if (type === "option-with-child") return toCascade(text);
  if ((field.allowedValues?.length ?? 0) > 0) return choice(site, field, text);
  const key = KEYS[type];
  if (key !== undefined) return { [key]: text };
  return isDocument(field) ? doc(paragraphs(text)) : text;
}

/** Types of fields that take an object, and by what of it they are known. */
const KEYS: Readonly<Record<string, string>> = {
  option: "value",
  group: "name",
  priority: "name",
  resolution: "name",
  version: "name",
  component: "name",
  securitylevel: "name",
};

const isDocument = ({ fieldId, schema }: FieldShape): boolean =>
  (schema.custom ?? "").endsWith(":textarea") || fieldId === "environment";

function toNumber(site: Site, field: FieldShape, text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) throw bad(site, field, "takes a number");
  return number;
}

async function account(site: Site, field: FieldShape, text: string, accounts: Accounts): Promise<string> {
  if (!text.includes("@")) return text;
  const found = await accounts(text);
  if (found === null) throw bad(site, field, `takes a person, and Jira knows no ${text} there`);
  return found;
}

function toCascade(text: string): unknown {
  const [first = "", second] = text.split(/\s+\/\s+/);
  return { value: first, ...(second === undefined ? {} : { child: { value: second } }) };
}

function choice(site: Site, field: FieldShape, text: string): unknown {
  const wanted = text.trim().toLowerCase();
  const all = field.allowedValues ?? [];
  const found = all.find(({ id, name, value }) =>
    [value, name, id].some((each) => each?.toLowerCase() === wanted),
  );
  if (!found) throw bad(site, field, `has no ${JSON.stringify(text)}. It has ${named(all)}`);
  return found.id === undefined
    ? { ...(found.value ? { value: found.value } : { name: found.name }) }
    : { id: found.id };
}

/** A few of the values that a field can have, for a sentence. */
export function named(all: readonly Choice[]): string {
  const names = all.map(({ value, name, id }) => value ?? name ?? id ?? "").filter((name) => name !== "");
  return names.length > 8 ? `${names.slice(0, 8).join(", ")} and ${names.length - 8} more` : names.join(", ");
}

const bad = (site: Site, field: FieldShape, what: string): OutsideRefusal =>
  refusal(
    "bad_field",
    `Jira's field '${field.name}' ${what}. Change \`jira.fields.${settingName(field)}\` for ${site.owner}.`,
  );

/** How a field is written in the settings: its name where that is one word, else its id. */
export const settingName = ({ name, fieldId }: Pick<FieldShape, "name" | "fieldId">): string =>
  /^\p{L}[\p{L}\p{N}]*$/u.test(name) ? name.toLowerCase() : fieldId;
