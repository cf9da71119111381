import type { App } from "@slack/bolt";
import { retryChannel } from "#db/messages.ts";
import type { Desk } from "./desk.ts";

/** Somebody invited us: what waits for this channel need wait no longer. */
export function listenForMembership(app: App, desk: Desk, botUserId: string): void {
  app.event("member_joined_channel", async ({ event, body }) => {
    if (event.user === botUserId) await retryChannel(desk.sql, body.team_id, event.channel);
  });
}
