import type { PendingQuery, Row, Sql } from "postgres";

/** An address that we post to. Secrets are as they are kept: encrypted. */
export type EndpointRow = {
  readonly id: string;
  readonly workspaceId: string;
  readonly kind: "callback" | "subscription" | "agent";
  readonly keyId: string | null;
  readonly projectId: string | null;
  readonly url: string;
  readonly secret: string;
  readonly previousSecret: string | null;
  /** Until then the secret before this one signs too. */
  readonly previousUntil: Date | null;
  /** What a subscription hears of; null for the other kinds. */
  readonly events: readonly string[] | null;
  readonly disabledAt: Date | null;
  readonly disabledReason: string | null;
  readonly createdAt: Date;
};

export type NewEndpointRow = Pick<
  EndpointRow,
  "id" | "workspaceId" | "kind" | "keyId" | "projectId" | "url" | "secret" | "events" | "createdAt"
>;

/** Keeps an endpoint. Where one with this id is there already, that one stays as it is; resolves to what is kept. */
export async function addEndpoint(sql: Sql, row: NewEndpointRow): Promise<EndpointRow | null> {
  const { id, workspaceId, kind, keyId, projectId, url, secret, events, createdAt } = row;
  await sql`
    insert into endpoints (id, workspace_id, kind, key_id, project_id, url, secret, events, created_at)
    values (${id}, ${workspaceId}, ${kind}, ${keyId}, ${projectId}, ${url}, ${secret},
      ${events === null ? null : [...events]}, ${createdAt})
    on conflict (id) do nothing`;
  return endpointById(sql, workspaceId, id);
}

/** The endpoint with this id; null where this workspace has none. */
export async function endpointById(sql: Sql, workspaceId: string, id: string): Promise<EndpointRow | null> {
  const [row] = await sql<EndpointRow[]>`
    select ${columns(sql)} from endpoints where workspace_id = ${workspaceId} and id = ${id}`;
  return row ?? null;
}

/** Gives an endpoint another secret; for a while the one before it signs too. False where it was changed meanwhile. */
export async function changeSecret(
  sql: Sql,
  { workspaceId, id, secret: before }: Pick<EndpointRow, "workspaceId" | "id" | "secret">,
  secret: string,
  overlapMs: number,
): Promise<boolean> {
  const changed = await sql`
    update endpoints set secret = ${secret}, previous_secret = secret,
      previous_until = now() + ${overlapMs} * interval '1 ms'
    where workspace_id = ${workspaceId} and id = ${id} and secret = ${before} returning id`;
  return changed.length > 0;
}

/** Nothing is sent there any more: what waited has failed. False where it was off, or is none of this workspace's. */
export const switchOff = (sql: Sql, workspaceId: string, id: string, reason: string): Promise<boolean> =>
  switchOffWhere(sql, workspaceId, sql`id = ${id}`, reason);

/** Nothing is sent to this address any more that was asked for with the same key. */
export const switchOffAddress = (
  sql: Sql,
  { workspaceId, keyId, url }: Pick<EndpointRow, "workspaceId" | "keyId" | "url">,
  reason: string,
): Promise<boolean> =>
  switchOffWhere(sql, workspaceId, sql`url = ${url} and key_id is not distinct from ${keyId}`, reason);

async function switchOffWhere(
  sql: Sql,
  workspaceId: string,
  which: PendingQuery<Row[]>,
  reason: string,
): Promise<boolean> {
  const off = await sql`
    with off as (
      update endpoints set disabled_at = now(), disabled_reason = ${reason}
      where workspace_id = ${workspaceId} and disabled_at is null and ${which} returning id),
    failed as (
      update deliveries set state = 'failed', next_at = null, done_at = now()
      where workspace_id = ${workspaceId} and state = 'waiting' and endpoint_id in (select id from off))
    select id from off`;
  return off.length > 0;
}

const columns = (sql: Sql) => sql`
  id, workspace_id as "workspaceId", kind, key_id as "keyId", project_id as "projectId", url, secret,
  previous_secret as "previousSecret", previous_until as "previousUntil", events, disabled_at as "disabledAt",
  disabled_reason as "disabledReason", created_at as "createdAt"`;
