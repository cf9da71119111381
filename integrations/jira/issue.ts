import type { Adf } from "./adf.ts";

/** What of which run an issue or a comment shows: "run", "step:build", "comment:17". */
export type Mark = { readonly run: string; readonly key: string };

/** An issue as others name it. The id stays when it moves to another project, its key does not. */
export type IssueRef = { readonly id: string; readonly key: string; readonly url: string };

/** Jira's own three kinds of status, whatever a workflow calls them. */
export type Category = "new" | "indeterminate" | "done";

/** A status: its name is the project's own. */
export type Status = { readonly id: string; readonly name: string; readonly category: Category };

/** An issue to be made. */
export type NewIssue = {
  /** What the type is called there. */
  readonly type: string;
  readonly summary: string;
  readonly description: Adf;
  readonly labels: readonly string[];
  /** The id or key of the epic that it stands under. */
  readonly parent?: string | undefined;
  /** An account's id. */
  readonly assignee?: string | undefined;
  readonly mark: Mark;
};

/** An issue as it stands. */
export type IssueState = IssueRef & {
  readonly summary: string;
  readonly status: Status;
  /** Null: it is not one that we made. */
  readonly mark: Mark | null;
  readonly projectKey: string;
  readonly typeId: string;
  readonly typeName: string;
};

/** Where an issue should go. `prefer`: among the ends, one that says "cancelled". */
export type Move = {
  readonly issue: string;
  readonly to: Category;
  readonly prefer?: "cancelled" | undefined;
  /** People may have moved it: where it stands is looked up, whatever we remember. */
  readonly mayBeElsewhere?: boolean | undefined;
};
