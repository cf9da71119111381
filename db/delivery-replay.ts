import type { Sql } from "postgres";
import { DELIVERIES_CHANNEL } from "./deliveries.ts";
import { DELETED } from "./subscriptions.ts";

/** What came of a replay; `wasOff`: why nothing was sent there before, and now it is again. */
export type Replayed = { readonly wasOff: string | null };

/**
 * Sends a delivery once more, now and by the whole schedule, under the same id. An address that was off is on again. Null where
 * its subscription was deleted.
 */
export async function replayDelivery(
  sql: Sql,
  {
    workspaceId,
    id,
    endpointId,
  }: { readonly workspaceId: string; readonly id: string; readonly endpointId: string },
): Promise<Replayed | null> {
  return sql.begin(async (tx) => {
    const [endpoint] = await tx<{ reason: string | null }[]>`
      select disabled_reason as reason from endpoints
      where workspace_id = ${workspaceId} and id = ${endpointId} for update`;
    if (!endpoint || endpoint.reason === DELETED) return null;
    await tx`
      update endpoints set disabled_at = null, disabled_reason = null
      where workspace_id = ${workspaceId} and id = ${endpointId}`;
    await tx`
      update deliveries set state = 'waiting', attempts = 0, next_at = now(), done_at = null
      where workspace_id = ${workspaceId} and id = ${id}`;
    await tx`select pg_notify(${DELIVERIES_CHANNEL}, '')`;
    return { wasOff: endpoint.reason };
  });
}
