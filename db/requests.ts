import type { Sql } from "postgres";
import type { Consultation } from "#engine/consultation/consultation.ts";

/** What became of a request, as the documents say it (S0-44, design §4.9). */
type State =
  | "pending"
  | "notified"
  | "responded"
  | "callback_sent"
  | "completed"
  | "callback_failed"
  | "timed_out"
  | "cancelled";

/** A consultation that an outside agent asked, with what became of its messages and its callback. Moments are milliseconds. */
export type RequestRow = {
  readonly body: Consultation;
  readonly state: State;
  /** Null where nobody is called back. */
  readonly callbackUrl: string | null;
  /** When Slack had the first message about it. */
  readonly notifiedAt: number | null;
  /** When the callback's bytes were first handed over, and when the far side took them. */
  readonly callbackSentAt: number | null;
  readonly callbackDoneAt: number | null;
};

/** Which requests; `projectId` null is any project. */
type Wanted = {
  readonly workspaceId: string;
  readonly projectId: string | null;
  readonly states?: readonly State[] | undefined;
  readonly type?: string | undefined;
  readonly workflowId?: string | undefined;
};

/** Where a page of the list ended. */
type Place = { readonly openedAt: number; readonly id: string };

/** The request with this id; null where this workspace, or this project, has none. A run's own questions are none. */
export async function requestById(
  sql: Sql,
  { workspaceId, projectId }: Pick<Wanted, "workspaceId" | "projectId">,
  id: string,
): Promise<RequestRow | null> {
  const [row] = await sql<RequestRow[]>`
    select ${columns(sql)} from consultations c ${beside(sql)}
    where c.id = ${id} and c.workspace_id = ${workspaceId} and c.workflow_id is not null and c.run_id is null
      and (${projectId}::uuid is null or c.project_id = ${projectId})`;
  return row ?? null;
}

/** Requests, newest first, at most `most`, from `after` on. */
export async function listRequests(
  sql: Sql,
  { workspaceId, projectId, states, type, workflowId }: Wanted,
  { most, after }: { readonly most: number; readonly after: Place | null },
): Promise<readonly RequestRow[]> {
  const only = [
    projectId === null ? sql`` : sql`and c.project_id = ${projectId}`,
    workflowId === undefined ? sql`` : sql`and c.workflow_id = ${workflowId}`,
    type === undefined ? sql`` : sql`and c.body->'question'->>'type' = ${type}`,
    states === undefined
      ? sql``
      : sql`and c.state = any(${[...new Set(states.map((state) => BASE[state]))]}) and ${stateOf(sql)} = any(${[...states]})`,
    after === null ? sql`` : sql`and (c.opened_at, c.id) < (${after.openedAt}, ${after.id}::uuid)`,
  ];
  return sql<RequestRow[]>`
    select ${columns(sql)} from consultations c ${beside(sql)}
    where c.workspace_id = ${workspaceId} and c.workflow_id is not null and c.run_id is null ${only}
    order by c.opened_at desc, c.id desc limit ${most}`;
}

/** The state of the consultation that each state is a part of: what an index, or the row alone, can tell. */
const BASE = {
  pending: "open",
  notified: "open",
  responded: "settled",
  callback_sent: "settled",
  completed: "settled",
  callback_failed: "settled",
  timed_out: "expired",
  cancelled: "withdrawn",
} as const satisfies Record<State, Consultation["state"]>;

/** Slack's earliest message about it, its callback's address, and what became of the callback. */
const beside = (sql: Sql) => sql`
  left join lateral (
    select min(m.ts) as ts from messages m where m.stream_id = c.id and m.workspace_id = c.workspace_id
      and m.ts is not null) told on true
  left join endpoints e on e.id = (c.body->'outside'->>'endpointId')::uuid and e.workspace_id = c.workspace_id
  left join lateral (
    select d.state, d.sent_at, d.done_at from deliveries d
    where d.stream_id = c.id and d.endpoint_id = e.id and d.workspace_id = c.workspace_id
    order by d.created_at desc limit 1) sent on true`;

/** Where the far side is gone (410) before anything was queued, nothing will ever be. */
const stateOf = (sql: Sql) => sql`
  case c.state
    when 'open' then case when told.ts is null then 'pending' else 'notified' end
    when 'expired' then 'timed_out'
    when 'withdrawn' then 'cancelled'
    else case
      when e.id is null or sent.state = 'delivered' then 'completed'
      when sent.state = 'failed' or (sent.state is null and e.disabled_at is not null) then 'callback_failed'
      when sent.sent_at is not null then 'callback_sent'
      else 'responded' end
  end`;

const columns = (sql: Sql) => sql`
  c.body, ${stateOf(sql)} as state, e.url as "callbackUrl",
  floor(told.ts::numeric * 1000)::float8 as "notifiedAt",
  floor(extract(epoch from sent.sent_at) * 1000)::float8 as "callbackSentAt",
  case when sent.state = 'delivered' then floor(extract(epoch from sent.done_at) * 1000)::float8 end as "callbackDoneAt"`;
