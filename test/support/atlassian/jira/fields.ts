import { asObject, type Issue, refuse } from "./model.ts";
import { offScreen, type ScreenField, screenOf } from "./screens.ts";
import { type Place, readValue } from "./values.ts";

/** What a request wants to set: values, and operations on values. */
export type Wish = {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly update: Readonly<Record<string, unknown>>;
};

/** The two parts of a request that set fields. */
export function wishOf(body: unknown): Wish {
  const { fields, update } = { fields: undefined, update: undefined, ...asObject(body) };
  return { fields: asObject(fields) ?? {}, update: asObject(update) ?? {} };
}

/** Reads all fields of a new issue against its create screen; every fault is named at once, as Jira does. */
export function readNew(place: Place, wish: Wish): Record<string, unknown> {
  const screen = screenOf(place.project, place.type);
  const given = new Set([...Object.keys(wish.fields), ...Object.keys(wish.update)]);
  const missing: Record<string, string> = {};
  for (const field of screen.filter(({ required, hasDefaultValue }) => required && !hasDefaultValue)) {
    if (given.has(field.fieldId) || ["project", "issuetype"].includes(field.fieldId)) continue;
    missing[field.fieldId] = wordsForMissing(field);
  }
  return read(place, screen, wish, missing, ["project", "issuetype"]);
}

/** Reads changes of an issue against a screen: its edit screen, or one of a transition. */
export function readChanges(
  place: Place,
  wish: Wish,
  screen: readonly ScreenField[],
): Record<string, unknown> {
  return read(place, screen, wish, {}, []);
}

function wordsForMissing({ fieldId, name }: ScreenField): string {
  if (fieldId === "summary") return "You must specify a summary of the issue.";
  if (fieldId === "parent") return "Issue type is a sub-task but parent issue key or id not specified.";
  return `${name} is required.`;
}

function read(
  place: Place,
  screen: readonly ScreenField[],
  { fields, update }: Wish,
  errors: Record<string, string>,
  settled: readonly string[],
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const wanted = new Map(Object.entries(fields));
  for (const [name, operations] of Object.entries(update).filter(([one]) => one !== "comment")) {
    if (wanted.has(name)) errors[name] = `Field '${name}' cannot appear in both 'fields' and 'update'`;
    else wanted.set(name, afterOperations(place.issue?.fields[name], operations));
  }
  for (const [name, value] of wanted) {
    if (settled.includes(name) || errors[name] !== undefined) continue;
    const result = readOne(place, screen, name, value);
    if (typeof result === "string") errors[name] = result;
    else values[name] = result.value;
  }
  if (Object.keys(errors).length > 0) throw refuse(400, [], errors);
  return values;
}

function readOne(place: Place, screen: readonly ScreenField[], name: string, wanted: unknown) {
  const field = screen.find(({ fieldId }) => fieldId === name);
  if (!field) return offScreen(name);
  const result = readValue(place, name, wanted);
  const emptied = field.required && typeof result !== "string" && result.value === null;
  return emptied ? `${field.name} is required.` : result;
}

function afterOperations(current: unknown, operations: unknown): unknown {
  const all = Array.isArray(operations) ? operations : [];
  return all.reduce((value: unknown, one: unknown) => {
    const [verb, operand] = Object.entries(asObject(one) ?? {})[0] ?? [];
    const list = Array.isArray(value) ? value : [];
    if (verb === "set") return operand;
    if (verb === "add") return [...list, operand];
    if (verb === "remove") return list.filter((each) => each !== operand);
    throw refuse(400, [`Unsupported operation type '${verb}'`]);
  }, current);
}

/** The issue that a change is about, as a place for values. */
export function placeOf(site: Place["site"], issue: Issue): Place {
  const project = site.projects.get(issue.project);
  const type = project?.types.find(({ id }) => id === issue.type);
  if (!project || !type) throw new Error(`${issue.key} has no project or type`);
  return { site, project, type, issue };
}
