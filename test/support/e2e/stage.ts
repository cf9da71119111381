import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sql } from "postgres";
import { afterAll, beforeAll, expect } from "vitest";
import { type App, createApp } from "#bot/app.ts";
import { readConfig } from "#bot/config.ts";
import { createLogger } from "#bot/logger.ts";
import { ROLES } from "#bot/roles.ts";
import { type StartedSlack, startLocalSlack } from "#test/support/local-slack.ts";
import type { TestDatabase } from "#test/support/postgres.ts";
import { peopleOf, type SlackPeople } from "./people.ts";
import { makeRoom, type Room, type RoomWish, SHIP, saveTeamWorkflow } from "./room.ts";

/** How Slack reaches the app. */
export type Via = "http" | "socket";

/** The time as the app's rules see it: the real one, and as much more as a test says. */
type TurnedClock = { now(): number; advance(ms: number): void };

/** A whole Countersign in this process with a local-slack beside it, for the tests of one file. */
export type Stage = {
  readonly people: SlackPeople;
  readonly slack: StartedSlack;
  readonly app: App;
  readonly sql: Sql;
  readonly clock: TurnedClock;
  readonly dir: string;
  room(name: string, wish?: RoomWish): Promise<Room>;
};

/**
 * Registers what starts it and ends it. A file in which the app logged an error, or did what Slack forbids, fails;
 * `mayHear`: what local-slack may complain of all the same; `more`: what an operator sets beside that.
 */
export function useStage(
  { url, sql }: TestDatabase,
  via: Via = "http",
  mayHear: RegExp | null = null,
  more: Readonly<Record<string, string>> = {},
): () => Stage {
  let stage: Stage | undefined;
  const lines: string[] = [];

  beforeAll(async () => {
    const dir = mkdtempSync(join(tmpdir(), "countersign-e2e-"));
    const slack = await startLocalSlack();
    const clock = turnedClock();
    const { botToken, signingSecret, appToken } = slack.slack.credentials;
    const environment = { PATH: process.env["PATH"], HOME: dir };
    const env = {
      ...{ ...environment, PORT: "0", DATA_DIR: dir, DATABASE_URL: url },
      ...{ SLACK_API_URL: slack.apiUrl, SLACK_BOT_TOKEN: botToken },
      ...(via === "http" ? { SLACK_SIGNING_SECRET: signingSecret } : { SLACK_APP_TOKEN: appToken }),
      ...more,
    };
    const log = createLogger({ now: Date.now, write: (line) => lines.push(line), isTerminal: false });
    const config = readConfig({ env, dir });
    const app = await createApp(config, { roles: ROLES, log, environment, clock });
    if (via === "http") slack.slack.setRequestUrl(`${app.url}/slack/events`);
    await saveTeamWorkflow(sql, SHIP);
    const people = peopleOf(slack.url);
    const room = (name: string, wish?: RoomWish) => makeRoom({ people, sql, dir }, name, wish);
    stage = { people, slack, app, sql, clock, dir, room };
  });

  afterAll(async () => {
    await stage?.app.close();
    await stage?.slack.close();
    if (stage) rmSync(stage.dir, { recursive: true, force: true });
    expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    expect(stage?.slack.lines.filter((line) => !mayHear?.test(line))).toEqual([]);
  });

  return () => {
    if (!stage) throw new Error("The stage stands only while tests run.");
    return stage;
  };
}

function turnedClock(): TurnedClock {
  let aheadMs = 0;
  return {
    now: () => Date.now() + aheadMs,
    advance: (ms) => {
      aheadMs += ms;
    },
  };
}
