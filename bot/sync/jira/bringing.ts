import type { Sql } from "postgres";
import { wantMessage } from "#db/messages.ts";
import type { Jira } from "#integrations/jira/jira.ts";
import { IssueGone } from "#integrations/jira/refusals.ts";
import type { JiraSettings } from "#integrations/jira/settings.ts";
import type { CardContext } from "../../slack/blocks/card.ts";
import { issueGoneCard } from "../../slack/blocks/issue-gone.ts";
import { goalKey } from "../../slack/thread-messages.ts";
import type { RunStory } from "../follower.ts";
import type { Part } from "./desired-issues.ts";
import type { LinkBook } from "./link-book.ts";

/** All that one look at a run writes with. */
export type Bringing = {
  readonly sql: Sql;
  readonly jira: Jira;
  readonly settings: JiraSettings;
  readonly mode: "issue" | "epic";
  readonly story: RunStory;
  readonly book: LinkBook;
  /** The rules' time, ms since 1970. */
  readonly now: number;
  /** The Jira account of somebody in Slack; null where nobody knows it. */
  readonly accountOf: (personId: string) => Promise<string | null>;
  /** The names of people who are not in the story. */
  readonly contextOf: (...about: readonly unknown[]) => Promise<CardContext>;
  /** The permalink of the goal's card; undefined until Slack has it. */
  readonly threadLink: () => Promise<string | undefined>;
};

/** Does something with an issue that is there. One that turns out to be gone is told of once, and left alone from then on. */
export async function onIssue(
  bringing: Bringing,
  key: Part,
  work: (outsideId: string) => Promise<void>,
): Promise<void> {
  const link = bringing.book.there(key);
  if (!link) return;
  try {
    await work(link.outsideId);
  } catch (error) {
    if (!(error instanceof IssueGone)) throw error;
    await giveUp(bringing, key);
  }
}

/** Somebody deleted this issue: said in the run's thread, before it is forgotten. */
export async function giveUp({ sql, story, book }: Bringing, key: Part): Promise<void> {
  const { run, brief } = story;
  const desired = issueGoneCard({
    run,
    issue: book.all.get(key)?.outsideKey ?? "",
    step: key.slice("step:".length),
  });
  await wantMessage(sql, {
    ...{ workspaceId: run.workspaceId, key: `jira:gone:${run.id}:${key}`, streamId: run.id },
    ...{ channelId: brief.channel, threadKey: goalKey(brief.goalId), rank: 1, desired },
  });
  await book.close(key, "gone");
}
