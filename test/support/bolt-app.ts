import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { App, LogLevel } from "@slack/bolt";
import { HonoReceiver } from "#bot/slack/receiver.ts";
import { type StartedSlack, startLocalSlack } from "./local-slack.ts";
import type { ManualClock } from "./manual-clock.ts";

/** A real Bolt app behind a local-slack, over signed HTTP. Add listeners to it before something happens. */
export type BoltPair = { readonly slack: StartedSlack; readonly app: App; close(): Promise<void> };

/** Starts both. The app is not started twice, and knows its token from the local-slack. */
export async function startBoltPair(clock: ManualClock): Promise<BoltPair> {
  const slack = await startLocalSlack({ clock });
  const { botToken, signingSecret } = slack.slack.credentials;
  const receiver = new HonoReceiver(signingSecret, () => undefined);
  const app = new App({
    token: botToken,
    receiver,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } },
  });
  const server = createServer(getRequestListener(receiver.routes.fetch));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  slack.slack.setRequestUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`);
  return {
    slack,
    app,
    async close() {
      await slack.close();
      await receiver.stop();
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
