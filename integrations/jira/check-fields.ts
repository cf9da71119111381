import { OutsideRefusal } from "#engine/errors.ts";
import type { Finding } from "../atlassian/finding.ts";
import { doc } from "./adf.ts";
import { type Role, type Types, together } from "./check-types.ts";
import type { Site } from "./client.ts";
import type { CreateScreens, IssueType, ScreenField } from "./create-screens.ts";
import { type Accounts, settingFor } from "./field-values.ts";
import type { NewIssue } from "./issue.ts";
import { fieldsOf } from "./new-issue.ts";

/** Whether the screens that make our issues have what we would fill in, and ask for nothing that nobody has set. */
export async function checkFields(
  site: Site,
  screens: CreateScreens,
  types: Types,
  accounts: Accounts,
): Promise<readonly Finding[]> {
  const all: ScreenField[] = [];
  const found: { readonly type: IssueType; readonly findings: readonly Finding[] }[] = [];
  const byType = new Map([...types].map(([role, type]) => [type.id, { role, type }]));
  for (const { role, type } of byType.values()) {
    const screen = await screens.fields(type.id);
    all.push(...screen);
    const whole = await complete(site, screens, { role, screen }, accounts);
    found.push({ type, findings: [whole, ...leftOut(site, screen)] });
  }
  return [...together(found), ...(types.size > 0 ? unused(site, all) : [])];
}

type Made = { readonly role: Role; readonly screen: readonly ScreenField[] };

/** Puts an issue together as if it were made. */
async function complete(
  site: Site,
  screens: CreateScreens,
  { role, screen }: Made,
  accounts: Accounts,
): Promise<Finding> {
  try {
    const fields = await fieldsOf(site, screens, sample(site, role), accounts);
    const set = screen.filter((field) => field.fieldId in fields && settingFor(site, field) !== undefined);
    const names = set.map(({ name }) => name).join(", ");
    const what = "all fields that are required would be filled in";
    return { level: "ok", what: names === "" ? what : `${what}, ${names} as set` };
  } catch (error) {
    if (!(error instanceof OutsideRefusal)) throw error;
    const [, what = error.message, todo] = /^(.*?)\. ((?:Set|Change|Ask) .*)$/s.exec(error.message) ?? [];
    return {
      level: "problem",
      what: what.replace(/^Jira did not accept the issue: /, ""),
      ...(todo === undefined ? {} : { todo }),
    };
  }
}

function sample({ settings }: Site, role: Role): NewIssue {
  return {
    ...{ type: settings.issueTypes[role], summary: "A look", description: doc([]) },
    ...{ labels: settings.labels, mark: { run: "", key: "" } },
    ...(role === "step" ? { parent: `${settings.project}-1` } : {}),
  };
}

const OURS = [
  { fieldId: "description", words: "say no more than their summary" },
  { fieldId: "labels", words: "get no labels" },
  { fieldId: "assignee", words: "get no assignee" },
] as const;

function leftOut({ settings }: Site, screen: readonly ScreenField[]): readonly Finding[] {
  const isMeant = (fieldId: string) => fieldId !== "labels" || settings.labels.length > 0;
  const lacks = OURS.filter(
    ({ fieldId }) => isMeant(fieldId) && !screen.some((field) => field.fieldId === fieldId),
  );
  return lacks.map(({ fieldId, words }) => ({
    level: "warning",
    what: `they ${words}, for the screen that makes them has no ${fieldId}`,
  }));
}

function unused(site: Site, all: readonly ScreenField[]): readonly Finding[] {
  const known = (name: string) => {
    const only: Site = { ...site, settings: { ...site.settings, fields: { [name]: true } } };
    return all.some((field) => settingFor(only, field) !== undefined);
  };
  return Object.keys(site.settings.fields)
    .filter((name) => !known(name))
    .map((name) => ({
      level: "warning",
      what: `\`jira.fields.${name}\` is on none of these screens, so it is not used there`,
    }));
}
