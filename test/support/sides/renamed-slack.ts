import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterAll } from "vitest";
import { startLocalSlack } from "#test/support/local-slack.ts";

/** The Slack of another workspace, and what was posted there. */
export type RenamedSlack = {
  /** What an app is started with to be in that workspace. */
  readonly env: Readonly<Record<string, string>>;
  /** The bodies of what was posted or changed there. */
  readonly posted: readonly string[];
};

/**
 * A local-slack of another workspace than every other one: the same people and channels, under the same ids. It is ended
 * after the file's tests.
 */
export async function startRenamedSlack(workspaceId: string): Promise<RenamedSlack> {
  const slack = await startLocalSlack();
  const posted: string[] = [];

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/", headers } = request;
    const body = await buffer(request);
    if (/chat\.(?:postMessage|update)$/.test(url)) posted.push(decodeURIComponent(String(body)));
    const { authorization = "", "content-type": type = "" } = headers;
    const answer = await fetch(`${slack.url}${url}`, {
      method,
      headers: { authorization, "content-type": type },
      ...(body.length > 0 ? { body } : {}),
    });
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end((await answer.text()).replaceAll("T01LOCAL", workspaceId));
  }

  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await slack.close();
  });
  const { port } = server.address() as AddressInfo;
  const { botToken, signingSecret } = slack.slack.credentials;
  return {
    env: {
      SLACK_API_URL: `http://127.0.0.1:${port}/local/slack/api/`,
      ...{ SLACK_BOT_TOKEN: botToken, SLACK_SIGNING_SECRET: signingSecret },
    },
    posted,
  };
}
