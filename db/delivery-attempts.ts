import type { Sql } from "postgres";
import { DELIVERIES_CHANNEL } from "./deliveries.ts";

/** What one try came to. */
export type NewAttempt = {
  readonly tookMs: number;
  readonly status: number | null;
  readonly error: string | null;
  /** The first kilobyte of the answer. */
  readonly answer: string | null;
  /** Whether the far side had the bytes, or some of them. */
  readonly wasSent: boolean;
};

type Held = { readonly id: string; readonly workspaceId: string };

/** What becomes of the delivery; `waitMs`: until it is tried again. */
export type Outcome =
  | { readonly state: "delivered" | "failed" }
  | { readonly state: "waiting"; readonly waitMs: number };

/**
 * Keeps what a try came to, and lets go of the delivery. One that would wait for an endpoint that is off by now has failed.
 * Resolves to false where somebody else had taken it over meanwhile; then nothing is kept.
 */
export async function keepAttempt(
  sql: Sql,
  holder: string,
  { id, workspaceId }: Held,
  { tookMs, status, error, answer, wasSent }: NewAttempt,
  outcome: Outcome,
): Promise<boolean> {
  const waitMs = outcome.state === "waiting" ? outcome.waitMs : 0;
  const kept = await sql`
    with told as (
      select case when ${outcome.state}::text = 'waiting' and e.disabled_at is not null then 'failed'
        else ${outcome.state}::text end as state
      from deliveries d join endpoints e on e.id = d.endpoint_id and e.workspace_id = d.workspace_id
      where d.id = ${id} and d.workspace_id = ${workspaceId}),
    mine as (
      update deliveries d set attempts = attempts + 1, state = told.state, held_by = null, held_until = null,
        next_at = case when told.state = 'waiting' then clock_timestamp() + ${waitMs} * interval '1 ms' end,
        done_at = case when told.state <> 'waiting' then clock_timestamp() end,
        sent_at = case when ${wasSent} then coalesce(sent_at, clock_timestamp() - ${tookMs} * interval '1 ms')
          else sent_at end
      from told
      where d.id = ${id} and d.workspace_id = ${workspaceId} and d.held_by = ${holder}
      returning d.id, d.workspace_id)
    insert into delivery_attempts (delivery_id, number, workspace_id, at, took_ms, status, error, answer)
    select m.id, 1 + coalesce((select max(a.number) from delivery_attempts a
        where a.delivery_id = m.id and a.workspace_id = m.workspace_id), 0),
      m.workspace_id, clock_timestamp() - ${tookMs} * interval '1 ms', ${tookMs}, ${status}, ${error}, ${answer}
    from mine m
    returning number`;
  return kept.length > 0;
}

/** Lets go of deliveries that were claimed and not tried to the end: whoever looks next takes them. */
export async function letGo(sql: Sql, holder: string, { id, workspaceId }: Held): Promise<void> {
  await sql`
    with freed as (
      update deliveries set held_by = null, held_until = null
      where id = ${id} and workspace_id = ${workspaceId} and held_by = ${holder} returning id)
    select pg_notify(${DELIVERIES_CHANNEL}, '') from freed`;
}
