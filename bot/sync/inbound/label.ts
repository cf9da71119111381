import { dropHeard, type Heard } from "#db/heard.ts";
import { type Project, projectById } from "#db/places.ts";
import { hasEnded, type Run } from "#engine/run/run.ts";
import type { Labelled } from "#integrations/jira/changes.ts";
import type { JiraSettings } from "#integrations/jira/settings.ts";
import type { Desk } from "../../slack/desk.ts";
import { standingOf } from "./authors.ts";
import { isGoalLabel } from "./concerning.ts";
import type { InboundNeeds, JiraConnection } from "./needs.ts";
import { oursOf } from "./ours.ts";
import { settle } from "./show.ts";

/**
 * An issue got the goal label: it becomes a goal of whoever gave it, where they may start goals in the project's channel; else the
 * channel is asked. Nothing where the issue is a goal under way.
 */
export async function takeLabel(
  needs: InboundNeeds,
  connection: JiraConnection,
  { heard, change }: { readonly heard: Heard; readonly change: Labelled },
): Promise<void> {
  const { desk } = needs;
  const { workspaceId, projectId, settings } = connection;
  const project = await projectById(desk.sql, workspaceId, projectId);
  if (!project || !isGoalLabel(settings, change.labels)) return dropHeard(desk.sql, heard);
  const ours = await oursOf(desk.sql, connection, change);
  if (ours && !hasEnded(ours.run)) return dropHeard(desk.sql, heard);
  if (project.channelId === null) {
    const issue = change.issueKey;
    desk.log.warn("an issue has the goal label, but its project has no channel", {
      ...{ project: project.name, issue, todo: "./countersign project add --channel" },
    });
    return dropHeard(desk.sql, heard);
  }
  await startOrAsk(needs, connection, { heard, change, project, channel: project.channelId });
}

async function startOrAsk(
  needs: InboundNeeds,
  connection: JiraConnection,
  labelled: {
    readonly heard: Heard;
    readonly change: Labelled;
    readonly project: Project;
    readonly channel: string;
  },
): Promise<void> {
  const { desk } = needs;
  const { heard, change, project, channel } = labelled;
  const { accountId } = change.author;
  const standing = await standingOf(needs, connection, { accountId, channel });
  const mayPost = await desk.people.botMayPost(connection.workspaceId, channel);
  if (standing.kind === "may" && mayPost) {
    await startGoal(desk, connection.settings, { change, project, channel, by: standing.person });
    return dropHeard(desk.sql, heard); // the goal's own card says all
  }
  const why = standing.kind === "may" ? "not invited" : standing.why;
  await settle(desk, heard, { state: "asked", outcome: why });
}

/**
 * Starts an issue as a goal of `by`: once for each time that it got the label. Its text begins with the issue's key, by which the
 * goal is shown on that issue and makes no other (bot/sync/jira/mode.ts); all of it is what others wrote, as data.
 */
export async function startGoal(
  { goals }: Desk,
  { url }: JiraSettings,
  wanted: {
    readonly change: Labelled;
    readonly project: Project;
    readonly channel: string;
    readonly by: string;
  },
): Promise<Run> {
  const { change, project, channel, by } = wanted;
  const { workspaceId, name } = project;
  const title = `${change.issueKey}: ${change.summary || "no summary"}`;
  const text = change.text === "" ? title : `${title}\n\n${change.text}`;
  const onceId = `jira:${workspaceId}:${url} ${change.id}`;
  return goals.request({ workspaceId, requestedBy: by, channel, text, project: name }, onceId);
}
