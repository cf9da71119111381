import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import { afterAll } from "vitest";
import { connect } from "#db/connect.ts";
import { createStore } from "#db/store.ts";
import { createEngine, type Engine } from "#engine/engine.ts";
import type { RunCommand } from "#engine/run/commands.ts";
import type { RunFact } from "#engine/run/facts.ts";
import type { Plan } from "#engine/run/plan.ts";
import { NOON } from "./given.ts";
import { brief } from "./sample-run.ts";

export const WORKSPACE = "T01LOCAL";

/** An engine with connections and a memory of its own, as a process has it. Its connections are closed for you. */
export function engineOn(url: string, max = 2): Engine {
  const sql = connect(url, { max, applicationName: "test-engine", plan: "once" });
  afterAll(() => sql.end({ timeout: 5 }));
  return createEngine({ store: createStore(sql), clock: { now: () => NOON }, newId: randomUUID });
}

let goals = 0;

/** A request for a new goal with this plan. */
export const requestFor = (plan: Plan, text = "Release billing") =>
  ({ type: "request", brief: brief({ goalId: randomUUID(), goalNumber: ++goals, text }), plan }) as const;

export const guide = (text: string) => ({ type: "guide", by: "U01ALICE", text }) as const;

/** Submits to a run, as Alice. */
export const toRun = (
  engine: Engine,
  id: string,
  command: RunCommand,
  onceId?: string,
  workspaceId = WORKSPACE,
) => engine.submit({ kind: "run", id, workspaceId }, command, "person:U01ALICE", onceId);

export type Logged = { readonly seq: number; readonly body: RunFact; readonly at: string };

/** A run's log, oldest fact first. */
export const logOf = (sql: Sql, id: string): Promise<readonly Logged[]> =>
  sql<Logged[]>`select seq, body, at from facts where stream_id = ${id} order by seq`;

/** How many rows every table of ours and the queue have: what a refusal must not change. */
export async function rowCounts(sql: Sql): Promise<Readonly<Record<string, number>>> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname = 'public' or tablename = '_private_jobs' order by 1`;
  const counted = tables.map(async ({ name }) => {
    const [row] = await sql<{ n: number }[]>`select count(*)::int as n from ${sql.unsafe(name)}`;
    return [name, row?.n ?? 0] as const;
  });
  return Object.fromEntries(await Promise.all(counted));
}
