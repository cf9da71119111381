import type { Sql, TransactionSql } from "postgres";
import { isBehind } from "./messages.ts";
import type { Due } from "./messages-due.ts";

/** A message that this sender alone may bring up to date, for as long as it was claimed. */
export type Claimed = {
  readonly id: string;
  readonly workspaceId: string;
  readonly key: string;
  readonly channelId: string;
  /** As it was written by `wantMessage`. */
  readonly desired: unknown;
  readonly version: number;
  readonly ts: string | null;
  /** Slack refused the blocks of this card once. */
  readonly plain: boolean;
  readonly reposts: number;
  readonly failures: number;
  /** Since when it may stand in Slack; milliseconds since 1970. */
  readonly createdAtMs: number;
};

/** Who claims, and for how long. */
export type Hold = { readonly holder: string; readonly holdMs: number };

const claimedColumns = (sql: Sql | TransactionSql) => sql`
  m.id, m.workspace_id as "workspaceId", m.key, m.channel_id as "channelId", m.desired, m.version, m.ts, m.plain, m.reposts,
  m.failures, extract(epoch from m.created_at)::float8 * 1000 as "createdAtMs"`;

const isFree = (sql: Sql | TransactionSql) => sql`
  (m.held_by is null or m.held_until <= clock_timestamp()) and (m.not_before is null or m.not_before <= clock_timestamp())
  and exists (select from installations i where i.workspace_id = m.workspace_id and i.connected)`;

const holding = (sql: Sql | TransactionSql, { holder, holdMs }: Hold) => sql`
  held_by = ${holder}, held_until = clock_timestamp() + ${holdMs} * interval '1 ms'`;

/**
 * Marks a message `posting` before its first post: whoever finds that mark after a crash looks in Slack before posting
 * again. Null when another sender was quicker, when one posts into this channel just now, or when an earlier message of
 * the same thread is not posted yet.
 */
export async function claimPost(sql: Sql, hold: Hold, due: Due): Promise<Claimed | null> {
  const { id, workspaceId, channelId } = due;
  return sql.begin(async (tx) => {
    // Two senders that claim different messages of one channel would not see each other's mark without this lock.
    await tx`select pg_advisory_xact_lock(hashtextextended(${`messages:${workspaceId}:${channelId}`}, 0))`;
    const [claimed] = await tx<Claimed[]>`
      update messages m set state = 'posting', channel_id = ${channelId}, ${holding(tx, hold)}
      where m.id = (
        select m.id from messages m where m.id = ${id} and m.workspace_id = ${workspaceId} and m.state = 'wanted' and ${isFree(tx)}
          and not exists (select from messages o where o.workspace_id = m.workspace_id and o.channel_id = ${channelId}
            and ${isBehind(tx, "o")} and o.state = 'posting' and o.held_by is not null and o.held_until > clock_timestamp())
          and not exists (select from messages o where o.workspace_id = m.workspace_id and o.id <> m.id
            and ${isBehind(tx, "o")} and o.state in ('wanted', 'posting')
            and (o.key = m.thread_key or (o.thread_key = m.thread_key and (o.created_at, o.id) < (m.created_at, m.id))))
        for update of m skip locked)
      returning ${claimedColumns(tx)}`;
    return claimed ?? null;
  });
}

/** Claims a message that Slack shows, to change it to its newest version. Null when another sender was quicker. */
export async function claimUpdate(sql: Sql, hold: Hold, due: Due): Promise<Claimed | null> {
  const [claimed] = await sql<Claimed[]>`
    update messages m set ${holding(sql, hold)}
    where m.id = (
      select m.id from messages m where m.id = ${due.id} and m.workspace_id = ${due.workspaceId} and m.state = 'posted'
        and ${isBehind(sql)} and ${isFree(sql)} for update of m skip locked)
    returning ${claimedColumns(sql)}`;
  return claimed ?? null;
}

/** Claims all messages of one thread, or of one channel, of which nobody knows whether Slack has them. */
export async function claimUnsure(sql: Sql, hold: Hold, due: Due): Promise<readonly Claimed[]> {
  const { workspaceId, channelId, threadTs } = due;
  return sql<Claimed[]>`
    update messages m set ${holding(sql, hold)}
    where m.id in (
      select m.id from messages m left join messages p on p.workspace_id = m.workspace_id and p.key = m.thread_key
      where m.workspace_id = ${workspaceId} and m.channel_id = ${channelId} and p.ts is not distinct from ${threadTs}
        and ${isBehind(sql)} and m.state = 'posting' and ${isFree(sql)} for update of m skip locked)
    returning ${claimedColumns(sql)}`;
}
