import { z } from "zod";
import { claimPost } from "#db/message-claims.ts";
import {
  markParentGone,
  markPosted,
  markRefused,
  postpone,
  postponeChannel,
  rememberDirect,
} from "#db/message-marks.ts";
import type { Due } from "#db/messages-due.ts";
import { type Form, toForms } from "./forms.ts";
import {
  clientOf,
  disconnect,
  holdBack,
  type Job,
  logRefusal,
  type Sending,
  startHold,
  tryCall,
  waitAfter,
} from "./sending.ts";

/** The metadata by which a message of ours is found again. */
export const EVENT_TYPE = "countersign_message";

const Posted = z.object({ channel: z.string(), ts: z.string() });
const Opened = z.object({ channel: z.object({ id: z.string() }) });

/** Posts a message for the first time, if nobody else does; or lets go of it with what went wrong. */
export async function post(sending: Sending, due: Due): Promise<void> {
  const { hold, hasTime } = startHold(sending);
  const message = await claimPost(sending.sql, hold, due);
  if (message === null) return sending.pacing.defer(due);
  const job = { holder: sending.holder, due, message, hasTime };
  const forms = toForms(message.desired, message.plain);
  if (forms.length === 0) {
    sending.log.error("a message's row can't be read", { card: message.key });
    return markRefused(sending.sql, job, "Its row can't be read.");
  }
  for (const [i, form] of forms.entries()) {
    const isOver = await postForm(sending, job, form, i === forms.length - 1);
    if (isOver) return;
  }
}

/** Resolves to false where Slack refused the form, and the next one may do. */
async function postForm(sending: Sending, job: Job, form: Form, isLast: boolean): Promise<boolean> {
  const { sql, log } = sending;
  const { due, message } = job;
  const client = await clientOf(sending, due);
  if (!job.hasTime()) {
    await postpone(sql, job, {
      state: "wanted",
      waitMs: 0,
      lastError: "too slow",
      plain: form.plain,
      counts: true,
    });
    return true;
  }
  const call = await tryCall(async () => {
    const answer = await client.chat.postMessage({
      channel: due.channelId,
      text: form.text,
      blocks: form.blocks,
      ...(due.threadTs === null ? {} : { thread_ts: due.threadTs }),
      metadata: { event_type: EVENT_TYPE, event_payload: { id: message.id, version: message.version } },
      unfurl_links: false,
      unfurl_media: false,
    });
    return Posted.parse(answer);
  });
  if ("answer" in call) {
    const { channel: channelId, ts } = call.answer;
    const shown = { version: message.version, plain: form.plain };
    if (!(await markPosted(sql, job, { channelId, ts }, shown)))
      log.warn("a message was posted after its claim had ended", { card: message.key, channelId, ts });
    return true;
  }
  const { failure } = call;
  switch (failure.kind) {
    case "blocks":
      logRefusal(sending, job, failure, form.blocks);
      if (isLast) await markRefused(sql, job, failure.code);
      return isLast;
    case "refused":
      logRefusal(sending, job, failure, form.blocks);
      await markRefused(sql, job, failure.code);
      return true;
    case "gone": {
      const waitMs = waitAfter(message.failures, sending.limits.waitMs);
      await postpone(sql, job, {
        state: "wanted",
        waitMs,
        lastError: failure.code,
        plain: form.plain,
        counts: true,
      });
      await markParentGone(sql, message);
      return true;
    }
    case "limited":
    case "unclear":
    case "closed":
    case "disconnected":
      await holdBack(sending, job, failure.kind === "unclear" ? "posting" : "wanted", failure);
      return true;
  }
}

/** Opens the direct message with a person, so that what is meant for them can be posted there. Opening it twice does no harm. */
export async function openDirect(sending: Sending, due: Due): Promise<void> {
  const { sql, pacing, limits, directs, log } = sending;
  const person = `${due.workspaceId} ${due.channelId}`;
  const known = directs.get(person);
  if (known !== undefined) return rememberDirect(sql, due, known);
  const client = await clientOf(sending, due);
  const call = await tryCall(async () =>
    Opened.parse(await client.conversations.open({ users: due.channelId.slice(1) })),
  );
  if ("answer" in call) {
    directs.set(person, call.answer.channel.id);
    return rememberDirect(sql, due, call.answer.channel.id);
  }
  const { failure } = call;
  if (failure.kind === "limited") return pacing.block(due, failure.retryAfterMs);
  if (failure.kind === "disconnected") return disconnect(sending, due.workspaceId, failure.code);
  const firstMs = failure.kind === "unclear" ? limits.waitMs : limits.closedWaitMs;
  const waitMs = waitAfter(due.failures, firstMs);
  log.warn("no direct message could be opened", { person: due.channelId, ...failure, waitMs });
  return postponeChannel(sql, due, waitMs, failure.kind === "unclear" ? failure.reason : failure.code);
}
