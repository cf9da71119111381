import { type Heard, heardOf } from "#db/heard.ts";
import { loadRun } from "#db/load.ts";
import { projectById } from "#db/places.ts";
import { Refusal } from "#engine/errors.ts";
import type { Run } from "#engine/run/run.ts";
import { type Change, Change as ChangeRead } from "#integrations/jira/changes.ts";
import { isMemberIn } from "../sync/inbound/authors.ts";
import { guide } from "../sync/inbound/comment.ts";
import { startGoal } from "../sync/inbound/label.ts";
import { letMoveBack } from "../sync/inbound/move-back.ts";
import { settingsOf } from "../sync/inbound/needs.ts";
import { oursOf } from "../sync/inbound/ours.ts";
import { settle } from "../sync/inbound/show.ts";
import type { Desk } from "./desk.ts";
import type { Click, Listening } from "./listen.ts";

/** What the buttons do under what came from Jira: a comment, a move, a label. */
export function listenForJiraAsks({ onClick }: Listening, desk: Desk): void {
  onClick("jira.guidance", async (click) => {
    const { heard, change } = await askedBy(desk, click, "comment");
    const run = await runOf(desk, heard);
    await refuseOutsiders(desk, click, run.brief?.channel, "say what guides this goal");
    const key = (await oursOf(desk.sql, heard, change))?.key ?? "run";
    const ours = { run, key };
    refuseLate(await guide(desk, { heard, change, ours, by: click.person, outcome: "used" }));
    return null;
  });
  onClick("jira.cancel", async (click) => {
    const { heard, change } = await askedBy(desk, click, "moved");
    const run = await runOf(desk, heard);
    await refuseOutsiders(desk, click, run.brief?.channel, "decide how this goal goes on");
    const why = `${change.issueKey} was moved to ${change.to.name} in Jira.`;
    const outcome = await cancelled(desk, run, { by: click.person, why, onceId: `jira:${heard.key}:cancel` });
    const by = outcome === "ended" ? null : click.person;
    refuseLate(await settle(desk, heard, { state: "done", outcome, by }));
    return null;
  });
  onClick("jira.keep", async (click) => {
    const { heard, change } = await askedBy(desk, click, "moved");
    const run = await runOf(desk, heard);
    await refuseOutsiders(desk, click, run.brief?.channel, "decide how this goal goes on");
    await letMoveBack(desk.sql, run, change.issueId);
    refuseLate(await settle(desk, heard, { state: "done", outcome: "kept", by: click.person }));
    return null;
  });
  onClick("jira.start", async (click) => {
    const { heard, change } = await askedBy(desk, click, "labelled");
    const { workspaceId, projectId } = heard;
    const project = await projectById(desk.sql, workspaceId, projectId);
    const settings = await settingsOf(desk.sql, heard);
    if (!project?.channelId || !settings) throw new Refusal("not_found", GONE);
    await refuseOutsiders(desk, click, project.channelId, "start goals here");
    const by = click.person;
    const run = await startGoal(desk, settings, { change, project, channel: project.channelId, by });
    const whose = run.brief?.requestedBy ?? by;
    refuseLate(await settle(desk, heard, { state: "done", outcome: "started", by: whose, streamId: run.id }));
    return null;
  });
}

const GONE = "This is not kept any more: do it in Jira once more, or say it here.";

type Who = Pick<Click<"jira.guidance">, "workspaceId" | "person">;

/** What is asked. Refuses (`wrong_state`) where somebody has said it already: the card shows who did. */
async function askedBy<Kind extends Change["kind"]>(
  desk: Desk,
  { workspaceId, value }: Pick<Click<"jira.guidance">, "workspaceId" | "value">,
  kind: Kind,
): Promise<{ readonly heard: Heard; readonly change: Extract<Change, { kind: Kind }> }> {
  const heard = await heardOf(desk.sql, { workspaceId, system: "jira", key: value.heard });
  const change = ChangeRead.safeParse(heard?.change).data;
  if (!heard || change?.kind !== kind) throw new Refusal("not_found", GONE);
  if (heard.state === "asked") return { heard, change: change as Extract<Change, { kind: Kind }> };
  throw late(heard.by);
}

const late = (by: string | null): Refusal =>
  new Refusal(
    "wrong_state",
    `${by === null ? "This is settled" : `<@${by}> has settled this`} already. Your click changed nothing.`,
  );

/** Somebody else's press came between. */
function refuseLate(isFirst: boolean): void {
  if (!isFirst) throw late(null);
}

async function runOf({ sql }: Desk, { workspaceId, streamId }: Heard): Promise<Run> {
  const run = streamId === null ? null : await loadRun(sql, workspaceId, streamId);
  if (!run) throw new Refusal("not_found", "There is no such goal any more.");
  return run;
}

async function refuseOutsiders(
  desk: Desk,
  { workspaceId, person }: Who,
  channel: string | undefined,
  what: string,
): Promise<void> {
  if (channel === undefined || !(await isMemberIn({ desk }, { workspaceId, person, channel })))
    throw new Refusal("not_allowed", `Only full members of <#${channel}> can ${what}.`);
}

/** "ended": there was nothing to cancel any more. */
async function cancelled(
  { goals }: Desk,
  run: Run,
  { by, why, onceId }: { readonly by: string; readonly why: string; readonly onceId: string },
): Promise<"cancelled" | "ended"> {
  try {
    await goals.cancel(run, by, onceId, { why });
    return "cancelled";
  } catch (error) {
    if (error instanceof Refusal && error.code === "wrong_state") return "ended";
    throw error;
  }
}
