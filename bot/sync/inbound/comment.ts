import type { Heard } from "#db/heard.ts";
import { Refusal } from "#engine/errors.ts";
import { hasEnded } from "#engine/run/run.ts";
import type { Commented } from "#integrations/jira/changes.ts";
import type { Desk } from "../../slack/desk.ts";
import { standingOf } from "./authors.ts";
import type { InboundNeeds, JiraConnection } from "./needs.ts";
import type { Ours } from "./ours.ts";
import { settle } from "./show.ts";

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
  if (standing.kind === "may")
    await guide(desk, { heard, change, ours, by: standing.person, outcome: "guided" });
  else
    await settle(desk, heard, {
      streamId: run.id,
      ...(hasEnded(run) ? { state: "done", outcome: "ended" } : { state: "asked", outcome: standing.why }),
    });
}

/**
 * Gives a comment to whoever works next on the run, as the word of `by`: once, whoever and however many say so. False where
 * somebody has said before what becomes of it.
 */
export async function guide(
  desk: Desk,
  said: {
    readonly heard: Heard;
    readonly change: Commented;
    readonly ours: Pick<Ours, "run" | "key">;
    readonly by: string;
    readonly outcome: "guided" | "used";
  },
): Promise<boolean> {
  const { heard, change, ours, by, outcome } = said;
  const { workspaceId, key } = heard;
  const streamId = ours.run.id;
  const stream = { kind: "run", id: streamId, workspaceId } as const;
  const text = textOf(change, ours);
  const command = { type: "guide", by, text } as const;
  const onceId = `jira:${workspaceId}:${key}`;
  const guided = await unlessEnded(desk.engine.submit(stream, command, `person:${by}`, onceId));
  if (!guided) return settle(desk, heard, { streamId, state: "done", outcome: "ended" });
  const whose = guided.state.guidance.findLast((one) => one.text === text)?.by ?? by;
  return settle(desk, heard, { streamId, state: "done", outcome, by: whose });
}

/** Null: the run has ended, so that nobody can be guided any more. */
async function unlessEnded<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Refusal && error.code === "wrong_state") return null;
    throw error;
  }
}

/** What stands on a step's own issue is about that step. */
function textOf({ text }: Commented, { run, key }: Pick<Ours, "run" | "key">): string {
  const step = key.startsWith("step:") ? run.steps.find((one) => `step:${one.key}` === key) : undefined;
  return `${step ? `About the step “${step.title}”: ` : ""}${text}`.slice(0, 3_000);
}
