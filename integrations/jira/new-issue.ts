import type { OutsideRefusal } from "#engine/errors.ts";
import { oneLine } from "./adf.ts";
import type { Site } from "./client.ts";
import type { CreateScreens, IssueType, ScreenField } from "./create-screens.ts";
import { type Accounts, named, settingFor, settingName, toFieldValue } from "./field-values.ts";
import type { NewIssue } from "./issue.ts";
import { readOne } from "./issue-states.ts";
import { demandProject, noPermission, refusal } from "./refusals.ts";

const LONGEST_SUMMARY = 255;

/** The fields of a new issue as the project's own screen takes them. Rejects with a refusal where they can't be enough. */
export async function fieldsOf(
  site: Site,
  screens: CreateScreens,
  issue: NewIssue,
  accounts: Accounts,
): Promise<Record<string, unknown>> {
  const type = await typeOf(site, screens, issue.type);
  const screen = await screens.fields(type.id);
  const fields: Record<string, unknown> = {
    project: { key: site.settings.project },
    issuetype: { id: type.id },
    summary: oneLine(issue.summary, LONGEST_SUMMARY) || "(without words)",
    ...onScreen(screen, issue),
    ...(issue.parent === undefined ? {} : await under(site, screen, type, issue.parent)),
  };
  for (const field of screen.filter(({ fieldId }) => !(fieldId in fields))) {
    const value = settingFor(site, field);
    if (value !== undefined) fields[field.fieldId] = await toFieldValue(site, field, value, accounts);
    else if (field.required && isEpicName(field)) fields[field.fieldId] = fields["summary"];
  }
  const missing = missingFrom(screen, fields);
  if (missing.length > 0) throw required(site, missing);
  return fields;
}

/** What a project has taken off its screen can't be said there. */
function onScreen(
  screen: readonly ScreenField[],
  { description, labels, assignee }: NewIssue,
): Record<string, unknown> {
  const all = {
    description,
    ...(labels.length > 0 ? { labels } : {}),
    ...(assignee === undefined ? {} : { assignee: { accountId: assignee } }),
  };
  return Object.fromEntries(
    Object.entries(all).filter(([id]) => screen.some(({ fieldId }) => fieldId === id)),
  );
}

/** The type that goes by this name, in the site's language or in Jira's own. */
export async function typeOf(site: Site, screens: CreateScreens, name: string): Promise<IssueType> {
  const types = await screens.types();
  if (types.length === 0) {
    // Jira shows no types to whoever may create nothing.
    await demandProject(site);
    throw noPermission(site, "create issues");
  }
  const is = (other: string | undefined) => other?.toLowerCase() === name.toLowerCase();
  const found = types.find((type) => is(type.name)) ?? types.find((type) => is(type.untranslatedName));
  if (found) return found;
  const role = Object.entries(site.settings.issueTypes).find(([, each]) => each === name)?.[0] ?? "goal";
  throw refusal(
    "unknown_type",
    `Jira's project ${site.settings.project} has no issue type ${JSON.stringify(name)}. It has ${types.map((type) => type.name).join(", ")}. Set \`jira.issue_types.${role}\` for ${site.owner} to one of them.`,
  );
}

/** A label for epics that old projects still ask for. */
const isEpicName = ({ fieldId, schema }: ScreenField): boolean =>
  (schema.custom ?? "").endsWith(":gh-epic-label") || fieldId === "customfield_10011";
const isEpicLink = ({ schema }: ScreenField): boolean => (schema.custom ?? "").endsWith(":gh-epic-link");

/** Puts it under its epic: by `parent`, or by the field that projects had for that before, which takes keys alone. */
async function under(site: Site, screen: readonly ScreenField[], type: IssueType, parent: string) {
  const isId = /^\d+$/.test(parent);
  if (screen.some(({ fieldId }) => fieldId === "parent"))
    return { parent: isId ? { id: parent } : { key: parent } };
  const link = screen.find(isEpicLink);
  if (!link) throw noParent(site, type.name, parent);
  return { [link.fieldId]: isId ? ((await readOne(site, parent))?.key ?? parent) : parent };
}

/** An issue of this type can't stand under that one. */
export const noParent = (site: Site, type: string, parent: string, cause?: unknown): OutsideRefusal =>
  refusal(
    "no_parent",
    `Jira does not let a ${type} stand under ${parent} in ${site.settings.project}. Set \`jira.issue_types.step\` for ${site.owner} to a type that can stand under an epic, or \`jira.mode\` to issue.`,
    cause,
  );

/** Fields that are set by what they are, not by settings. */
const OURS = ["project", "issuetype", "summary", "description"];

/** The fields that somebody must set before an issue can be made on this screen. */
const missingFrom = (
  screen: readonly ScreenField[],
  fields: Readonly<Record<string, unknown>>,
): readonly ScreenField[] =>
  screen.filter(
    ({ fieldId, required, hasDefaultValue }) =>
      required && !hasDefaultValue && !(fieldId in fields) && !OURS.includes(fieldId),
  );

/** The sentence for fields that nobody set. */
function required(
  { owner }: Site,
  missing: readonly Pick<ScreenField, "fieldId" | "name" | "allowedValues">[],
): OutsideRefusal {
  const names = missing.map(({ name }) => `'${name}'`).join(", ");
  const are = missing.length === 1 ? `field ${names} is required` : `fields ${names} are required`;
  const set = missing.map((field) => `\`jira.fields.${settingName(field)}\``).join(" and ");
  const choices = missing.length === 1 ? named(missing[0]?.allowedValues ?? []) : "";
  const one = choices === "" ? "" : `, to one of ${choices}`;
  return refusal("field_required", `Jira did not accept the issue: ${are}. Set ${set} for ${owner}${one}.`);
}
