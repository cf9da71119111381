import type { Heard } from "#db/heard.ts";
import type { Run } from "#engine/run/run.ts";
import type { Change } from "#integrations/jira/changes.ts";
import { type Fold, fold } from "./fold.ts";
import { bare, inert, inertLines, linesOf, type People } from "./text.ts";
import { clock } from "./times.ts";
import { nameOf } from "./who.ts";

/** Something that happened in Jira, how it stands here, and the run that it is about or became. */
export type FromJira<One extends Change> = {
  readonly heard: Heard;
  readonly change: One;
  readonly run: Run | null;
};

const MOST_IN_NAME = 40;
const MOST_LINES = 4;
const MOST_IN_LINE = 220;

/** Somebody as Jira calls them, inert. It is no name that anybody here has to have. */
export const jiraName = ({ author }: Change): string => inert(author.displayName, MOST_IN_NAME) || "Somebody";

/** "PAY-12". */
export const keyOf = ({ issueKey }: Change): string => bare(issueKey, 60);

/** What somebody wrote, as a quotation: nothing in it notifies, links, or looks like a line of ours. */
export const quoted = (text: string, people: People): readonly string[] =>
  inertLines(text, MOST_LINES, MOST_IN_LINE, people).map((line) => `> ${line}`);

/** All of it, where the quotation does not show it: who says yes to it must be able to read it. */
export function wholeText(title: string, text: string): Fold | null {
  const lines = linesOf(text);
  const isShown =
    lines.length <= MOST_LINES && lines.every((line) => inert(line, MOST_IN_LINE).length < MOST_IN_LINE);
  return isShown ? null : fold(title, [{ label: title, text, kind: "words" }]);
}

/** "Alice 14:32": who settled it, and when. */
export function settledBy({ by, settledAt }: Heard, { at }: Change, people: People): string {
  const who = by === null ? "" : nameOf(by, people);
  return settledAt === null ? who : `${who} ${clock(settledAt.getTime(), at)}`.trim();
}

/** Why the one who did it in Jira does not decide it here. */
export function whyAsked({ outcome }: Heard): string {
  switch (outcome) {
    case "elsewhere":
      return "They are not in this channel";
    case "not invited":
      return "I could not post here when it came";
    default:
      return "No full member here is known by this Jira account";
  }
}
