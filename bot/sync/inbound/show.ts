import { type Heard, saveHeard } from "#db/heard.ts";
import { loadRun } from "#db/load.ts";
import { wantMessage } from "#db/messages.ts";
import { projectById } from "#db/places.ts";
import type { Run } from "#engine/run/run.ts";
import { Change } from "#integrations/jira/changes.ts";
import type { Card, CardContext } from "../../slack/blocks/card.ts";
import { jiraCommentCard } from "../../slack/blocks/jira-comment.ts";
import { jiraGoalCard } from "../../slack/blocks/jira-goal.ts";
import { jiraMoveCard } from "../../slack/blocks/jira-move.ts";
import type { Desk } from "../../slack/desk.ts";
import { goalKey } from "../../slack/thread-messages.ts";

type Place = { readonly channelId: string; readonly threadKey: string | null; readonly run: Run | null };

/**
 * Says how something that came from Jira stands from now on, and shows it in Slack, both or neither: in its run's thread, or in its
 * project's channel. False where somebody was first to say how it stands: that is shown already.
 */
export async function settle(desk: Desk, heard: Heard, now: Now): Promise<boolean> {
  const { sql, contexts } = desk;
  const { workspaceId, key } = heard;
  const settledAt = now.state === "done" ? new Date() : null;
  const next: Heard = { ...heard, by: null, ...now, settledAt };
  const change = Change.safeParse(heard.change).data;
  const place = change ? await placeOf(desk, next, change) : null;
  if (!change || !place) return saveHeard(sql, heard, next);
  const context = await contexts.about(workspaceId, place.run, next);
  const desired = cardOf({ heard: next, change, run: place.run }, context);
  const { channelId, threadKey } = place;
  const rank = next.state === "asked" ? 0 : 1;
  const message = {
    workspaceId,
    key: `heard:${key}`,
    streamId: next.streamId,
    channelId,
    threadKey,
    rank,
    desired,
  } as const;
  return sql.begin(async (tx) => {
    const isFirst = await saveHeard(tx, heard, next);
    if (isFirst) await wantMessage(tx, message);
    return isFirst;
  });
}

/** People are asked what follows (`outcome` says why), or something has followed. */
export type Now = Pick<Heard, "outcome"> & {
  readonly state: "asked" | "done";
  readonly by?: string | null;
  readonly streamId?: string | null;
};

/** A label's card stays where it was asked, also when it has become a run of its own. */
async function placeOf({ sql }: Desk, heard: Heard, change: Change): Promise<Place | null> {
  const { workspaceId, projectId, streamId } = heard;
  const run = streamId === null ? null : await loadRun(sql, workspaceId, streamId);
  if (change.kind === "labelled") {
    const channelId = (await projectById(sql, workspaceId, projectId))?.channelId ?? null;
    return channelId === null ? null : { channelId, threadKey: null, run };
  }
  if (!run?.brief) return null;
  return { channelId: run.brief.channel, threadKey: goalKey(run.brief.goalId), run };
}

function cardOf(
  { heard, change, run }: { readonly heard: Heard; readonly change: Change; readonly run: Run | null },
  context: CardContext,
): Card {
  switch (change.kind) {
    case "comment":
      return jiraCommentCard({ heard, change, run }, context);
    case "moved":
      return jiraMoveCard({ heard, change, run }, context);
    case "labelled":
      return jiraGoalCard({ heard, change, run }, context);
  }
}
