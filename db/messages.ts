import { randomUUID } from "node:crypto";
import type { Sql, TransactionSql } from "postgres";

/** The channel on which every process hears that a message should show something else. */
export const MESSAGES_CHANNEL = "countersign_messages";

/**
 * What a message should show: Block Kit, and `text` as a lock screen shows it. `plainBlocks` say the same where Slack
 * refuses `blocks`. Every person in `mentions` is mentioned, whichever of them is shown.
 */
export type Desired = {
  readonly text: string;
  readonly blocks: readonly { readonly type: string }[];
  readonly plainBlocks?: readonly { readonly type: string }[];
  readonly mentions?: readonly string[];
};

/** 0: questions and decisions, 1: results, 2: progress. */
export type Rank = 0 | 1 | 2;

/** A message of ours in Slack. There is one for each key. */
export type WantedMessage = {
  readonly workspaceId: string;
  readonly key: string;
  /** The run or consultation that it shows. */
  readonly streamId: string | null;
  /** Where it is first posted; `@U02BOB` is the direct message with that person. It never moves. */
  readonly channelId: string;
  /** The key of the message whose thread it goes into. */
  readonly threadKey: string | null;
  readonly rank: Rank;
  readonly desired: Desired;
};

/** Whether a message shows something else than it should. Said in these very words, a partial index answers it. */
export const isBehind = (sql: Sql | TransactionSql, alias: "m" | "o" = "m") =>
  sql`${sql(alias)}.version > ${sql(alias)}.shown_version and ${sql(alias)}.state <> 'refused'`;

/**
 * Says what a message should show; the sender brings Slack there. Resolves to whether that is news: where it is not,
 * nothing is written and nobody is woken. A message that Slack would not take is tried again when it says something else.
 */
export async function wantMessage(sql: Sql | TransactionSql, wanted: WantedMessage): Promise<boolean> {
  const { workspaceId, key, streamId, channelId, threadKey, rank, desired } = wanted;
  const changed = await sql`
    with changed as (
      insert into messages as m
        (id, workspace_id, key, stream_id, channel_id, thread_key, rank, desired, version, state, created_at)
      values (${randomUUID()}, ${workspaceId}, ${key}, ${streamId}, ${channelId}, ${threadKey}, ${rank},
        ${sql.json(desired as never)}, 1, 'wanted', clock_timestamp())
      on conflict (workspace_id, key) do update
        set desired = excluded.desired, rank = excluded.rank, stream_id = excluded.stream_id, version = m.version + 1,
          state = case when m.state = 'refused' and m.ts is null then 'wanted' else m.state end
        where m.desired is distinct from excluded.desired
      returning workspace_id)
    select pg_notify(${MESSAGES_CHANNEL}, workspace_id) from changed`;
  return changed.length > 0;
}

/** Whether there is a message of this key, posted or about to be. */
export async function isWanted(sql: Sql, workspaceId: string, key: string): Promise<boolean> {
  const rows = await sql`select from messages where workspace_id = ${workspaceId} and key = ${key}`;
  return rows.length > 0;
}

/** A message of ours, by what listeners know of it. */
export type MessageRef = { readonly key: string; readonly streamId: string | null };

/** Which card stands at this place; null where it is none of ours. */
export async function messageAt(
  sql: Sql,
  workspaceId: string,
  channelId: string,
  ts: string,
): Promise<MessageRef | null> {
  const [row] = await sql<MessageRef[]>`
    select key, stream_id as "streamId" from messages
    where workspace_id = ${workspaceId} and channel_id = ${channelId} and ts = ${ts}`;
  return row ?? null;
}

/**
 * The card in whose thread this `thread_ts` is: its key and its run or consultation. Null where the thread does not hang
 * on a card of ours.
 */
export async function threadOf(
  sql: Sql,
  workspaceId: string,
  channelId: string,
  threadTs: string,
): Promise<MessageRef | null> {
  const [row] = await sql<MessageRef[]>`
    select key, stream_id as "streamId" from messages
    where workspace_id = ${workspaceId} and channel_id = ${channelId} and ts = ${threadTs} and thread_key is null`;
  return row ?? null;
}

/** The newest message of ours in a channel that stands in no thread; null where there is none. */
export async function newestIn(sql: Sql, workspaceId: string, channelId: string): Promise<MessageRef | null> {
  const [row] = await sql<MessageRef[]>`
    select key, stream_id as "streamId" from messages
    where workspace_id = ${workspaceId} and channel_id = ${channelId} and ts is not null and thread_key is null
    order by ts desc limit 1`;
  return row ?? null;
}

/** The bot may post in this channel now: what waits for it need wait no longer. */
export async function retryChannel(sql: Sql, workspaceId: string, channelId: string): Promise<void> {
  await sql`
    with freed as (
      update messages m set not_before = null, failures = 0
      where m.workspace_id = ${workspaceId} and m.channel_id = ${channelId} and ${isBehind(sql)} and m.not_before > now()
      returning workspace_id)
    select pg_notify(${MESSAGES_CHANNEL}, workspace_id) from (select distinct workspace_id from freed) as news`;
}
