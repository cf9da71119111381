import type { Sql, TransactionSql } from "postgres";
import type { EndpointRow } from "./endpoints.ts";

/** Somebody who hears of events. */
export type Subscription = Pick<EndpointRow, "id" | "projectId" | "createdAt"> & {
  readonly events: readonly string[];
};

/** Why a subscription is off that its owner took back: then no list shows it. */
export const DELETED = "It was deleted.";

/**
 * Who hears of events in this workspace: what is neither off nor deleted, and whose key still holds and may. A key that was
 * taken back hears nothing any more.
 */
export async function subscriptionsOf(
  sql: Sql | TransactionSql,
  workspaceId: string,
): Promise<readonly Subscription[]> {
  return sql<Subscription[]>`
    select e.id, e.project_id as "projectId", e.events, e.created_at as "createdAt"
    from endpoints e left join api_keys k on k.id = e.key_id and k.workspace_id = e.workspace_id
    where e.workspace_id = ${workspaceId} and e.kind = 'subscription' and e.disabled_at is null
      and (e.key_id is null or k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
        and 'events' = any(k.scopes))`;
}

/** A subscription as its list shows it. `place`: where it stands in the list. */
export type SubscriptionRow = Pick<EndpointRow, "id" | "keyId" | "projectId" | "url" | "createdAt"> &
  Pick<EndpointRow, "disabledAt" | "disabledReason"> & {
    readonly events: readonly string[];
    readonly place: string;
  };

/** Who looks: `projectId` null reaches the whole workspace. */
type Reach = { readonly workspaceId: string; readonly projectId: string | null };
/** Where a page of a list ended. */
type Place = { readonly at: string; readonly id: string };
type Paging = { readonly most: number; readonly after: Place | null };

const columns = (sql: Sql) => sql`
  id, key_id as "keyId", project_id as "projectId", url, events, created_at as "createdAt",
  disabled_at as "disabledAt", disabled_reason as "disabledReason", created_at::text as place`;

const reached = (sql: Sql, { workspaceId, projectId }: Reach) => sql`
  workspace_id = ${workspaceId} and kind = 'subscription' and disabled_reason is distinct from ${DELETED}
  and (${projectId}::uuid is null or project_id = ${projectId})`;

/** The subscription with this id; null where there is none that this caller reaches. */
export async function subscriptionById(sql: Sql, reach: Reach, id: string): Promise<SubscriptionRow | null> {
  const [row] = await sql<SubscriptionRow[]>`
    select ${columns(sql)} from endpoints where ${reached(sql, reach)} and id = ${id}`;
  return row ?? null;
}

/** Subscriptions, newest first. */
export async function listSubscriptions(
  sql: Sql,
  reach: Reach,
  { most, after }: Paging,
): Promise<readonly SubscriptionRow[]> {
  return sql<SubscriptionRow[]>`
    select ${columns(sql)} from endpoints
    where ${reached(sql, reach)} ${after ? sql`and (created_at, id) < (${after.at}::timestamptz, ${after.id}::uuid)` : sql``}
    order by created_at desc, id desc limit ${most}`;
}

/** Takes a subscription back: it hears nothing any more, and what waited is not sent. Also where it was off already. */
export async function deleteSubscription(sql: Sql, workspaceId: string, id: string): Promise<void> {
  await sql`
    with deleted as (
      update endpoints set disabled_at = coalesce(disabled_at, now()), disabled_reason = ${DELETED}
      where workspace_id = ${workspaceId} and id = ${id} and kind = 'subscription' returning id)
    update deliveries set state = 'failed', next_at = null, done_at = now()
    where workspace_id = ${workspaceId} and state = 'waiting' and endpoint_id in (select id from deleted)`;
}

/** A fact as it stands in the log. */
export type LoggedFact = {
  readonly seq: number;
  readonly body: unknown;
  readonly actor: string;
  readonly at: number;
};

/** The facts of a log behind `seenSeq` up to `seq` that happened at `since` or later. */
export async function factsSince(
  sql: Sql,
  { workspaceId, id, seq }: { readonly workspaceId: string; readonly id: string; readonly seq: number },
  seenSeq: number,
  since: Date,
): Promise<readonly LoggedFact[]> {
  return sql<LoggedFact[]>`
    select seq, body, actor, at::float8 as at from facts
    where workspace_id = ${workspaceId} and stream_id = ${id} and seq > ${seenSeq} and seq <= ${seq}
      and at >= ${since.getTime()}
    order by seq`;
}
