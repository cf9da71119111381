import { OutsideRefusal } from "#engine/errors.ts";
import { ApiRefusal } from "../atlassian/failure.ts";
import { inPath, type Site } from "./client.ts";

/** An issue that we may have known is deleted, or hidden from us. */
export class IssueGone extends OutsideRefusal {
  readonly issue: string;

  constructor(issue: string) {
    super(
      "Jira",
      "issue_gone",
      `Jira has no issue ${issue} any more: it was deleted, or our account can't see it.`,
    );
    this.issue = issue;
  }
}

/** A refusal in Jira's name. */
export const refusal = (code: string, sentence: string, cause?: unknown): OutsideRefusal =>
  new OutsideRefusal("Jira", code, sentence, { cause });

/** What to do about a right that our account does not have. */
export const noPermission = ({ settings }: Site, right: string, cause?: unknown): OutsideRefusal =>
  refusal(
    "no_permission",
    `Jira does not let ${settings.username} ${right} in ${settings.project}. Ask an admin of that Jira project to allow it.`,
    cause,
  );

/** The project is not there, or not for us. */
const projectGone = ({ settings, owner }: Site, cause?: unknown): OutsideRefusal =>
  refusal(
    "project_gone",
    `Jira has no project ${settings.project} that ${settings.username} can see. Give that account access, or set \`jira.project\` for ${owner}.`,
    cause,
  );

/** Rejects where the project can't be seen. */
export async function demandProject(site: Site): Promise<void> {
  try {
    await site.api.projects.getProject({ projectIdOrKey: inPath(site.settings.project) });
  } catch (error) {
    if (error instanceof ApiRefusal && [403, 404, 410].includes(error.status)) throw projectGone(site, error);
    throw error;
  }
}

/** What a refused call to one issue means: it is gone, its project is, or we lack a right ("comment"). Rejects with that. */
export async function explainIssue(site: Site, issue: string, right: string, error: unknown): Promise<never> {
  if (!(error instanceof ApiRefusal)) throw error;
  if (error.status === 404) {
    await demandProject(site);
    throw new IssueGone(issue);
  }
  if (error.status === 403) throw noPermission(site, right, error);
  throw error;
}
