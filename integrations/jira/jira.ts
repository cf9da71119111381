import { OutsideRefusal } from "#engine/errors.ts";
import type { Adf } from "./adf.ts";
import { changeIssue, type IssueChange, linkIssue } from "./change-issue.ts";
import { openSite } from "./client.ts";
import { addComment, editComment, findComments } from "./comments.ts";
import { createIssues } from "./create-issues.ts";
import { createScreens } from "./create-screens.ts";
import type { Category, IssueRef, IssueState, Mark, NewIssue, Status } from "./issue.ts";
import { findMarked, readStates } from "./issue-states.ts";
import { createMoveAll, type MoveAll } from "./move-issues.ts";
import { createAccounts, readMyself } from "./people.ts";
import type { JiraSettings } from "./settings.ts";
import { createStandingMemory } from "./standing-memory.ts";

/**
 * A project of a Jira. Every call rejects with an `OutsideFailure` where it may be tried again (then a write may have happened),
 * with an `OutsideRefusal` where no retry mends it: `IssueGone` where it is only this issue.
 */
export type Jira = {
  myself(): Promise<{ readonly accountId: string; readonly displayName: string }>;
  /** In the order of the list. Where some were made before it failed: `PartlyMade`. */
  createIssues(issues: readonly NewIssue[]): Promise<readonly IssueRef[]>;
  /** What we made for a run since a moment (ms since 1970), by their marks' keys; search knows an issue some seconds after it was made. */
  findIssues(run: string, sinceMs: number): Promise<ReadonlyMap<string, IssueRef>>;
  /** As they stand, by what they were asked for as; those that are missing are gone. */
  issues(idsOrKeys: readonly string[]): Promise<ReadonlyMap<string, IssueState>>;
  /** To a status of this category, whatever its workflow calls it; where it is there already nothing happens. */
  move(issue: string, to: Category, prefer?: "cancelled"): Promise<Status>;
  /** Many, with few calls. One that can't be moved does not stop the others. */
  readonly moveAll: MoveAll;
  edit(issue: string, change: IssueChange): Promise<void>;
  addComment(
    issue: string,
    comment: { readonly mark: Mark; readonly body: Adf },
  ): Promise<{ readonly id: string }>;
  editComment(issue: string, id: string, body: Adf): Promise<"there" | "gone">;
  /** The comments that we wrote for a run, by their marks' keys. */
  findComments(issue: string, run: string): Promise<ReadonlyMap<string, string>>;
  link(
    issue: string,
    to: { readonly globalId: string; readonly url: string; readonly title: string },
  ): Promise<void>;
  /** The account that has this e-mail address and can be assigned in the project. */
  accountOf(email: string): Promise<string | null>;
};

/**
 * Opens a project's Jira. Whoever keeps what comes back saves calls: it remembers screens, workflows, accounts, and where it left
 * issues. `project` is what our own project is called, for sentences.
 */
export function openJira(needs: {
  readonly settings: JiraSettings;
  readonly token: string;
  readonly project?: string | undefined;
}): Jira {
  const site = openSite(needs);
  const screens = createScreens(site);
  const accounts = createAccounts(site);
  const memory = createStandingMemory();
  const moveAll = createMoveAll(site, accounts, memory);
  return {
    myself: () => readMyself(site),
    async createIssues(issues) {
      const made = await createIssues({ site, screens, accounts }, issues);
      for (const { id } of made) memory.expect(id);
      return made;
    },
    findIssues: (run, sinceMs) => findMarked(site, run, sinceMs),
    issues: (refs) => readStates(site, refs),
    moveAll,
    async move(issue, to, prefer) {
      const moved = (await moveAll([{ issue, to, prefer }])).get(issue);
      if (moved === undefined || moved instanceof OutsideRefusal) throw moved;
      return moved;
    },
    edit: (issue, change) => changeIssue(site, issue, change),
    addComment: (issue, comment) => addComment(site, issue, comment),
    editComment: (issue, id, body) => editComment(site, issue, id, body),
    findComments: (issue, run) => findComments(site, issue, run),
    link: (issue, to) => linkIssue(site, issue, to),
    accountOf: accounts,
  };
}
