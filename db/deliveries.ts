import type { Sql, TransactionSql } from "postgres";

/** The channel on which every process hears that something is to be sent. */
export const DELIVERIES_CHANNEL = "countersign_deliveries";

/** Bytes that somebody outside is to have. */
export type NewDelivery = {
  /** Also the webhook's id: the same for the same thing, however often it is queued. */
  readonly id: string;
  readonly workspaceId: string;
  readonly endpointId: string;
  /** The run or consultation that it tells of. */
  readonly streamId: string | null;
  readonly event: string;
  /** The exact bytes that are signed and sent. */
  readonly body: string;
  readonly traceparent: string | null;
};

/**
 * Queues a delivery once, however often it is asked for; the deliverer is told. To an endpoint that is off nothing is sent:
 * then it has failed from the beginning. Resolves to whether it is new.
 */
export async function addDelivery(sql: Sql | TransactionSql, delivery: NewDelivery): Promise<boolean> {
  const { id, workspaceId, endpointId, streamId, event, body, traceparent } = delivery;
  const added = await sql`
    with added as (
      insert into deliveries (id, workspace_id, endpoint_id, stream_id, event, body, traceparent, state, next_at, done_at)
      select ${id}, workspace_id, id, ${streamId}, ${event}, ${body}, ${traceparent},
        case when disabled_at is null then 'waiting' else 'failed' end,
        case when disabled_at is null then now() end, case when disabled_at is null then null else now() end
      from endpoints where workspace_id = ${workspaceId} and id = ${endpointId}
      on conflict (id) do nothing returning id)
    select pg_notify(${DELIVERIES_CHANNEL}, '') from added`;
  return added.length > 0;
}

/** A delivery that this deliverer alone may send, for as long as it was claimed. */
export type ClaimedDelivery = {
  readonly id: string;
  readonly workspaceId: string;
  readonly event: string;
  readonly body: string;
  readonly traceparent: string | null;
  /** How often it was tried, since it was queued or replayed. */
  readonly attempts: number;
  /** Where it goes, as far as places are shared: the address's host with its port, and all of the address. */
  readonly host: string;
  readonly url: string;
  readonly endpointId: string;
  readonly keyId: string | null;
  readonly secret: string;
  readonly previousSecret: string | null;
  readonly previousUntil: Date | null;
};

/** How many may be under way: in all, for one key ("-": without), to one host, to one address; and how many are, by each. */
export type Places = {
  readonly free: number;
  readonly perKey: number;
  readonly perHost: number;
  readonly perUrl: number;
  readonly keys: Readonly<Record<string, number>>;
  readonly hosts: Readonly<Record<string, number>>;
  readonly urls: Readonly<Record<string, number>>;
};

/**
 * Claims what is due, as far as there are places: those who have most places free come first, so that a far side that hangs
 * holds up its own posts only. Resolves also to how many were due.
 */
export async function claimDeliveries(
  sql: Sql,
  { holder, holdMs }: { readonly holder: string; readonly holdMs: number },
  { free, perKey, perHost, perUrl, keys, hosts, urls }: Places,
): Promise<{ readonly claimed: readonly ClaimedDelivery[]; readonly due: number }> {
  const isDue = sql`d.state = 'waiting' and d.next_at <= clock_timestamp()
    and (d.held_until is null or d.held_until <= clock_timestamp())`;
  const rows = await sql<(Claimed & { readonly due: number })[]>`
    with due as (
      select d.id, d.workspace_id, e.url, ${hostOf(sql)} as host, coalesce(e.key_id::text, '-') as key,
        d.next_at, row_number() over (
        partition by e.url order by d.next_at, d.id) + coalesce((${sql.json(urls)}::jsonb ->> e.url)::int, 0) as in_url
      from deliveries d join endpoints e on e.id = d.endpoint_id and e.workspace_id = d.workspace_id
      where ${isDue}),
    placed as (
      select *, row_number() over (partition by host order by in_url, next_at, id)
        + coalesce((${sql.json(hosts)}::jsonb ->> host)::int, 0) as in_host
      from due where in_url <= ${perUrl}),
    shared as (
      select *, row_number() over (partition by key order by in_host, next_at, id)
        + coalesce((${sql.json(keys)}::jsonb ->> key)::int, 0) as in_key
      from placed where in_host <= ${perHost}),
    picked as (
      select d.id, d.workspace_id from deliveries d
      where ${isDue} and d.id in (
        select id from shared where in_key <= ${perKey} order by in_host, next_at, id limit ${free})
      for update skip locked),
    claimed as (
      update deliveries d set held_by = ${holder}, held_until = clock_timestamp() + ${holdMs} * interval '1 ms'
      from picked p, endpoints e
      where d.id = p.id and d.workspace_id = p.workspace_id
        and e.id = d.endpoint_id and e.workspace_id = d.workspace_id
      returning d.id, d.workspace_id as "workspaceId", d.event, d.body, d.traceparent, d.attempts,
        ${hostOf(sql)} as host, e.url, e.id as "endpointId", e.key_id as "keyId", e.secret,
        e.previous_secret as "previousSecret", e.previous_until as "previousUntil")
    select told.due, claimed.* from (select count(*)::int as due from due) told left join claimed on true`;
  const claimed = rows.flatMap(({ due: _, ...row }) => (row.id === null ? [] : [row]));
  return { claimed, due: rows[0]?.due ?? 0 };
}

/** One row without a delivery says how many were due where none could be claimed. */
type Claimed = ClaimedDelivery | (Omit<ClaimedDelivery, "id"> & { readonly id: null });

const hostOf = (sql: Sql) => sql`substring(lower(e.url) from '^[a-z]+://([^/?#]+)')`;

/**
 * In how many milliseconds something is due that was not `sinceMs` ago, when it was looked for; below zero for what became due
 * meanwhile. Null where nothing waits for a time.
 */
export async function nextDeliveryMs(sql: Sql, sinceMs: number): Promise<number | null> {
  const [row] = await sql<{ ms: number | null }[]>`
    select extract(epoch from min(greatest(next_at, held_until)) - clock_timestamp())::float8 * 1000 as ms
    from deliveries where state = 'waiting' and greatest(next_at, held_until) > clock_timestamp() - ${sinceMs} * interval '1 ms'`;
  return row?.ms ?? null;
}
