import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { type Claimed, claimUnsure } from "#db/message-claims.ts";
import { markMissing, markPosted } from "#db/message-marks.ts";
import type { Due } from "#db/messages-due.ts";
import type { SlackFailure } from "../slack-failure.ts";
import { EVENT_TYPE } from "./post.ts";
import { clientOf, holdBack, type Sending, startHold, tryCall, type Waiting } from "./sending.ts";

/** Slack's clock and the database's may differ by as much. */
const MARGIN_MS = 120_000;
/** The most that Slack gives at once. */
const PAGE = 999;

const Page = z.object({
  messages: z.array(z.object({ ts: z.string(), metadata: z.unknown() })),
  response_metadata: z.object({ next_cursor: z.string().default("") }).default({ next_cursor: "" }),
});
const Ours = z.object({
  event_type: z.literal(EVENT_TYPE),
  event_payload: z.object({ id: z.string(), version: z.number() }),
});

/** A message of ours as Slack has it. */
type Found = { readonly ts: string; readonly version: number };

/**
 * Looks for all messages of one thread or channel whose first post had no clear answer, in one scan. What Slack has is taken
 * as posted, what it certainly has not may be posted again. While the scan fails or is limited, they wait.
 */
export async function find(sending: Sending, due: Due): Promise<void> {
  const { sql, holder } = sending;
  const { hold, hasTime } = startHold(sending);
  const messages = await claimUnsure(sql, hold, due);
  if (messages.length === 0) return sending.pacing.defer(due);
  const client = await clientOf(sending, due);
  const call = await tryCall(() => scan(client, due, messages, hasTime));
  const isThreadGone = "failure" in call && call.failure.kind === "gone";
  const found: ReadonlyMap<string, Found> | null =
    "answer" in call ? call.answer : isThreadGone ? new Map<string, Found>() : null;
  for (const message of messages) {
    const job = { holder, message, due, hasTime };
    const place = found?.get(message.id);
    if (place) {
      const { ts, version } = place;
      await markPosted(sql, job, { channelId: due.channelId, ts }, { version, plain: message.plain });
    } else if (found) await markMissing(sql, job);
    else if ("failure" in call) await holdBack(sending, job, "posting", toWaiting(call.failure));
  }
}

/** All of our messages at this place since the oldest of these was wanted, by the id of their row. Rejects when it can't read to the end. */
async function scan(
  client: WebClient,
  { channelId, threadTs }: Due,
  messages: readonly Claimed[],
  hasTime: () => boolean,
): Promise<ReadonlyMap<string, Found>> {
  const since = Math.min(...messages.map((message) => message.createdAtMs)) - MARGIN_MS;
  const window = {
    channel: channelId,
    oldest: (since / 1_000).toFixed(6),
    include_all_metadata: true,
    limit: PAGE,
  };
  const found = new Map<string, Found>();
  let cursor: string | undefined;
  do {
    if (!hasTime()) throw new Error("The channel is too long to be read in time.");
    const at = cursor === undefined ? window : { ...window, cursor };
    const answer =
      threadTs === null
        ? await client.conversations.history(at)
        : await client.conversations.replies({ ...at, ts: threadTs });
    const page = Page.parse(answer);
    for (const { ts, metadata } of page.messages) {
      const ours = Ours.safeParse(metadata);
      if (ours.success)
        found.set(ours.data.event_payload.id, { ts, version: ours.data.event_payload.version });
    }
    cursor = page.response_metadata.next_cursor;
  } while (cursor !== "");
  return found;
}

/** A look-up that Slack refuses proves nothing: the messages wait like those of a closed channel. */
function toWaiting(failure: SlackFailure): Waiting {
  return "code" in failure && failure.kind !== "disconnected" ? { ...failure, kind: "closed" } : failure;
}
