import type { App } from "@slack/bolt";
import type { WebClient } from "@slack/web-api";
import { keepDraft } from "#db/drafts.ts";
import { type Goal, goalById } from "#db/goals.ts";
import { loadRun } from "#db/load.ts";
import { threadOf } from "#db/messages.ts";
import { OutsideFailure, Refusal } from "#engine/errors.ts";
import { hasEnded } from "#engine/run/run.ts";
import { follow, hear, readingsOf } from "./begin.ts";
import type { Card } from "./blocks/card.ts";
import { done, twoReadings } from "./blocks/private.ts";
import type { Asker, Desk } from "./desk.ts";
import { readEscaped } from "./grammar.ts";
import { explain, tell } from "./listen.ts";
import { refuseStrangers } from "./strangers.ts";
import { wordsAfterQuestion, wordsUnder } from "./words-near-cards.ts";

/** Somebody speaks to us: a mention in a channel or a thread, or a direct message. */
type Spoken = {
  readonly workspaceId: string;
  readonly person: string;
  readonly channel: string;
  readonly text: string;
  readonly thread: string | undefined;
  readonly onceId: string;
};

/** Mentions and direct messages. In a goal's thread they act on that goal; nothing that is said to us is swallowed. */
export function listenForTalk(app: App, desk: Desk): void {
  app.event("app_mention", async ({ event, body, client }) => {
    if (event.bot_id !== undefined || !event.user) return; // agents of other apps start and steer nothing
    const text = event.text.replace(/^\s*<@[^>]+>\s*/, "");
    const { team_id: workspaceId, event_id: eventId } = body;
    const place = { channel: event.channel, thread: event.thread_ts };
    const onceId = `slack:${workspaceId}:${eventId}`;
    await answerTo(desk, client, { workspaceId, person: event.user, text, onceId, ...place });
  });

  app.message(async ({ message, body, client }) => {
    if (message.channel_type !== "im" || message.subtype !== undefined || message.bot_id !== undefined)
      return;
    const { team_id: workspaceId, event_id: eventId } = body;
    const place = { channel: message.channel, thread: message.thread_ts };
    const onceId = `slack:${workspaceId}:${eventId}`;
    await answerTo(desk, client, {
      workspaceId,
      person: message.user,
      text: message.text ?? "",
      onceId,
      ...place,
    });
  });
}

async function answerTo(desk: Desk, client: WebClient, spoken: Spoken): Promise<void> {
  const { workspaceId, person, channel, thread } = spoken;
  const place = { channel, thread };
  try {
    const said = await listen(desk, spoken);
    if (said) await tell(client, person, place, said);
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof OutsideFailure)) throw error;
    await tell(client, person, place, await explain(desk, workspaceId, error));
  }
}

async function listen(desk: Desk, spoken: Spoken): Promise<Card | null> {
  const { workspaceId, person, channel, text, onceId } = spoken;
  const { goal, request } = await threadAbout(desk, spoken);
  if (request) return request;
  const asker: Asker = { workspaceId, person, channel, goal };
  const said = text.trim() === "" ? "help" : text;
  if (!goal) return (await wordsAfterQuestion(desk, asker, said)) ?? (await hear(desk, asker, said, onceId));
  const { first } = await readingsOf(desk, asker, said);
  if (first.kind !== "goal") return follow(desk, asker, first, onceId);
  return hasEnded(goal.run) ? offerRework(desk, asker, said) : guide(desk, asker, goal, said, onceId);
}

/** The goal in whose thread this was said; or what is to be said of the request under whose card it was. */
async function threadAbout(
  desk: Desk,
  { workspaceId, channel, thread }: Spoken,
): Promise<{ readonly goal: Goal | null; readonly request: Card | null }> {
  const { sql } = desk;
  const card = thread === undefined ? null : await threadOf(sql, workspaceId, channel, thread);
  if (!card?.streamId) return { goal: null, request: null };
  const run = await loadRun(sql, workspaceId, card.streamId);
  const goal = run?.brief ? await goalById(sql, workspaceId, run.brief.goalId) : null;
  return { goal, request: run ? null : await wordsUnder(desk, workspaceId, card.streamId) };
}

async function guide(desk: Desk, asker: Asker, { run }: Goal, text: string, onceId: string): Promise<Card> {
  const { workspaceId, person } = asker;
  await refuseStrangers(desk, asker);
  const stream = { kind: "run", id: run.id, workspaceId } as const;
  const command = { type: "guide", by: person, text: readEscaped(text).slice(0, 3_000) } as const;
  const { state } = await desk.engine.submit(stream, command, `person:${person}`, onceId);
  return done(
    "Noted: whoever works next on this reads it.",
    state,
    await desk.contexts.about(workspaceId, state),
  );
}

/** The goal has ended: what is said could be feedback for it, or a goal of its own. */
async function offerRework(
  desk: Desk,
  { workspaceId, person, channel, goal }: Asker,
  typed: string,
): Promise<Card> {
  const id = desk.newId();
  const words = `rework g${goal?.number} ${typed}`;
  const request = { kind: "words", text: words, asGoal: typed } as const;
  await keepDraft(desk.sql, { id, workspaceId, requestedBy: person, channelId: channel, request });
  return twoReadings(id, { typed, command: `rework g${goal?.number}` });
}
