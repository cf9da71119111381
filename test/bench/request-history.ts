import type { Sql } from "postgres";

/** So many are written in one statement. */
const BATCH = 10_000;

/**
 * Requests that were asked, shown in Slack, answered and called back long ago, with all that they leave in the tables: head,
 * facts, consultation, message, cursors, endpoint, delivery and its attempt. What is measured after them has them in its way.
 */
export async function seedRequests(sql: Sql, count: number): Promise<void> {
  for (let done = 0; done < count; done += BATCH) await seedBatch(sql, Math.min(BATCH, count - done));
  await sql`analyze`;
}

async function seedBatch(sql: Sql, count: number): Promise<void> {
  await sql`
    with asked as (
      select gen_random_uuid() as id, now() - n * interval '1 min' - interval '1 day' as at,
        floor(extract(epoch from now() - n * interval '1 min' - interval '1 day') * 1000)::bigint as ms, n
      from generate_series(1, ${count}::int) n),
    heads as (
      insert into streams (id, workspace_id, kind, seq, changed_at)
      select id, 'T01LOCAL', 'consultation', 2, at from asked),
    log as (
      insert into facts (stream_id, seq, workspace_id, submission_id, type, body, actor, at)
      select id, seq, 'T01LOCAL', gen_random_uuid(), type, jsonb_build_object('type', type, 'pad', repeat('x', 900)),
        'agent:seed', ms
      from asked, (values (1, 'consultation.opened'), (2, 'consultation.settled')) f(seq, type)),
    cards as (
      insert into messages (id, workspace_id, key, stream_id, channel_id, rank, desired, version, shown_version, state, ts,
        created_at)
      select gen_random_uuid(), 'T01LOCAL', 'seed:' || id, id, 'C09PAST', 0,
        jsonb_build_object('text', 'seed', 'pad', repeat('x', 900)), 2, 2, 'posted', (ms / 1000) || '.000100', at
      from asked),
    read as (
      insert into cursors (follower, stream_id, workspace_id, seq)
      select follower, id, 'T01LOCAL', 2
      from asked, (values ('slack'), ('home'), ('callbacks'), ('subscribers')) f(follower)),
    addresses as (
      insert into endpoints (id, workspace_id, kind, url, secret, created_at)
      select id, 'T01LOCAL', 'callback', 'https://agents.example.com/resume/' || n % 50, repeat('x', 100), at from asked),
    sent as (
      insert into deliveries (id, workspace_id, endpoint_id, stream_id, event, body, state, attempts, sent_at, done_at,
        created_at)
      select id, 'T01LOCAL', id, id, 'request.responded', repeat('x', 600), 'delivered', 1, at, at, at from asked),
    tried as (
      insert into delivery_attempts (delivery_id, number, workspace_id, at, took_ms, status, answer)
      select id, 1, 'T01LOCAL', at, 30, 200, 'thanks' from asked)
    insert into consultations (id, workspace_id, seq, state, workflow_id, checkpoint_id, opened_at, body)
    select id, 'T01LOCAL', 2, 'settled', 'wf-' || n, 'cp-' || n, ms, jsonb_build_object(
      'id', id, 'workspaceId', 'T01LOCAL', 'seq', 2, 'state', 'settled', 'requester', '', 'origin', null,
      'question', jsonb_build_object('type', 'approval', 'what', 'Seed?', 'why', '', 'risk', 'low', 'evidence',
        '[]'::jsonb, 'options', '[]'::jsonb, 'people', '[]'::jsonb, 'rehearsed', false),
      'policy', jsonb_build_object('people', '[]'::jsonb, 'channel', 'C09PAST', 'fourEyes', 'when_possible'),
      'outside', jsonb_build_object('agent', 'seed', 'keyId', null, 'projectId', null, 'workflowId', 'wf-' || n,
        'checkpointId', 'cp-' || n, 'title', 'Seed?', 'description', repeat('x', 400), 'context', '{}'::jsonb,
        'routing', '{}'::jsonb, 'metadata', '{}'::jsonb, 'endpointId', null, 'correlationId', 'c', 'traceparent', null),
      'openedAt', ms, 'expiresAt', ms + 86400000, 'remindedAt', null, 'reason', null, 'endedAt', ms + 60000,
      'answer', jsonb_build_object('decision', 'approve', 'note', '', 'by', 'U02BOB', 'at', ms + 60000, 'alone', false))
    from asked`;
}
