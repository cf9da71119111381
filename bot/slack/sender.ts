import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import { MESSAGES_CHANNEL } from "#db/messages.ts";
import { type Due, messagesDue } from "#db/messages-due.ts";
import type { Logger } from "../logger.ts";
import { createAlarm } from "./sending/alarm.ts";
import { createCalls } from "./sending/calls.ts";
import { find } from "./sending/find.ts";
import { createPacing, LIMITS, type Limits } from "./sending/pacing.ts";
import { openDirect, post } from "./sending/post.ts";
import type { Sending, SlackClients } from "./sending/sending.ts";
import { update } from "./sending/update.ts";

/** News that come within this time are looked at together. */
const GATHER_MS = 10;
const CLOSE_WITHIN_MS = 5_000;

const WORK = { open: openDirect, post, update, find } satisfies Record<
  Due["kind"],
  (sending: Sending, due: Due) => Promise<void>
>;

export type Sender = Awaited<ReturnType<typeof createSender>>;

/**
 * The only one who calls `chat.postMessage` and `chat.update` (design §5): brings each message from what Slack shows to what
 * it should show. Several processes may run one. It is woken by NOTIFY, by `wake()`, by its own timers and by nothing else:
 * at rest it causes no statement.
 */
export async function createSender(needs: {
  readonly sql: Sql;
  readonly clients: SlackClients;
  /** The only one whose messages it sends; those of all that are connected where nothing is said. */
  readonly workspaceId?: string;
  readonly log: Logger;
  /** Other than `LIMITS`. */
  readonly limits?: Partial<Limits>;
}) {
  const { sql, clients, workspaceId, log } = needs;
  const limits = { ...LIMITS, ...needs.limits };
  const pacing = createPacing(limits, () => performance.now());
  const sending: Sending = { sql, holder: randomUUID(), clients, limits, pacing, directs: new Map(), log };
  const alarm = createAlarm(look);
  const calls = createCalls(send);

  async function look(): Promise<void> {
    try {
      const { due, nextMs } = await messagesDue(sql, workspaceId);
      if (nextMs !== null) alarm.within(nextMs);
      for (const next of due.toSorted(byUrgency)) begin(next);
    } catch (error) {
      log.warn("the sender could not reach the database", { error });
      alarm.within(limits.waitMs);
    }
  }

  /** Who waited longest for a change goes first among equals. */
  const byUrgency = (a: Due, b: Due): number =>
    a.rank - b.rank || pacing.lastUpdateAt(a.id) - pacing.lastUpdateAt(b.id);

  function begin(due: Due): void {
    if (!calls.hasPlaceFor(due)) return; // whoever ends looks again
    const waitMs = pacing.readyAt(due) - performance.now();
    if (waitMs > 0) {
      alarm.within(waitMs);
      return;
    }
    pacing.count(due);
    calls.begin(due);
  }

  async function send(due: Due): Promise<void> {
    try {
      await WORK[due.kind](sending, due);
      alarm.within(0);
    } catch (error) {
      log.warn("a message could not be brought up to date", {
        channel: due.channelId,
        row: due.id,
        error,
      });
      alarm.within(limits.waitMs);
    }
  }

  const listening = await sql.listen(
    MESSAGES_CHANNEL,
    () => alarm.within(GATHER_MS),
    () => alarm.within(0),
  );
  return {
    /** Something may be due that no notification told of, as when a workspace was connected again. */
    wake: () => alarm.within(0),
    /** Nothing new begins; resolves when the calls under way have ended, at the latest after five seconds. */
    async close(): Promise<void> {
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, CLOSE_WITHIN_MS);
      const ends = Promise.all([alarm.close(), calls.close(), listening.unlisten()]);
      await Promise.race([ends, late.promise]);
      clearTimeout(timer);
    },
  };
}
