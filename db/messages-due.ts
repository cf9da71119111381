import type { Sql } from "postgres";
import { isBehind, type Rank } from "./messages.ts";

/** What is to be done with a message, and how urgent that is. */
export type Due = {
  /** `open`: the direct message with a person, before the first post into it. `find`: a first post whose answer nobody heard. */
  readonly kind: "open" | "post" | "update" | "find";
  readonly id: string;
  readonly workspaceId: string;
  /** Where it goes: the parent's channel for what belongs into a thread. `@U02BOB` is a direct message that is not open yet. */
  readonly channelId: string;
  /** Null for what stands in the channel itself. */
  readonly threadTs: string | null;
  /** A first post is as urgent as the most urgent one that waits for it. */
  readonly rank: Rank;
  /** How often it failed since it last went well. */
  readonly failures: number;
};

/** What can be done now, and in how many milliseconds there is more; `nextMs` is null when only news brings more. */
export type DueMessages = { readonly due: readonly Due[]; readonly nextMs: number | null };

/** How many updates of one workspace are looked at together: chosen by lot, so that with more of them none is left out for ever. */
const MOST_UPDATES = 100;

type Row = Omit<Due, "kind"> & { readonly kind: Due["kind"] | "wait"; readonly nextMs: number | null };

/**
 * Messages of connected workspaces that show something else than they should. Of the messages of one thread that were
 * never posted only the first is due, its parent before all; of the first posts into one channel only the most urgent.
 * `only`: the workspace whose tokens the caller has.
 *
 * Parents are looked up one by one: nobody can tell Postgres how few are behind, and so it would read all messages there
 * ever were to join them.
 */
export async function messagesDue(sql: Sql, only: string | null = null): Promise<DueMessages> {
  const rows = await sql<Row[]>`
    with behind as (
      select m.id, m.workspace_id, m.channel_id, m.thread_key, m.rank, m.state, m.failures, m.created_at,
        coalesce(m.thread_key, m.key) as thread, m.state <> 'posted' as is_new,
        m.state = 'posting' and m.held_by is not null and m.held_until > now() as is_going_out,
        greatest(m.not_before, case when m.held_by is not null then m.held_until end) as free_at
      from messages m join installations i on i.workspace_id = m.workspace_id and i.connected
      where ${isBehind(sql)} and (${only}::text is null or m.workspace_id = ${only})),
    new as (
      select b.*, coalesce(p.channel_id, b.channel_id) as place, p.ts as parent_ts,
        b.thread_key is null or p.id is not null as has_parent,
        row_number() over same as turn, min(b.rank) over (partition by b.workspace_id, b.thread) as urgency
      from behind b left join lateral (
        select p.id, p.channel_id, p.ts from messages p
        where p.workspace_id = b.workspace_id and p.key = b.thread_key limit 1) p on true
      where b.is_new
      window same as (partition by b.workspace_id, b.thread order by b.thread_key is not null, b.created_at, b.id)),
    heads as (select * from new where turn = 1 and has_parent),
    free as (
      select * from heads where state = 'wanted' and (free_at is null or free_at <= now())
        and (workspace_id, place) not in (select workspace_id, place from new where is_going_out)),
    posts as (
      select distinct on (workspace_id, place) * from free order by workspace_id, place, urgency, created_at, id),
    finds as (
      select distinct on (workspace_id, place, parent_ts) * from new
      where state = 'posting' and (free_at is null or free_at <= now())
      order by workspace_id, place, parent_ts, urgency),
    updates as (
      select b.*, row_number() over (partition by workspace_id order by rank, random()) as place_in_line
      from behind b where not is_new and (free_at is null or free_at <= now())),
    next as (select min(free_at) as at from behind where free_at > now())
    select case when place like '@%' then 'open' else 'post' end as kind, id, workspace_id as "workspaceId", place as "channelId", parent_ts as "threadTs",
      urgency as rank, failures, null::float8 as "nextMs" from posts
    union all select 'find', id, workspace_id, place, parent_ts, urgency, failures, null from finds
    union all select 'update', id, workspace_id, channel_id, null, rank, failures, null from updates where place_in_line <= ${MOST_UPDATES}
    union all select 'wait', null, null, null, null, 0, 0, extract(epoch from at - now())::float8 * 1000 from next where at is not null`;
  const due = rows.flatMap(({ kind, nextMs: _, ...rest }) => (kind === "wait" ? [] : [{ kind, ...rest }]));
  return { due, nextMs: rows.find(({ kind }) => kind === "wait")?.nextMs ?? null };
}
