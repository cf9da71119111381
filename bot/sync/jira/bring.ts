import { hasEnded } from "#engine/run/run.ts";
import { Later } from "../../followers.ts";
import { bringComments } from "./bring-comments.ts";
import { bringDetails, bringPlaces, bringRework, bringThreadLink } from "./bring-details.ts";
import { bringIssues } from "./bring-issues.ts";
import { bringMessages } from "./bring-messages.ts";
import { bringStates } from "./bring-states.ts";
import type { Bringing } from "./bringing.ts";
import { type DesiredIssue, desiredIssues } from "./desired-issues.ts";
import { demandGoAhead, withdrawGoAhead } from "./go-ahead.ts";

/** A goal's card is in Slack within seconds, or Slack has trouble: after so long its issue stands without the link. */
const LINK_WITHIN_MS = 10 * 60_000;
const LOOK_FOR_LINK_MS = 5_000;

/**
 * Brings Jira to where a run is: issues, what their watchers should know, where they stand, what agents said. Each thing is saved before
 * the next one is asked for. Rejects with `Later` where something has to wait; what can't be mended is thrown when all else is done.
 */
export async function bring(bringing: Bringing): Promise<void> {
  const { story, settings, mode, book } = bringing;
  const desired = desiredIssues(story, settings, mode);
  if (isOver(bringing, desired)) return await withdrawGoAhead(bringing);
  await demandGoAhead(bringing);
  await bringPlaces(bringing, desired);
  await bringIssues(bringing, desired);
  await bringRework(bringing);
  await bringDetails(bringing, desired);
  // How it ended is the last that is said.
  if (hasEnded(story.run)) await bringMessages(bringing);
  await bringComments(bringing);
  const { waitMs, refused } = await bringStates(bringing, desired);
  await bringMessages(bringing);
  const isLinked = await bringThreadLink(bringing);
  if (refused) throw refused;
  if (waitMs !== null) throw new Later(waitMs, "A step has only just begun.");
  if (!isLinked && book.there("run") && isYoung(bringing))
    throw new Later(LOOK_FOR_LINK_MS, "Slack does not have the goal's card yet.");
}

/** A goal that was called off before anything of it was shown leaves no trace; one whose issues are all gone has none to write. */
function isOver({ story, book }: Bringing, desired: readonly DesiredIssue[]): boolean {
  const { run, facts } = story;
  const wasStarted = facts.some(({ fact }) => fact.type === "run.started");
  if (hasEnded(run) && !wasStarted && !book.all.has("run")) return true;
  return desired.every(({ key }) => book.isClosed(key));
}

function isYoung({ story: { run }, now }: Bringing): boolean {
  return Math.abs(now - (run.requestedAt ?? now)) < LINK_WITHIN_MS;
}
