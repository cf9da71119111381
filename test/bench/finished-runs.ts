import type { Sql } from "postgres";

/**
 * Fills a workspace with so many goals that have ended, each with a copy of this run's rows and facts, read by every
 * follower and shown in Slack: a Countersign after years.
 */
export async function fillWithFinishedRuns(sql: Sql, runId: string, count: number): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local statement_timeout = 0`;
    await tx`
      create temp table filled on commit drop as
      select gen_random_uuid() as run_id, gen_random_uuid() as goal_id, i + (select max(last) + 1000000 + count(g)
        from goal_numbers left join goals g on g.number > 1000000) as number
      from generate_series(1, ${count}::int) i`;
    await tx`
      insert into runs (id, workspace_id, seq, goal_id, status, brief, state, requested_at, ended_at)
      select f.run_id, r.workspace_id, r.seq, f.goal_id, 'succeeded',
        r.brief || jsonb_build_object('goalId', f.goal_id, 'goalNumber', f.number),
        r.state || '{"activeSince": null}', r.requested_at, r.requested_at + 60000
      from filled f, runs r where r.id = ${runId}`;
    await tx`
      insert into goals (id, workspace_id, number, title, requested_by, channel_id, project_id, latest_run_id, created_at)
      select f.goal_id, g.workspace_id, f.number, g.title, g.requested_by, g.channel_id, g.project_id, f.run_id, g.created_at
      from filled f, goals g where g.latest_run_id = ${runId}`;
    await tx`
      insert into steps (run_id, key, workspace_id, position, status, agent, attempt, lease, worker, planned, state)
      select f.run_id, s.key, s.workspace_id, s.position, 'succeeded', s.agent, s.attempt, null, null, s.planned, s.state
      from filled f, steps s where s.run_id = ${runId}`;
    await tx`
      insert into streams (id, workspace_id, kind, seq, changed_at)
      select f.run_id, s.workspace_id, s.kind, s.seq, now() - interval '1 day' from filled f, streams s where s.id = ${runId}`;
    await tx`
      insert into facts (stream_id, seq, workspace_id, submission_id, type, body, actor, at)
      select f.run_id, t.seq, t.workspace_id, t.submission_id, t.type, t.body, t.actor, t.at
      from filled f, facts t where t.stream_id = ${runId}`;
    await tx`
      insert into cursors (follower, stream_id, workspace_id, seq)
      select n.name, f.run_id, s.workspace_id, s.seq
      from filled f, streams s, (values ('slack'), ('home'), ('callbacks'), ('subscribers')) n(name) where s.id = ${runId}`;
    await tx`
      insert into messages (id, workspace_id, key, stream_id, channel_id, rank, desired, version, shown_version, state, ts,
        created_at)
      select gen_random_uuid(), s.workspace_id, 'filled:' || f.run_id, f.run_id, 'C09PAST', 0,
        jsonb_build_object('text', 'filled', 'pad', repeat('x', 900)), 2, 2, 'posted', f.number || '.000100',
        now() - interval '1 day'
      from filled f, streams s where s.id = ${runId}`;
  });
}
