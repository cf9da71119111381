import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import { SlackError } from "../failure.ts";

/** A trigger opens one modal within three seconds: https://docs.slack.dev/interactivity/handling-user-interaction */
const TRIGGER_TTL_MS = 3000;

// Expired ones are remembered for a while, so that a late app hears what is wrong.
const FORGET_AFTER_MS = 60_000;

/** The short-lived right to open a modal for somebody who just did something. */
export type Triggers = {
  create(user: string): string;
  /** Uses it up and tells for whom it is. Throws Slack's codes where it is unknown, late or used. */
  exchange(triggerId: string): string;
};

/** No triggers yet; a restart forgets them, as three seconds would. */
export function createTriggers(clock: Clock): Triggers {
  const triggers = new Map<string, { readonly user: string; readonly madeAtMs: number; isUsed: boolean }>();
  return {
    create(user) {
      const nowMs = clock.nowMs();
      for (const [id, old] of triggers) if (old.madeAtMs + FORGET_AFTER_MS < nowMs) triggers.delete(id);
      const id = `${nowMs}.${triggers.size}.${randomBytes(16).toString("hex")}`;
      triggers.set(id, { user, madeAtMs: nowMs, isUsed: false });
      return id;
    },
    exchange(triggerId) {
      const trigger = triggers.get(triggerId);
      if (trigger === undefined) throw new SlackError("invalid_trigger_id");
      if (trigger.isUsed) throw new SlackError("exchanged_trigger_id");
      if (clock.nowMs() - trigger.madeAtMs > TRIGGER_TTL_MS) throw new SlackError("expired_trigger_id");
      trigger.isUsed = true;
      return trigger.user;
    },
  };
}
