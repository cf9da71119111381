import { setTimeout as delay } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import { within } from "../time-limit.ts";
import { codeOf } from "./trouble.ts";

/** A process's share in an embedded Postgres: while it is held, nobody else stops the server. */
export type Hold = {
  /**
   * Ends this share. True where it was the last one: then no new one can begin before this process ends, or the server;
   * and connections that were being closed are closed.
   */
  release(): Promise<boolean>;
  /** Closes the connection. */
  close(): Promise<void>;
};

/** The advisory lock that every user of an embedded Postgres shares; any number that no other lock of ours has. */
const USERS = 720_115_001;
const CONNECT_TIMEOUT_S = 5;
/** Who stops the server holds the lock until it is gone: that ends our wait sooner than this. */
const ANSWER_TIMEOUT_MS = 10_000;
/** Connections that are being closed end in a few milliseconds; somebody's psql may stay for ever. */
const LEAVE_TIMEOUT_MS = 2_000;
const LEAVE_POLL_MS = 20;

/** Not yet, or not any more: a server that starts, stops or is gone by now. */
const NOT_NOW = new Set([
  "57P03",
  "57P01",
  "57P02",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECT_TIMEOUT",
]);

/**
 * Takes a share in the server at `url`; null where it is starting, stopping or gone. `onLost` is called when the
 * server drops it before it is released. Rejects where the server refuses us.
 */
export async function takeHold(url: string, onLost: () => void): Promise<Hold | null> {
  let state: "opening" | "held" | "over" = "opening";
  const sql = postgres(url, {
    max: 1,
    // A lock lives as long as its connection: this one must not be renewed behind our back.
    max_lifetime: null,
    connect_timeout: CONNECT_TIMEOUT_S,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: "countersign-hold" },
    onclose: () => {
      if (state === "held") {
        state = "over";
        void sql.end({ timeout: 0 });
        onLost();
      }
    },
  });
  try {
    await within(ANSWER_TIMEOUT_MS, sql`select pg_advisory_lock_shared(${USERS})`);
    state = "held";
  } catch (error) {
    await sql.end({ timeout: 0 });
    if (NOT_NOW.has(codeOf(error))) return null;
    throw error;
  }
  return {
    async release() {
      if (state === "over") return false;
      state = "over";
      const isLast = await tryAlone(sql);
      if (isLast) await othersGone(sql);
      return isLast;
    },
    close: () => sql.end({ timeout: 0 }),
  };
}

async function tryAlone(sql: Sql): Promise<boolean> {
  await within(ANSWER_TIMEOUT_MS, sql`select pg_advisory_unlock_shared(${USERS})`);
  const asked = sql<{ alone: boolean }[]>`select pg_try_advisory_lock(${USERS}) as alone`;
  const [row] = await within(ANSWER_TIMEOUT_MS, asked);
  return row?.alone ?? false;
}

/**
 * Graphile does not wait for the end of its connections, and no longer listens to them by then: a server that is stopped
 * while they close would take the whole process down with it.
 */
async function othersGone(sql: Sql): Promise<void> {
  const until = performance.now() + LEAVE_TIMEOUT_MS;
  while (performance.now() < until) {
    const asked = sql<{ others: number }[]>`
      select count(*)::int as others from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid()`;
    const [row] = await within(ANSWER_TIMEOUT_MS, asked);
    if (row?.others === 0) return;
    await delay(LEAVE_POLL_MS);
  }
}
