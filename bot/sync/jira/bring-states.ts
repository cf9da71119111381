import { OutsideRefusal } from "#engine/errors.ts";
import type { Move } from "#integrations/jira/issue.ts";
import { IssueGone } from "#integrations/jira/refusals.ts";
import { type Bringing, giveUp } from "./bringing.ts";
import type { DesiredIssue, Stands } from "./desired-issues.ts";
import { type ShownIssue, shownIssue } from "./mode.ts";

/** A step that is done within this time goes from "to do" to "done" at once: one call, and one line in its history. */
const SETTLED_MS = 5_000;

/** What came of it: how long to wait until something that works may be shown under way, and what Jira does not let us move. */
export type States = { readonly waitMs: number | null; readonly refused: OutsideRefusal | null };

type Due = {
  readonly issue: DesiredIssue;
  readonly id: string;
  readonly shown: ShownIssue;
  readonly stands: Stands;
};

/** Moves the issues to where they should stand, in few calls. Those that can't be moved don't keep the others. */
export async function bringStates(bringing: Bringing, desired: readonly DesiredIssue[]): Promise<States> {
  const due = desired.flatMap((issue) => dueMove(bringing, issue) ?? []);
  const waits = due.map((one) => waitFor(one, bringing.now));
  const now = due.filter((_, i) => waits[i] === 0);
  const waitMs = waits.some((ms) => ms > 0) ? Math.max(...waits) : null;
  if (now.length === 0) return { waitMs, refused: null };
  const results = await bringing.jira.moveAll(now.map(toMove));
  let refused: OutsideRefusal | null = null;
  for (const { issue, id, shown, stands } of now) {
    const result = results.get(id);
    if (result instanceof IssueGone) await giveUp(bringing, issue.key);
    else if (result instanceof OutsideRefusal) refused ??= result;
    else await bringing.book.save(issue.key, { shown: { ...shown, stands } });
  }
  return { waitMs, refused };
}

function dueMove({ book, story }: Bringing, issue: DesiredIssue): Due | null {
  const link = book.there(issue.key);
  const shown = shownIssue(link?.shown);
  const { stands } = issue;
  // Where an issue begins is its workflow's to say, and nothing goes back there.
  if (!link || !shown || stands === null || stands === "new" || stands === shown.stands) return null;
  // A rehearsal changes nothing, and a goal that is called off is no verdict on the issue that people wrote.
  if (shown.isAdopted && (story.brief.rehearsed || stands === "cancelled")) return null;
  return { issue, id: link.outsideId, shown, stands };
}

function waitFor({ issue: { workingSince }, shown }: Due, now: number): number {
  if (workingSince === null || shown.stands !== "new") return 0;
  return Math.max(0, Math.min(SETTLED_MS, workingSince + SETTLED_MS - now));
}

function toMove({ id, stands, shown }: Due): Move {
  const mayBeElsewhere = shown.stands === null;
  return stands === "cancelled"
    ? { issue: id, to: "done", prefer: "cancelled", mayBeElsewhere }
    : { issue: id, to: stands, mayBeElsewhere };
}
