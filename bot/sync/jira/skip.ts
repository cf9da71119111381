import { isDeepStrictEqual } from "node:util";
import type { Sql } from "postgres";
import type { LinkPlace } from "#db/links.ts";
import type { JiraSettings } from "#integrations/jira/settings.ts";
import type { RunStory } from "../follower.ts";
import { newComments } from "./desired-comments.ts";
import { type DesiredIssue, desiredIssues } from "./desired-issues.ts";
import { desiredMessages } from "./desired-messages.ts";
import { type LinkBook, openLinkBook } from "./link-book.ts";
import { milestonesOf } from "./milestones.ts";
import { modeFor, shownIssue } from "./mode.ts";

type Needs = {
  readonly sql: Sql;
  readonly settings: JiraSettings;
  readonly story: RunStory;
  readonly place: LinkPlace;
  /** What happened later was not tried yet. */
  readonly stuckAt: Date;
};
type Skipping = {
  readonly story: RunStory;
  readonly book: LinkBook;
  readonly mode: "issue" | "epic";
  readonly desired: readonly DesiredIssue[];
};

/**
 * Leaves out what a run is stuck on: the first thing, in the order in which they are written, that is not there as it should be.
 * Resolves to what that was, for people; empty where everything is there.
 */
export async function skipInJira({
  sql,
  settings,
  story: whole,
  place,
  stuckAt,
}: Needs): Promise<readonly string[]> {
  const story = { ...whole, facts: whole.facts.filter(({ at }) => at <= stuckAt.getTime()) };
  const book = await openLinkBook(sql, place);
  const mode = shownIssue(book.there("run")?.shown)?.mode ?? modeFor(settings, story);
  if (mode === "off") return [];
  const skipping = { story, book, mode, desired: desiredIssues(whole, settings, mode) };
  for (const skip of [skipIssues, skipDetails, skipComments, skipMoves, skipRest]) {
    const skipped = await skip(skipping);
    if (skipped.length > 0) return skipped;
  }
  return [];
}

/** Without the run's own issue nothing stands under it. */
async function skipIssues({ book, desired }: Skipping): Promise<readonly string[]> {
  const missing = desired.filter(({ key }) => book.there(key) === null && !book.isClosed(key));
  const [first] = missing;
  const now = first?.key === "run" ? [first] : missing;
  for (const { key } of now) await book.close(key, "skipped");
  return now.map(({ key, summary }) =>
    key === "run" ? `the issue of the run, and all on it` : `the issue of step “${summary}”`,
  );
}

async function skipDetails({ book, desired, story }: Skipping): Promise<readonly string[]> {
  const skipped: string[] = [];
  for (const { key, assigned, isUnder, summary } of desired) {
    const shown = shownIssue(book.there(key)?.shown);
    if (!shown || shown.isAdopted) continue;
    const isPlanned = shown.isPlanned || story.run.steps.length > 0;
    const now = { ...shown, isPlanned, assigned: isUnder ? (assigned ?? shown.assigned) : shown.assigned };
    if (isDeepStrictEqual(now, shown)) continue;
    await book.save(key, { shown: now });
    skipped.push(`${now.assigned === shown.assigned ? "the description" : "the assignee"} of “${summary}”`);
  }
  return skipped;
}

async function skipComments({ book, story, mode }: Skipping): Promise<readonly string[]> {
  const milestones = milestonesOf(story, mode);
  const begun = [...book.all.values()].filter(
    ({ key, state }) => key.startsWith("comment:") && state === "making",
  );
  for (const { key } of begun) await book.close(key, "skipped");
  const open = newComments(milestones, book.all).filter(({ on }) => book.there(on) !== null);
  for (const { key, on, seqs } of open) await book.save(key, { state: "skipped", shown: { on, seqs } });
  const count = begun.length + open.length;
  return count === 0 ? [] : [`${count} ${count === 1 ? "comment" : "comments"}`];
}

/** They stay where they are, until they should stand somewhere else again. */
async function skipMoves({ book, desired }: Skipping): Promise<readonly string[]> {
  const skipped: string[] = [];
  for (const { key, stands } of desired) {
    const link = book.there(key);
    const shown = shownIssue(link?.shown);
    if (!link || !shown || stands === null || stands === "new" || stands === shown.stands) continue;
    await book.save(key, { shown: { ...shown, stands } });
    skipped.push(`where ${link.outsideKey ?? key} stands`);
  }
  return skipped;
}

async function skipRest({ book, story }: Skipping): Promise<readonly string[]> {
  const skipped: string[] = [];
  if (!book.there("agents") && !book.isClosed("agents") && desiredMessages(story)) {
    await book.close("agents", "skipped");
    skipped.push("the comment with what the agents said");
  }
  if (!book.all.has("thread") && book.there("run")) {
    await book.close("thread", "skipped");
    skipped.push("the link to the thread in Slack");
  }
  return skipped;
}
