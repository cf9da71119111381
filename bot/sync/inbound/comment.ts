import { askAboutHeard, type Heard, settleHeard } from "#db/heard.ts";
import { Refusal } from "#engine/errors.ts";
import { hasEnded } from "#engine/run/run.ts";
import type { Commented } from "#integrations/jira/changes.ts";
import type { Desk } from "../../slack/desk.ts";
import { standingOf } from "./authors.ts";
import type { InboundNeeds, JiraConnection } from "./needs.ts";
import type { Ours } from "./ours.ts";
import { showHeard } from "./show.ts";

/**
 * A comment on an issue of ours. It is guidance where whoever wrote it may guide this goal in Slack; else it stands in the goal's
 * thread, and guides nothing until somebody who may says so.
 */
export async function takeComment(
  needs: InboundNeeds,
  connection: JiraConnection,
  { heard, change, ours }: { readonly heard: Heard; readonly change: Commented; readonly ours: Ours },
): Promise<void> {
  const { desk } = needs;
  const { run, brief } = ours;
  const { accountId } = change.author;
  const standing = await standingOf(needs, connection, { accountId, channel: brief.channel });
  const settled =
    standing.kind === "may"
      ? await guide(desk, { heard, change, ours, by: standing.person, outcome: "guided" })
      : await askOrEnd(desk, heard, { streamId: run.id, why: standing.why, isOver: hasEnded(run) });
  if (settled) await showHeard(desk, settled);
}

async function askOrEnd(
  { sql }: Desk,
  heard: Heard,
  { streamId, why, isOver }: { readonly streamId: string; readonly why: string; readonly isOver: boolean },
): Promise<Heard | null> {
  if (isOver) return settleHeard(sql, heard, { streamId, outcome: "ended", by: null });
  return askAboutHeard(sql, heard, { streamId, why });
}

/**
 * Gives a comment to whoever works next on the run, as the word of `by`: once, whoever and however many say so. Resolves to how the
 * comment stands then: as `outcome`, or as what was said before, or as come too late.
 */
export async function guide(
  { engine, sql }: Desk,
  said: {
    readonly heard: Heard;
    readonly change: Commented;
    readonly ours: Pick<Ours, "run" | "key">;
    readonly by: string;
    readonly outcome: "guided" | "used";
  },
): Promise<Heard | null> {
  const { heard, change, ours, by, outcome } = said;
  const { workspaceId, key } = heard;
  const streamId = ours.run.id;
  const stream = { kind: "run", id: streamId, workspaceId } as const;
  const command = { type: "guide", by, text: textOf(change, ours) } as const;
  try {
    await engine.submit(stream, command, `person:${by}`, `jira:${workspaceId}:${key}`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return settleHeard(sql, heard, { streamId, outcome: "ended", by: null });
  }
  return settleHeard(sql, heard, { streamId, outcome, by });
}

/** What stands on a step's own issue is about that step. */
function textOf({ text }: Commented, { run, key }: Pick<Ours, "run" | "key">): string {
  const step = key.startsWith("step:") ? run.steps.find((one) => `step:${one.key}` === key) : undefined;
  return `${step ? `About the step “${step.title}”: ` : ""}${text}`.slice(0, 3_000);
}
