import { askForGoAhead, goAheadFor } from "#db/go-aheads.ts";
import { isWanted, wantMessage } from "#db/messages.ts";
import { oneLine } from "#integrations/jira/adf.ts";
import { Later } from "../../followers.ts";
import { goAheadCard, letCard } from "../../slack/blocks/go-ahead-card.ts";
import { goalKey } from "../../slack/thread-messages.ts";
import type { Bringing } from "./bringing.ts";
import { runSummary } from "./desired-issues.ts";
import { namedIssue } from "./mode.ts";
import { placeOf } from "./place.ts";

/** Whoever presses wakes us; this is for the case that nobody hears it. */
const LOOK_AGAIN_MS = 10 * 60_000;
const MOST_IN_TITLE = 60;

/**
 * Before the first write to a Jira project somebody must let us: what would be written stands in the run's thread until they do.
 * Rejects with `Later` until then.
 */
export async function demandGoAhead(bringing: Bringing): Promise<void> {
  const { sql, story, settings, book } = bringing;
  const { run, brief, context } = story;
  const place = placeOf(settings);
  const key = `jira:go-ahead:${run.id}`;
  const wanted = { workspaceId: run.workspaceId, key, streamId: run.id, rank: 0 } as const;
  const at = { channelId: brief.channel, threadKey: goalKey(brief.goalId) };
  const goAhead = await goAheadFor(sql, run.workspaceId, place);
  const project = { key: settings.project, site: new URL(settings.url).host, account: settings.username };
  if (goAhead?.by && goAhead.givenAt) {
    if (book.all.has("run") || !(await isWanted(sql, run.workspaceId, key))) return;
    const given = { project, by: goAhead.by, at: goAhead.givenAt.getTime(), run };
    const desired = letCard(given, await bringing.contextOf(given.by));
    await wantMessage(sql, { ...wanted, ...at, desired });
    return;
  }
  await askForGoAhead(sql, run.workspaceId, place);
  const desired = goAheadCard({ project, place, run, what: whatWouldBe(bringing) }, context);
  await wantMessage(sql, { ...wanted, ...at, desired });
  throw new Later(LOOK_AGAIN_MS, `Nobody has let Countersign write to Jira project ${settings.project} yet.`);
}

/** "make Epic “Ship billing 1.2.3 (g14)” and 4 of type Story". */
function whatWouldBe({ story, settings, mode }: Bringing): string {
  const named = mode === "issue" ? namedIssue(settings, story) : null;
  if (named !== null) return `go on with ${named}, where that is there`;
  const { epic, goal, step } = settings.issueTypes;
  const title = `“${oneLine(runSummary(story), MOST_IN_TITLE)}”`;
  return mode === "issue"
    ? `make ${goal} ${title}`
    : `make ${epic} ${title} and ${story.run.steps.length} of type ${step}`;
}
