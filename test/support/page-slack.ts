import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { createLocalSlack } from "#integrations/local-slack/local-slack.ts";
import { addMessage } from "#integrations/local-slack/state/messages.ts";
import { StoredBlock } from "#integrations/local-slack/state/records.ts";
import { APP } from "#integrations/local-slack/state/seed.ts";

/** A local-slack on a free port, with a folder of its own. */
export type RunningSlack = {
  readonly url: string;
  readonly botToken: string;
  /** Stores a message of the app without asking anybody. */
  put(
    channel: string,
    draft: { readonly text: string; readonly blocks: readonly object[]; readonly thread_ts?: string },
  ): void;
  close(): Promise<void>;
};

/** Starts one that sends to `requestUrl` and allows the app everything. */
export async function startSlack(requestUrl: string): Promise<RunningSlack> {
  const dir = mkdtempSync(join(tmpdir(), "page-slack-"));
  const grants = { scopes: undefined, events: undefined, commands: undefined };
  const slack = await createLocalSlack({ dir, requestUrl, grants, log: () => undefined });
  const server = createServer(getRequestListener(slack.routes.fetch));
  slack.attach(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    botToken: slack.credentials.botToken,
    put(channel, { text, blocks, thread_ts }) {
      const stored = blocks.map((block) => StoredBlock.parse(block));
      addMessage(slack.state, channel, {
        user: APP.userId,
        bot_id: APP.botId,
        text,
        blocks: stored,
        thread_ts,
      });
    },
    async close() {
      slack.close();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
      rmSync(dir, { recursive: true });
    },
  };
}
