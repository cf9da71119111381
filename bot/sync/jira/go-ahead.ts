import { askForGoAhead, goAheadFor } from "#db/go-aheads.ts";
import { isWanted, wantMessage } from "#db/messages.ts";
import type { Run } from "#engine/run/run.ts";
import { oneLine } from "#integrations/jira/adf.ts";
import { Later } from "../../followers.ts";
import type { Card } from "../../slack/blocks/card.ts";
import { goAheadCard, letCard, notNeededCard } from "../../slack/blocks/go-ahead-card.ts";
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
  const { run, context } = story;
  const place = placeOf(settings);
  const goAhead = await goAheadFor(sql, run.workspaceId, place);
  const project = projectOf(bringing);
  if (goAhead?.by && goAhead.givenAt) {
    if (book.all.has("run") || !(await isWanted(sql, run.workspaceId, keyOf(run)))) return;
    const given = { project, by: goAhead.by, at: goAhead.givenAt.getTime(), run };
    return await show(bringing, letCard(given, await bringing.contextOf(given.by)));
  }
  await askForGoAhead(sql, run.workspaceId, place);
  await show(bringing, goAheadCard({ project, place, run, what: whatWouldBe(bringing) }, context));
  throw new Later(LOOK_AGAIN_MS, `Nobody has let Countersign write to Jira project ${settings.project} yet.`);
}

/** Nothing is to be written after all: whoever was asked is asked no more. */
export async function withdrawGoAhead(bringing: Bringing): Promise<void> {
  const { sql, story, book } = bringing;
  const { run, context } = story;
  if (book.all.has("run") || !(await isWanted(sql, run.workspaceId, keyOf(run)))) return;
  await show(bringing, notNeededCard({ project: projectOf(bringing), run }, context));
}

const keyOf = ({ id }: Run): string => `jira:go-ahead:${id}`;

const projectOf = ({ settings: { project, url, username } }: Bringing) => ({
  ...{ key: project, site: new URL(url).host, account: username },
});

async function show({ sql, story: { run, brief } }: Bringing, desired: Card): Promise<void> {
  await wantMessage(sql, {
    ...{ workspaceId: run.workspaceId, key: keyOf(run), streamId: run.id, rank: 0, desired },
    ...{ channelId: brief.channel, threadKey: goalKey(brief.goalId) },
  });
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
