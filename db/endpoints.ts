import type { Sql } from "postgres";

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

/** Nothing is sent there any more: what waited has failed. */
export async function switchOff(sql: Sql, workspaceId: string, id: string, reason: string): Promise<void> {
  await sql`
    with off as (
      update endpoints set disabled_at = now(), disabled_reason = ${reason}
      where workspace_id = ${workspaceId} and id = ${id} and disabled_at is null returning id)
    update deliveries set state = 'failed', next_at = null, done_at = now()
    where workspace_id = ${workspaceId} and state = 'waiting' and endpoint_id in (select id from off)`;
}

const columns = (sql: Sql) => sql`
  id, workspace_id as "workspaceId", kind, key_id as "keyId", project_id as "projectId", url, secret,
  previous_secret as "previousSecret", previous_until as "previousUntil", events, disabled_at as "disabledAt",
  disabled_reason as "disabledReason", created_at as "createdAt"`;
