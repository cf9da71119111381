import { claimUpdate } from "#db/message-claims.ts";
import { markGivenUp, markGone, markRefused, markShown, postpone } from "#db/message-marks.ts";
import type { Due } from "#db/messages-due.ts";
import { type Form, toForms } from "./forms.ts";
import { clientOf, holdBack, type Job, logRefusal, type Sending, startHold, tryCall } from "./sending.ts";

/** How often a message that was deleted in Slack comes back. */
const MOST_REPOSTS = 1;

/** Changes a message to its newest version, if nobody else does; or lets go of it with what went wrong. */
export async function update(sending: Sending, due: Due): Promise<void> {
  const { sql, holder, pacing, log } = sending;
  const { hold, hasTime } = startHold(sending);
  const message = await claimUpdate(sql, hold, due);
  if (message === null || message.ts === null) return pacing.defer(due);
  const job = { holder, due, message, hasTime };
  const forms = toForms(message.desired, message.plain);
  if (forms.length === 0) {
    log.error("a message's row can't be read", { card: message.key });
    return markGivenUp(sql, job, message.version, "Its row can't be read.");
  }
  for (const [i, form] of forms.entries()) {
    const isOver = await showForm(sending, { ...job, ts: message.ts }, form, i === forms.length - 1);
    if (isOver) return;
  }
}

/** Resolves to false where Slack refused the form, and the next one may do. */
async function showForm(
  sending: Sending,
  job: Job & { readonly ts: string },
  form: Form,
  isLast: boolean,
): Promise<boolean> {
  const { sql } = sending;
  const { message, due, ts } = job;
  const { version } = message;
  const { text, blocks, plain } = form;
  const client = await clientOf(sending, due);
  if (!job.hasTime()) {
    await postpone(sql, job, { state: "posted", waitMs: 0, lastError: "too slow", plain, counts: true });
    return true;
  }
  const call = await tryCall(() => client.chat.update({ channel: due.channelId, ts, text, blocks }));
  if ("answer" in call) {
    await markShown(sql, job, { version, plain });
    return true;
  }
  const { failure } = call;
  switch (failure.kind) {
    case "blocks":
    case "refused":
      logRefusal(sending, job, failure, blocks);
      if (failure.kind === "blocks" && !isLast) return false;
      await markGivenUp(sql, job, version, failure.code);
      return true;
    case "gone":
      if (message.reposts < MOST_REPOSTS) await markGone(sql, job);
      else await markRefused(sql, job, `It was deleted again (${failure.code}).`);
      return true;
    case "limited":
    case "unclear":
    case "closed":
    case "disconnected":
      await holdBack(sending, job, "posted", failure);
      return true;
  }
}
