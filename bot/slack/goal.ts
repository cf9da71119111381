import type { App } from "@slack/bolt";
import { draftById } from "#db/drafts.ts";
import { loadRun } from "#db/load.ts";
import { wantMessage } from "#db/messages.ts";
import { listProjects, projectOfChannel } from "#db/places.ts";
import { Refusal } from "#engine/errors.ts";
import { runIdFrom } from "../goals.ts";
import { beginGoal, DraftRequest, follow, hear, readingsOf } from "./begin.ts";
import type { Card } from "./blocks/card.ts";
import { goalForm } from "./blocks/forms.ts";
import { connectModel, started } from "./blocks/private.ts";
import { readGoalForm } from "./blocks/read-forms.ts";
import { welcomeCard } from "./blocks/welcome-card.ts";
import { checkGoalForm } from "./check-goal-form.ts";
import type { Desk } from "./desk.ts";
import { explain, inTime, isAnswer, type Listening } from "./listen.ts";

/** `/goal …`, its form, and the buttons that begin a goal. */
export function listenForGoals(app: App, { onClick, onForm }: Listening, desk: Desk): void {
  app.command("/goal", async ({ ack, command, client }) => {
    const { team_id: workspaceId, user_id: person, channel_id: channel, trigger_id: trigger, text } = command;
    const asker = { workspaceId, person, channel, goal: null };
    try {
      if (text.trim() === "") {
        await inTime(openGoalForm(desk, asker, (view) => client.views.open({ trigger_id: trigger, view })));
        return await ack();
      }
      const said = await inTime(hear(desk, asker, text, `slack:${workspaceId}:${trigger}`));
      await ack(...(said ? [privately(said)] : []));
    } catch (error) {
      if (!isAnswer(error)) throw error;
      await ack(privately(await explain(desk, workspaceId, error)));
    }
  });

  onForm("goal.form", async ({ metadata, values, workspaceId, person, onceId }) => {
    const read = readGoalForm(values);
    if (read.kind === "wrong") return { errors: read.errors };
    const { channel } = metadata;
    const errors = await checkGoalForm(desk, { workspaceId, channel }, read.value);
    if (errors) return { errors };
    const { project, reviewers, ...goal } = read.value;
    const place = { workspaceId, requestedBy: person, channel };
    const named = reviewers.length > 0 ? { reviewers } : {};
    const said = await beginGoal(
      desk,
      { ...place, ...goal, ...named, ...(project ? { project } : {}) },
      onceId,
    );
    return said && { say: said };
  });

  onClick("draft.start", ({ workspaceId, person, value }) =>
    startDraft(desk, { workspaceId, person }, value),
  );
  onClick("model.connect", async () => connectModel());
  onClick("demo.start", ({ workspaceId, person, channel, card }) =>
    startDemo(
      desk,
      { workspaceId, person, channel: channel ?? "" },
      `demo:${workspaceId}:${channel}:${card}`,
    ),
  );
}

const privately = ({ text, blocks }: Card) => ({
  response_type: "ephemeral" as const,
  text,
  blocks: [...blocks],
});

async function openGoalForm(
  desk: Desk,
  { workspaceId, channel }: { readonly workspaceId: string; readonly channel: string },
  open: (view: ReturnType<typeof goalForm>) => Promise<unknown>,
): Promise<void> {
  const [projects, own] = await Promise.all([
    listProjects(desk.sql, workspaceId),
    projectOfChannel(desk.sql, workspaceId, channel),
  ]);
  const listed = projects.map(({ name, testCommand }) => ({ name, hasTests: testCommand !== null }));
  await open(goalForm({ channel, projects: listed, project: own?.name }));
}

/** A kept goal, or one of two readings, begins once, however often its button is pressed. */
async function startDraft(
  desk: Desk,
  { workspaceId, person }: { readonly workspaceId: string; readonly person: string },
  { draft: id, reading }: { readonly draft: string; readonly reading: "goal" | "command" },
): Promise<Card | null> {
  const draft = await draftById(desk.sql, workspaceId, id);
  if (!draft) throw new Refusal("not_found", "This is not kept any more. Type it again.");
  if (draft.requestedBy !== person)
    throw new Refusal("not_allowed", `Only <@${draft.requestedBy}>, who typed this, can start it.`);
  const request = DraftRequest.parse(draft.request);
  const onceId = `draft:${id}`;
  if (request.kind === "goal") return beginGoal(desk, request.request, onceId);
  const asker = { workspaceId, person, channel: draft.channelId, goal: null };
  if (reading === "goal")
    return follow(desk, asker, { kind: "goal", text: request.asGoal ?? request.text }, onceId);
  const { first } = await readingsOf(desk, asker, request.text);
  return follow(desk, asker, first, onceId);
}

/** The key of a workspace's first message. */
export const WELCOME = "welcome";
const DEMO_VERSION = "0.2.0";

/** The demo's release, once for each card that offers it: who presses Start after somebody else did hears so. */
async function startDemo(
  desk: Desk,
  {
    workspaceId,
    person,
    channel,
  }: { readonly workspaceId: string; readonly person: string; readonly channel: string },
  onceId: string,
): Promise<Card | null> {
  const already = await loadRun(desk.sql, workspaceId, runIdFrom(onceId));
  const request = { text: "run release", workflow: "release", parameters: { version: DEMO_VERSION } };
  const asked = { workspaceId, requestedBy: person, channel, ...request };
  const said = already ? null : await beginGoal(desk, asked, onceId);
  if (said !== null) return said;
  const startedBy = already?.brief?.requestedBy ?? person;
  const context = await desk.contexts.about(workspaceId, startedBy, already);
  const desired = welcomeCard({ startedBy }, context);
  const place = { workspaceId, key: WELCOME, streamId: null, channelId: channel, threadKey: null };
  await wantMessage(desk.sql, { ...place, rank: 0, desired });
  return already && started(already, context);
}
