import type { Sql } from "postgres";
import type { System } from "./connections.ts";

/** Which log's things, in which system. */
export type LinkPlace = { readonly workspaceId: string; readonly system: System; readonly streamId: string };

/** A thing outside that shows a part of a log. */
export type Link = {
  readonly key: string;
  /** `making`: asked for, and whether it is there must be looked up. `gone`: somebody deleted it. `skipped`: an operator said so. */
  readonly state: "making" | "there" | "gone" | "skipped";
  readonly outsideId: string | null;
  readonly outsideKey: string | null;
  readonly url: string | null;
  /** What it showed when we wrote it last. */
  readonly shown: unknown;
  readonly triedAt: Date;
};

/** What a log has outside, by its key. */
export async function linksOf(
  sql: Sql,
  { workspaceId, system, streamId }: LinkPlace,
): Promise<ReadonlyMap<string, Link>> {
  const rows = await sql<Link[]>`
    select key, state, outside_id as "outsideId", outside_key as "outsideKey", url, shown, tried_at as "triedAt"
    from links where workspace_id = ${workspaceId} and system = ${system} and stream_id = ${streamId}`;
  return new Map(rows.map((row) => [row.key, row]));
}

/** Says, before it is asked for, that these are being made: whoever comes after a crash looks them up first. */
export async function markMaking(sql: Sql, place: LinkPlace, keys: readonly string[]): Promise<void> {
  const { workspaceId, system, streamId } = place;
  await sql`
    insert into links (workspace_id, system, stream_id, key, state)
    select ${workspaceId}, ${system}, ${streamId}, key, 'making' from unnest(${[...keys]}::text[]) as key
    on conflict (workspace_id, system, stream_id, key) do update set state = 'making', tried_at = now(), changed_at = now()`;
}

/** It is sure that these were not made: nobody has to look them up. */
export async function forgetMaking(
  sql: Sql,
  { workspaceId, system, streamId }: LinkPlace,
  keys: readonly string[],
): Promise<void> {
  await sql`
    delete from links where workspace_id = ${workspaceId} and system = ${system} and stream_id = ${streamId}
      and key = any(${[...keys]}::text[]) and state = 'making'`;
}

/** What an earlier run of the same goal has outside under this key, the newest one that is there; null where none has. */
export async function earlierLink(
  sql: Sql,
  { workspaceId, system, streamId }: LinkPlace,
  key: string,
): Promise<(Link & { readonly runId: string }) | null> {
  const [row] = await sql<(Link & { runId: string })[]>`
    select l.key, l.state, l.outside_id as "outsideId", l.outside_key as "outsideKey", l.url, l.shown,
      l.tried_at as "triedAt", earlier.id as "runId"
    from runs this join runs earlier on earlier.goal_id = this.goal_id and earlier.workspace_id = this.workspace_id
      join links l on l.stream_id = earlier.id and l.workspace_id = earlier.workspace_id
    where this.id = ${streamId} and this.workspace_id = ${workspaceId} and l.system = ${system} and l.key = ${key}
      and l.state = 'there' and earlier.id <> this.id and earlier.requested_at <= this.requested_at
    order by earlier.requested_at desc limit 1`;
  return row ?? null;
}

/** Keeps what is there now, and what it shows. Before the cursor moves: whoever comes after finds it. */
export async function saveLink(
  sql: Sql,
  place: LinkPlace,
  link: Pick<Link, "key" | "outsideId" | "outsideKey" | "url" | "shown"> & { readonly state?: Link["state"] },
): Promise<void> {
  const { workspaceId, system, streamId } = place;
  const { key, state = "there", outsideId, outsideKey, url, shown } = link;
  await sql`
    insert into links (workspace_id, system, stream_id, key, state, outside_id, outside_key, url, shown)
    values (${workspaceId}, ${system}, ${streamId}, ${key}, ${state}, ${outsideId}, ${outsideKey}, ${url},
      ${shown === undefined ? null : sql.json(shown as never)})
    on conflict (workspace_id, system, stream_id, key) do update set state = excluded.state,
      outside_id = excluded.outside_id, outside_key = excluded.outside_key, url = excluded.url, shown = excluded.shown,
      changed_at = now()`;
}

/** It can't be, or is no more, and nobody tries again. */
export async function closeLink(
  sql: Sql,
  { workspaceId, system, streamId }: LinkPlace,
  key: string,
  state: "gone" | "skipped",
): Promise<void> {
  await sql`
    insert into links (workspace_id, system, stream_id, key, state)
    values (${workspaceId}, ${system}, ${streamId}, ${key}, ${state})
    on conflict (workspace_id, system, stream_id, key) do update set state = ${state}, changed_at = now()`;
}
