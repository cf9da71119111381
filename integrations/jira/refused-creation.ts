import { ApiRefusal } from "../atlassian/failure.ts";
import type { Site } from "./client.ts";
import type { CreateScreens } from "./create-screens.ts";
import { settingName } from "./field-values.ts";
import type { NewIssue } from "./issue.ts";
import { noParent, typeOf } from "./new-issue.ts";
import { demandProject, noPermission, refusal } from "./refusals.ts";

/** Why an issue could not be made, as something that a person can mend; what is no refusal of Jira's stays as it is. */
export async function explainCreation(
  site: Site,
  screens: CreateScreens,
  error: unknown,
  issue?: NewIssue,
): Promise<unknown> {
  if (!(error instanceof ApiRefusal)) return error;
  try {
    await demandProject(site);
    if (issue === undefined || error.status === 403 || "project" in error.fields)
      return noPermission(site, "create issues", error);
    const fields = Object.entries(error.fields);
    if (issue.parent !== undefined && fields.some(([field]) => /^parent/.test(field)))
      return noParent(site, issue.type, issue.parent, error);
    if (fields.length === 0) return error;
    return await badFields(site, screens, issue, error);
  } catch (other) {
    return other;
  }
}

async function badFields(
  site: Site,
  screens: CreateScreens,
  issue: NewIssue,
  error: ApiRefusal,
): Promise<unknown> {
  const screen = await screens.fields((await typeOf(site, screens, issue.type)).id);
  const fields = Object.entries(error.fields).map(([fieldId, said]) => {
    const name = screen.find((field) => field.fieldId === fieldId)?.name ?? fieldId;
    return { name, said: said.replace(/\.?\s*$/, "."), setting: settingName({ fieldId, name }) };
  });
  const why = fields.map(({ name, said }) => `field '${name}': ${said}`).join(" ");
  const set = fields.map(({ setting }) => `\`jira.fields.${setting}\``).join(" and ");
  return refusal(
    "field_refused",
    `Jira did not accept the issue: ${why} Set ${set} for ${site.owner}.`,
    error,
  );
}
