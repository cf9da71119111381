import { keepDraft } from "#db/drafts.ts";
import { loadConsultation, loadRun } from "#db/load.ts";
import { newestIn } from "#db/messages.ts";
import type { Consultation } from "#engine/consultation/consultation.ts";
import { readingsOf } from "./begin.ts";
import type { Card } from "./blocks/card.ts";
import { notAnAnswer, perhapsAnAnswer } from "./blocks/not-an-answer.ts";
import type { Asker, Desk } from "./desk.ts";
import { isRequesterAlone } from "./threads.ts";

/**
 * What is said to whoever writes under the card of an outside agent's request: an answer is a press or a form, never what
 * somebody happens to write. Null where this is no request.
 */
export async function wordsUnder(desk: Desk, workspaceId: string, id: string): Promise<Card | null> {
  const consultation = await loadConsultation(desk.sql, workspaceId, id);
  if (!consultation) return null;
  const state = await stateOf(desk, consultation);
  return notAnAnswer(state, await desk.contexts.about(workspaceId, consultation));
}

/**
 * What is said to whoever writes to us right after we asked them something in private, and not as a command: it may be
 * meant as the answer, so no goal begins before they have chosen. Null where nothing of the kind is in doubt.
 */
export async function wordsAfterQuestion(desk: Desk, asker: Asker, said: string): Promise<Card | null> {
  const { workspaceId, person, channel } = asker;
  if (!channel.startsWith("D")) return null;
  const newest = await newestIn(desk.sql, workspaceId, channel);
  const id = QUESTION_KEY.exec(newest?.key ?? "")?.[1];
  const consultation = id === undefined ? null : await loadConsultation(desk.sql, workspaceId, id);
  if (consultation?.state !== "open" || !consultation.policy?.people.includes(person)) return null;
  const { first, or } = await readingsOf(desk, asker, said);
  if (first.kind !== "goal" && or === null) return null;
  const draft = desk.newId();
  const request = { kind: "words", text: said, asGoal: said } as const;
  await keepDraft(desk.sql, { id: draft, workspaceId, requestedBy: person, channelId: channel, request });
  const context = await desk.contexts.about(workspaceId, consultation);
  return perhapsAnAnswer(await stateOf(desk, consultation), { draft, typed: said }, context);
}

/** The keys of questions in direct messages, and of their reminders (thread-messages.ts, request-messages.ts). */
const QUESTION_KEY = /^(?:request|question):([0-9a-f-]{36}):/;

async function stateOf(desk: Desk, consultation: Consultation) {
  const { workspaceId, origin } = consultation;
  const [requesterAlone, run] = await Promise.all([
    isRequesterAlone(desk.people, consultation),
    origin ? loadRun(desk.sql, workspaceId, origin.runId) : null,
  ]);
  return { consultation, run, requesterAlone };
}
