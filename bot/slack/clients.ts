import { LogLevel, type Logger as SlackLogger, WebClient } from "@slack/web-api";

/** How long one call to Slack may take. */
export const CALL_MS = 10_000;

/** The client of a workspace. */
export type ClientFor = (workspaceId: string) => WebClient | Promise<WebClient>;

/**
 * A client that makes each call once and says what became of it: no retries of its own (they post twice), no waiting when
 * Slack limits it, and never longer than `timeoutMs`. Without `apiUrl` it talks to Slack itself.
 */
export function createSlackClient(
  token: string,
  options: { readonly apiUrl?: string | undefined; readonly timeoutMs?: number } = {},
): WebClient {
  const { apiUrl, timeoutMs = CALL_MS } = options;
  return new WebClient(token, {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: timeoutMs,
    logger: silent,
  });
}

/** Callers log their failures with what they were doing; the client's own lines would be the same again, with contents. */
const silent: SlackLogger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};
