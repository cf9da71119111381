import { projectByName, projectOfChannel } from "#db/places.ts";
import { noTests } from "../brief.ts";
import type { GoalFormValue } from "./blocks/read-forms.ts";
import type { Desk } from "./desk.ts";
import { isFullMember } from "./people.ts";

/** What is wrong with a filled-in goal as this workspace is, by the form's fields; null where nothing is. */
export async function checkGoalForm(
  desk: Desk,
  { workspaceId, channel }: { readonly workspaceId: string; readonly channel: string },
  goal: GoalFormValue,
): Promise<Readonly<Record<string, string>> | null> {
  const [tests, reviewers] = await Promise.all([
    wrongWithTests(desk, workspaceId, channel, goal),
    wrongWithReviewers(desk, workspaceId, goal),
  ]);
  const errors = { ...(tests && { tests }), ...(reviewers && { reviewers }) };
  return Object.keys(errors).length > 0 ? errors : null;
}

async function wrongWithTests(
  { sql }: Desk,
  workspaceId: string,
  channel: string,
  { project: name, testsMustPass }: GoalFormValue,
): Promise<string | null> {
  if (!testsMustPass) return null;
  const project = await (name === null
    ? projectOfChannel(sql, workspaceId, channel)
    : projectByName(sql, workspaceId, name));
  return project?.testCommand ? null : noTests(project).message.replaceAll("`", "");
}

async function wrongWithReviewers(
  { people }: Desk,
  workspaceId: string,
  { reviewers }: GoalFormValue,
): Promise<string | null> {
  const known = await Promise.all(reviewers.map((id) => people.person(workspaceId, id)));
  const unable = known.filter((person) => !isFullMember(person)).map(({ name }) => name);
  return unable.length === 0
    ? null
    : `${unable.join(", ")} can't answer: only full members of this workspace can.`;
}
