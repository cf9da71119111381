import type { Sql } from "postgres";
import { claimHeard, dropHeard, HEARD_CHANNEL, type Heard, nextHeardMs, putOffHeard } from "#db/heard.ts";
import { OutsideFailure, OutsideRefusal, Refusal } from "#engine/errors.ts";
import { Later } from "../../followers.ts";
import type { Logger } from "../../logger.ts";
import { createAlarm } from "../../slack/sending/alarm.ts";

/** Longer than anything takes that follows from one thing; whoever dies over it leaves it to the next one. */
const HOLD_MS = 60_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5 * 60_000;
const TROUBLE_WAIT_MS = 1_000;

/**
 * Takes up what came in, one after the other, in each process that runs one. Woken by NOTIFY and by the time of what waits; at rest
 * it causes no statement. `takeUp` may be called again for what it did already.
 */
export async function startInbox(needs: {
  readonly sql: Sql;
  readonly log: Logger;
  readonly takeUp: (heard: Heard) => Promise<void>;
}): Promise<{ close(): Promise<void> }> {
  const { sql, log } = needs;
  const alarm = createAlarm(look);
  let isOpen = true;

  async function look(): Promise<void> {
    try {
      for (;;) {
        const heard = isOpen ? await claimHeard(sql, HOLD_MS) : null;
        if (heard === null) break;
        await takeOne(needs, heard);
      }
      const nextMs = await nextHeardMs(sql);
      if (nextMs !== null) alarm.within(nextMs);
    } catch (error) {
      log.warn("what came in could not be taken up", { error });
      alarm.within(TROUBLE_WAIT_MS);
    }
  }

  const listening = await sql.listen(
    HEARD_CHANNEL,
    () => alarm.within(0),
    () => alarm.within(0),
  );
  return {
    /** Ends when what is under way has ended; nothing new begins. */
    async close(): Promise<void> {
      isOpen = false;
      await Promise.all([alarm.close(), listening.unlisten()]);
    },
  };
}

async function takeOne({ sql, log, takeUp }: Parameters<typeof startInbox>[0], heard: Heard): Promise<void> {
  try {
    await takeUp(heard);
  } catch (error) {
    const about = { system: heard.system, heard: heard.key, error };
    if (error instanceof Refusal) {
      log.warn("what came in can't be taken up", about);
      return dropHeard(sql, heard);
    }
    const waitMs = waitFor(error, heard.failures);
    log.warn("what came in is taken up later", { ...about, waitMs });
    await putOffHeard(sql, heard, waitMs, error instanceof Error ? error.message : String(error));
  }
}

function waitFor(error: unknown, failures: number): number {
  if (error instanceof Later) return error.waitMs;
  const asked = error instanceof OutsideFailure ? error.retryAfterMs : undefined;
  if (error instanceof OutsideRefusal) return LONGEST_WAIT_MS;
  return asked ?? Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS);
}
