import type { Sql } from "postgres";

/** A delivery as lists show it, with the last try. */
export type DeliveryRow = {
  readonly id: string;
  readonly workspaceId: string;
  readonly endpointId: string;
  readonly streamId: string | null;
  readonly event: string;
  readonly state: "waiting" | "delivered" | "failed";
  readonly attempts: number;
  readonly nextAt: Date | null;
  readonly sentAt: Date | null;
  readonly doneAt: Date | null;
  readonly createdAt: Date;
  readonly url: string;
  /** Why nothing is sent there any more; null where it is. */
  readonly offReason: string | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  /** Where it stands in the list. */
  readonly place: string;
};

export type AttemptRow = {
  readonly number: number;
  readonly at: Date;
  readonly tookMs: number;
  readonly status: number | null;
  readonly error: string | null;
  readonly answer: string | null;
};

/** Which deliveries; what is missing is no condition. */
export type DeliveryFilter = {
  readonly workspaceId: string;
  readonly endpointId?: string;
  readonly state?: DeliveryRow["state"] | undefined;
  readonly event?: string | undefined;
};

/** Where a page of the list ended. */
type Place = { readonly at: string; readonly id: string };

/** Deliveries, newest first, at most `most`, from `after` on. */
export async function listDeliveries(
  sql: Sql,
  { workspaceId, endpointId, state, event }: DeliveryFilter,
  { most, after }: { readonly most: number; readonly after: Place | null },
): Promise<readonly DeliveryRow[]> {
  const only = [
    endpointId === undefined ? sql`` : sql`and d.endpoint_id = ${endpointId}`,
    state === undefined ? sql`` : sql`and d.state = ${state}`,
    event === undefined ? sql`` : sql`and d.event = ${event}`,
    after === null ? sql`` : sql`and (d.created_at, d.id) < (${after.at}::timestamptz, ${after.id}::uuid)`,
  ];
  return sql<DeliveryRow[]>`
    ${selected(sql)} where d.workspace_id = ${workspaceId} ${only} order by d.created_at desc, d.id desc limit ${most}`;
}

/** Deliveries whose id is this or begins with it, two at most: whoever finds two must ask for more of the id. */
export async function deliveriesBy(
  sql: Sql,
  workspaceId: string,
  id: string,
): Promise<readonly DeliveryRow[]> {
  return sql<DeliveryRow[]>`
    ${selected(sql)} where d.workspace_id = ${workspaceId} and starts_with(d.id::text, ${id}) limit 2`;
}

/** Each try of a delivery, and the bytes that it sends. */
export async function deliveryStory(
  sql: Sql,
  { workspaceId, id }: Pick<DeliveryRow, "workspaceId" | "id">,
): Promise<{ readonly body: string; readonly attempts: readonly AttemptRow[] }> {
  const [attempts, [row]] = await Promise.all([
    sql<AttemptRow[]>`
      select number, at, took_ms as "tookMs", status, error, answer from delivery_attempts
      where workspace_id = ${workspaceId} and delivery_id = ${id} order by number`,
    sql<{ body: string }[]>`select body from deliveries where workspace_id = ${workspaceId} and id = ${id}`,
  ]);
  return { body: row?.body ?? "", attempts };
}

const selected = (sql: Sql) => sql`
  select d.id, d.workspace_id as "workspaceId", d.endpoint_id as "endpointId", d.stream_id as "streamId", d.event,
    d.state, d.attempts, d.next_at as "nextAt", d.sent_at as "sentAt", d.done_at as "doneAt",
    d.created_at as "createdAt", d.created_at::text as place, e.url, e.disabled_reason as "offReason",
    last.status as "lastStatus", last.error as "lastError"
  from deliveries d
  join endpoints e on e.id = d.endpoint_id and e.workspace_id = d.workspace_id
  left join lateral (
    select a.status, a.error from delivery_attempts a
    where a.delivery_id = d.id and a.workspace_id = d.workspace_id order by a.number desc limit 1) last on true`;
