import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { type Logger, LogLevel, WebAPIPlatformError, WebClient, type WebClientOptions } from "@slack/web-api";
import {
  createLocalSlack,
  type LocalSlack,
  type LocalSlackNeeds,
} from "#integrations/local-slack/local-slack.ts";
import { type SlackScript, scriptFor } from "./slack-script.ts";

/** A local-slack that listens on a port of its own. */
export type StartedSlack = SlackScript & {
  readonly slack: LocalSlack;
  /** Without a slash at the end. */
  readonly url: string;
  readonly apiUrl: string;
  readonly dir: string;
  /** What it complained about. */
  readonly lines: readonly string[];
  /** Slack's real client. It does not try anything twice. */
  client(options?: WebClientOptions): WebClient;
  /** Stops it; the folder stays for another one. */
  stop(): Promise<void>;
  /** Stops it and takes its folder away. */
  close(): Promise<void>;
};

/** May do everything: no test depends on what the manifest asks for. */
export const EVERYTHING = { scopes: undefined, events: undefined, commands: undefined };

/** What a refusal says is in its error already. */
const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

/** Slack's own word for why it refused a call; undefined where it did not. Anything else is thrown. */
export async function refusalOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (problem) {
    if (problem instanceof WebAPIPlatformError) return problem.data.error;
    throw problem;
  }
}

/** Starts one, in a fresh folder unless told otherwise. */
export async function startLocalSlack(needs: Partial<LocalSlackNeeds> = {}): Promise<StartedSlack> {
  const dir = needs.dir ?? mkdtempSync(join(tmpdir(), "local-slack-"));
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const slack = await createLocalSlack({ grants: EVERYTHING, log, ...needs, dir });
  const server = createServer(getRequestListener(slack.routes.fetch));
  slack.attach(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const apiUrl = `${url}/local/slack/api/`;
  const stop = async () => {
    slack.close();
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  return {
    slack,
    url,
    apiUrl,
    dir,
    lines,
    ...scriptFor(url),
    client: (options = {}) =>
      new WebClient(slack.credentials.botToken, {
        slackApiUrl: apiUrl,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        logger: SILENT,
        ...options,
      }),
    stop,
    async close() {
      await stop();
      rmSync(dir, { recursive: true });
    },
  };
}
