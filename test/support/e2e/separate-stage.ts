import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sql, TransactionSql } from "postgres";
import { afterAll, beforeAll, expect } from "vitest";
import { z } from "zod";
import { processesOf } from "#integrations/processes/end-group.ts";
import type { TestDatabase } from "#test/support/postgres.ts";
import { peopleOf, type SlackPeople } from "./people.ts";
import {
  type BotProcess,
  freePort,
  type SlackProcess,
  startBotProcess,
  startSlackProcess,
} from "./processes.ts";
import { makeRoom, type Room, type RoomWish, SHIP, saveTeamWorkflow } from "./room.ts";
import { until } from "./until.ts";

const Posted = z.object({
  method: z.literal("chat.postMessage"),
  ok: z.literal(true),
  args: z.object({ metadata: z.unknown() }),
});
const Ours = z.object({ event_payload: z.object({ id: z.string() }) });

/** Bots that can be killed, beside a local-slack in a process of its own that remembers everything. */
export type SeparateStage = {
  readonly people: SlackPeople;
  readonly sql: Sql;
  readonly dir: string;
  room(name: string, wish?: RoomWish): Promise<Room>;
  /** Starts the bot, again under the same address and with the same data; with these roles only where some are named. */
  startBot(roles?: readonly string[]): Promise<BotProcess>;
  /** Sends trouble to the next call of this method. */
  fault(method: string, kind: "hang" | "drop_after_store"): Promise<void>;
  /** Resolves once so many calls of the method were answered like this. */
  calls(method: string, error: string): Promise<void>;
  /** The newest run whose goal has this title. */
  runOf(title: string): Promise<string>;
  factsOf(runId: string): Promise<readonly string[]>;
  /** Takes locks, and keeps them until they are let go: whoever needs them stands still at that moment. */
  holding(take: (tx: TransactionSql) => Promise<unknown>): Promise<{ letGo(): Promise<void> }>;
  /** Fails if a message was posted twice, or a process of the run still lives. */
  expectNothingTwice(runId: string): Promise<void>;
};

/** Registers what starts and ends it. Every child is ended by its own id. */
export function useSeparateStage({ url, sql }: TestDatabase): () => SeparateStage {
  let stage: SeparateStage | undefined;
  let slack: SlackProcess | undefined;
  const dir = mkdtempSync(join(tmpdir(), "countersign-kill-"));
  const bots: BotProcess[] = [];

  beforeAll(async () => {
    const port = await freePort();
    for (const name of ["slack", "data"]) mkdirSync(join(dir, name));
    slack = await startSlackProcess(join(dir, "slack"), `http://127.0.0.1:${port}/slack/events`);
    const { botToken, signingSecret } = slack.credentials;
    const env = {
      ...{ HOME: dir, DATA_DIR: join(dir, "data"), DATABASE_URL: url },
      ...{ SLACK_API_URL: `${slack.url}/local/slack/api/`, SLACK_BOT_TOKEN: botToken },
      SLACK_SIGNING_SECRET: signingSecret,
    };
    await saveTeamWorkflow(sql, SHIP);
    stage = createStage({ slack, sql, dir }, async (roles = []) => {
      const isReachable = roles.length === 0 || roles.includes("slack");
      const bot = await startBotProcess({ ...env, PORT: isReachable ? String(port) : "0" }, roles);
      bots.push(bot);
      return bot;
    });
  });

  afterAll(async () => {
    for (const bot of bots) await bot.end();
    await slack?.end();
    rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
    expect(bots.flatMap((bot) => bot.lines.filter((line) => line.includes('"level":"error"')))).toEqual([]);
  });

  return () => {
    if (!stage) throw new Error("The stage stands only while tests run.");
    return stage;
  };
}

function createStage(
  { slack, sql, dir }: { readonly slack: SlackProcess; readonly sql: Sql; readonly dir: string },
  startBot: SeparateStage["startBot"],
): SeparateStage {
  const people = peopleOf(slack.url);
  return {
    ...{ people, sql, dir, startBot },
    room: (name, wish) => makeRoom({ people, sql, dir }, name, wish),
    fault: async (method, kind) => void (await people.act("faults", { method, kind })),
    calls: async (method, error) => {
      await until(`a call of ${method} with ${error}`, async () =>
        (await people.calls()).some((call) => call.method === method && call["error"] === error),
      );
    },
    async runOf(title) {
      const [row] = await sql<{ id: string }[]>`
        select latest_run_id as id from goals where title = ${title} order by number desc limit 1`;
      if (!row) throw new Error(`There is no goal ${title}.`);
      return row.id;
    },
    factsOf: async (runId) =>
      (await sql<{ type: string }[]>`select type from facts where stream_id = ${runId} order by seq`).map(
        ({ type }) => type,
      ),
    holding: (take) => hold(sql, take),
    async expectNothingTwice(runId) {
      const posts = (await people.calls()).flatMap((call) => {
        const posted = Posted.safeParse(call);
        const ours = Ours.safeParse(posted.data && fromJson(posted.data.args.metadata));
        return ours.success ? [ours.data.event_payload.id] : [];
      });
      expect(posts.filter((id, i) => posts.indexOf(id) !== i)).toEqual([]);
      expect(posts.length).toBeGreaterThan(0);
      expect(await processesOf({ runId })).toEqual([]);
    },
  };
}

const fromJson = (value: unknown): unknown => (typeof value === "string" ? JSON.parse(value) : value);

async function hold(sql: Sql, take: (tx: TransactionSql) => Promise<unknown>) {
  const held = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const transaction = sql.begin(async (tx) => {
    await take(tx);
    held.resolve();
    await end.promise;
  });
  transaction.catch(held.reject);
  await held.promise;
  return {
    async letGo() {
      end.resolve();
      await transaction;
    },
  };
}
