import { randomUUID } from "node:crypto";
import type { WebClient } from "@slack/web-api";
import type { Sql } from "postgres";
import { afterEach, beforeEach, expect } from "vitest";
import { createLogger } from "#bot/logger.ts";
import { createSlackClient } from "#bot/slack/clients.ts";
import { createSender, type Sender } from "#bot/slack/sender.ts";
import type { Limits } from "#bot/slack/sending/pacing.ts";
import { type Desired, type Rank, wantMessage } from "#db/messages.ts";
import { messagesDue } from "#db/messages-due.ts";
import { saveInstallation } from "#db/places.ts";
import type { Clock } from "#integrations/local-slack/clock.ts";
import type { Call, Message } from "#integrations/local-slack/state/records.ts";
import { type StartedSlack, startLocalSlack } from "./local-slack.ts";

/** The workspace of local-slack, and two of its channels. */
export const WORKSPACE = "T01LOCAL";
export const GENERAL = "C01GENERAL";
export const DEPLOYS = "C02DEPLOYS";

/** So much faster does Slack's clock run here: its rate limits pass quickly. */
const FASTER = 200;
/** Like the real limits, only quicker; where Slack says no, a test waits for it in vain. */
const QUICK: Partial<Limits> = {
  postEveryMs: 5,
  minuteMs: 300,
  progressEveryMs: 20,
  slowProgressEveryMs: 60,
  settleMs: 20,
  waitMs: 20,
  closedWaitMs: 60_000,
};

/** What a message should show, where the default does not do: a progress message in #general with its text as a section. */
export type Wish = Partial<Omit<Desired, "text">> & {
  readonly channel?: string;
  readonly thread?: string;
  readonly rank?: Rank;
};

type Row = {
  readonly state: string;
  readonly ts: string | null;
  readonly plain: boolean;
  readonly channel_id: string;
  readonly version: number;
  readonly shown_version: number;
  readonly reposts: number;
  readonly last_error: string | null;
};

/** Registers what comes before and after each test of a file. */
export function useSenderStage(sql: Sql) {
  let slack: StartedSlack;
  let senders: Sender[];
  let lines: string[];

  beforeEach(async () => {
    slack = await startLocalSlack({ clock: fastClock() });
    senders = [];
    lines = [];
    await sql`truncate messages, installations`;
    await connect();
  });
  afterEach(async () => {
    await closeSenders();
    await slack.close();
  });

  async function closeSenders(): Promise<void> {
    await Promise.all(senders.splice(0).map((sender) => sender.close()));
  }

  const connect = () =>
    saveInstallation(sql, { workspaceId: WORKSPACE, name: "Local", botUserId: "UCSIGN01" });

  const client = (timeoutMs = 10_000): WebClient =>
    createSlackClient(slack.slack.credentials.botToken, { apiUrl: slack.apiUrl, timeoutMs });

  /** Of the channel itself, or of a thread without its parent; oldest first. */
  const messages = (channel: string, threadTs?: string): readonly Message[] =>
    slack.slack.state
      .messages(channel)
      .all()
      .filter(({ ts, thread_ts = ts }) =>
        threadTs === undefined ? thread_ts === ts : thread_ts === threadTs && ts !== threadTs,
      );

  async function isAtRest(): Promise<boolean> {
    const { due, nextMs } = await messagesDue(sql);
    return due.length === 0 && nextMs === null;
  }

  return {
    /** The log's lines so far. */
    lines: (): readonly string[] => lines,
    script: (path: string, body: object) => slack.post(path, body),
    client,
    connect,
    closeSenders,
    messages,
    texts: (channel: string, threadTs?: string): readonly string[] =>
      messages(channel, threadTs).map(({ text }) => text),
    calls: (method: string): readonly Call[] =>
      slack.slack.state.calls.all().filter((call) => call.method === method),
    fault: (method: string, kind: string, more: { times?: number; retry_after?: number } = {}) =>
      slack.post("faults", { method, kind, ...more }),

    /** A sender with clients of its own, whose calls may take `callMs`. */
    async start(
      limits: Partial<Limits> = {},
      { callMs = 10_000, sql: own = sql }: { readonly callMs?: number; readonly sql?: Sql } = {},
    ): Promise<Sender> {
      const [decisions, progress] = [client(callMs), client(callMs)];
      const clients = { decisions: () => decisions, progress: () => progress };
      const log = createLogger({ now: Date.now, write: (line) => lines.push(line), isTerminal: false });
      const sender = await createSender({ sql: own, clients, log, limits: { ...QUICK, callMs, ...limits } });
      senders.push(sender);
      return sender;
    },

    want(key: string, text: string, wish: Wish = {}): Promise<boolean> {
      const { channel: channelId = GENERAL, thread: threadKey = null, rank = 2, ...rest } = wish;
      const place = { workspaceId: WORKSPACE, streamId: randomUUID(), channelId, threadKey };
      return wantMessage(sql, { ...place, key, rank, desired: { text, blocks: [section(text)], ...rest } });
    },

    async row(key: string): Promise<Row> {
      const [found] = await sql<Row[]>`select * from messages where key = ${key}`;
      if (!found) throw new Error(`There is no message ${key}.`);
      return found;
    },

    /** Resolves when Slack shows all that it should and nothing waits. */
    settled: () => expect.poll(isAtRest, { timeout: 10_000 }).toBe(true),
  };
}

/** A section that says this. */
export const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });

function fastClock(): Clock {
  const startMs = Date.now();
  return {
    nowMs: () => startMs + (Date.now() - startMs) * FASTER,
    after(delayMs, then) {
      const timer = setTimeout(then, delayMs / FASTER).unref();
      return () => clearTimeout(timer);
    },
  };
}
