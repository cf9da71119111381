import { z } from "zod";
import { ApiRefusal } from "../atlassian/failure.ts";
import { type Adf, oneLine } from "./adf.ts";
import { inPath, readAnswer, type Site } from "./client.ts";
import { explainIssue } from "./refusals.ts";

/** What is changed of an issue; `assignee: null` takes it from whoever has it. */
export type IssueChange = {
  readonly summary?: string | undefined;
  readonly description?: Adf | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly assignee?: string | null | undefined;
};

/** Changes what is on the issue's own screen; what its project has taken off there can't be shown, and that is no failure. */
export async function changeIssue(site: Site, issue: string, change: IssueChange): Promise<void> {
  const { assignee, summary, description, labels } = change;
  const fields: Record<string, unknown> = {
    ...(summary === undefined ? {} : { summary: oneLine(summary, 255) || "(without words)" }),
    ...(description === undefined ? {} : { description }),
    ...(labels === undefined ? {} : { labels }),
  };
  try {
    if (Object.keys(fields).length > 0) await editFields(site, issue, fields);
    if (assignee !== undefined) await assign(site, issue, assignee);
  } catch (error) {
    await explainIssue(site, issue, "edit issues", error);
  }
}

async function editFields(site: Site, issue: string, fields: Record<string, unknown>): Promise<void> {
  try {
    await site.api.issues.editIssue({ issueIdOrKey: inPath(issue), fields });
  } catch (error) {
    if (!(error instanceof ApiRefusal) || error.status !== 400) throw error;
    const screen = await screenOf(site, issue);
    const kept = Object.entries(fields).filter(([name]) => screen.includes(name));
    if (kept.length === Object.keys(fields).length) throw error;
    if (kept.length > 0)
      await site.api.issues.editIssue({ issueIdOrKey: inPath(issue), fields: Object.fromEntries(kept) });
  }
}

async function screenOf(site: Site, issue: string): Promise<readonly string[]> {
  const answer = await site.api.issues.getEditIssueMeta({ issueIdOrKey: inPath(issue) });
  return Object.keys(
    readAnswer(z.object({ fields: z.record(z.string(), z.unknown()).default({}) }), answer).fields,
  );
}

/** Somebody who can't be assigned there, or whom we may not assign: the issue stays as it is. `./countersign jira check` says why. */
async function assign(site: Site, issue: string, accountId: string | null): Promise<void> {
  try {
    await site.api.issues.assignIssue({ issueIdOrKey: inPath(issue), accountId: accountId as never });
  } catch (error) {
    if (!(error instanceof ApiRefusal) || ![400, 403].includes(error.status)) throw error;
  }
}

/** Links an issue to a page elsewhere; the same `globalId` again changes that link. */
export async function linkIssue(
  site: Site,
  issue: string,
  { globalId, url, title }: { readonly globalId: string; readonly url: string; readonly title: string },
): Promise<void> {
  try {
    await site.api.issueRemoteLinks.createOrUpdateRemoteIssueLink({
      issueIdOrKey: inPath(issue),
      globalId,
      application: { type: "io.countersign", name: "Countersign" },
      object: { url, title: oneLine(title, 255) || url.slice(0, 255) },
    });
  } catch (error) {
    await explainIssue(site, issue, "link issues", error);
  }
}
