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
