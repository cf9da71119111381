import type { Sql } from "postgres";
import type { Claimed } from "./message-claims.ts";
import { isBehind, MESSAGES_CHANNEL } from "./messages.ts";

/** A claimed message, and who holds it: a mark by anybody else changes nothing. */
export type Held = { readonly holder: string; readonly message: Pick<Claimed, "id" | "workspaceId"> };

/** What Slack shows now: which version, and whether as plain blocks. */
export type Shown = { readonly version: number; readonly plain: boolean };

const theirs = (sql: Sql, { holder, message }: Held) => sql`
  id = ${message.id} and workspace_id = ${message.workspaceId} and held_by = ${holder}`;

const letGo = (sql: Sql) => sql`held_by = null, held_until = null, not_before = null, failures = 0`;

/** The message stands in Slack. Resolves to false where somebody else has taken it over meanwhile. */
export async function markPosted(
  sql: Sql,
  held: Held,
  at: { readonly channelId: string; readonly ts: string },
  { version, plain }: Shown,
): Promise<boolean> {
  const rows = await sql`
    update messages set state = 'posted', channel_id = ${at.channelId}, ts = ${at.ts}, shown_version = ${version},
      plain = ${plain}, last_error = null, ${letGo(sql)}
    where ${theirs(sql, held)} and state = 'posting' returning id`;
  return rows.length > 0;
}

/** Slack shows this version now. */
export async function markShown(sql: Sql, held: Held, { version, plain }: Shown): Promise<void> {
  await sql`
    update messages set shown_version = ${version}, plain = ${plain}, last_error = null, ${letGo(sql)}
    where ${theirs(sql, held)} and state = 'posted'`;
}

/** Slack will never show this version: it goes on with the next one. `lastError` says why. */
export async function markGivenUp(sql: Sql, held: Held, version: number, lastError: string): Promise<void> {
  await sql`
    update messages set shown_version = ${version}, ${letGo(sql)}, last_error = ${lastError}
    where ${theirs(sql, held)} and state = 'posted'`;
}

/** Somebody deleted it in Slack: it comes back as a new message, the last one of its thread. */
export async function markGone(sql: Sql, held: Held): Promise<void> {
  await sql`
    update messages set state = 'wanted', ts = null, shown_version = 0, reposts = reposts + 1,
      created_at = clock_timestamp(), ${letGo(sql)}
    where ${theirs(sql, held)} and state = 'posted'`;
}

/** It certainly does not stand in Slack: it may be posted. */
export async function markMissing(sql: Sql, held: Held): Promise<void> {
  await sql`
    update messages set state = 'wanted', held_by = null, held_until = null, not_before = null where ${theirs(sql, held)}`;
}

/** Slack will never take this: it is left alone. `lastError` says why. */
export async function markRefused(sql: Sql, held: Held, lastError: string): Promise<void> {
  await sql`
    update messages set state = 'refused', last_error = ${lastError}, held_by = null, held_until = null
    where ${theirs(sql, held)}`;
}

/** How a message is let go of that could not be brought up to date. */
export type Wait = {
  /** `posting` where nobody knows whether Slack has it. */
  readonly state: "wanted" | "posting" | "posted";
  readonly waitMs: number;
  readonly lastError: string;
  readonly plain: boolean;
  /** Whether this was a failure, after which the next wait is longer. */
  readonly counts: boolean;
};

/** Lets go of a message until `waitMs` have passed. */
export async function postpone(sql: Sql, held: Held, wait: Wait): Promise<void> {
  const { state, waitMs, lastError, plain, counts } = wait;
  await sql`
    update messages set state = ${state}, held_by = null, held_until = null, last_error = ${lastError}, plain = ${plain},
      failures = failures + ${counts ? 1 : 0}, not_before = clock_timestamp() + ${waitMs} * interval '1 ms'
    where ${theirs(sql, held)}`;
}

/** A place as messages name it. */
export type Place = { readonly workspaceId: string; readonly channelId: string };

/** Nothing can be posted into this channel now: all that waits to be posted there waits until `waitMs` have passed. */
export async function postponeChannel(
  sql: Sql,
  { workspaceId, channelId }: Place,
  waitMs: number,
  lastError: string,
): Promise<void> {
  await sql`
    update messages m set failures = failures + 1, last_error = ${lastError},
      not_before = clock_timestamp() + ${waitMs} * interval '1 ms'
    where m.workspace_id = ${workspaceId} and m.channel_id = ${channelId} and ${isBehind(sql)} and m.state = 'wanted'
      and (m.not_before is null or m.not_before <= now())`;
}

/** The direct message with a person is this channel: every message to them goes there. */
export async function rememberDirect(
  sql: Sql,
  { workspaceId, channelId }: Place,
  directId: string,
): Promise<void> {
  await sql`
    update messages m set channel_id = ${directId}
    where m.workspace_id = ${workspaceId} and m.channel_id = ${channelId} and ${isBehind(sql)}`;
}

/** The message whose thread this one belongs to was deleted: it comes back, and this one follows it. */
export async function markParentGone(sql: Sql, { workspaceId, id }: Held["message"]): Promise<void> {
  await sql`
    with child as (select workspace_id, thread_key from messages where workspace_id = ${workspaceId} and id = ${id}),
    back as (
      update messages p set state = 'wanted', ts = null, shown_version = 0, reposts = p.reposts + 1, created_at = clock_timestamp()
      from child where p.workspace_id = child.workspace_id and p.key = child.thread_key and p.state = 'posted' and p.reposts = 0
      returning p.id),
    given_up as (
      update messages p set ts = null, state = 'refused', last_error = 'It was deleted twice.'
      from child where p.workspace_id = child.workspace_id and p.key = child.thread_key and p.reposts > 0 and p.state in ('posted', 'refused')
      returning p.id)
    select pg_notify(${MESSAGES_CHANNEL}, ${workspaceId}) from (select from back union all select from given_up) as changed`;
}
