import type { JSONValue, Sql, TransactionSql } from "postgres";
import type { Change, ChangeOf } from "#engine/ports.ts";
import type { Run } from "#engine/run/run.ts";
import { fromConsultation, fromRun, fromStep, type RunRow, type StepRow } from "./rows.ts";
import { TASKS_CHANNEL } from "./tasks.ts";

/** Postgres takes at most 8000 bytes with a notification; a list of ids longer than this says only that there is news. */
const MOST_NAMED = 150;

/** The channel on which every process hears which logs have grown. */
export const FACTS_CHANNEL = "countersign_facts";

/**
 * Rows, facts, jobs and the news of them in one statement: one round trip, all or nothing even outside a transaction.
 * Heads are written first and in id order, so whoever else writes these logs waits there. Facts come next, with the
 * numbers after `before`: when somebody else has written those since, Postgres says 23505 (unique violation), before any
 * other table could, and nothing is saved. (Each of the two is read by what follows it, which makes it go first.)
 *
 * Rows that may be there are always upserted, never joined with: an upsert goes by the key's index whatever the planner
 * believes about the size of a table that was empty when it planned.
 */
export async function saveChanges(sql: Sql | TransactionSql, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const heads = changes.map(toHead);
  const jobs = changes.flatMap((change) => change.jobs);
  const ids = heads.length > MOST_NAMED ? "*" : heads.map(({ id }) => id).join(",");
  await sql`
    with heads as (
      insert into streams (id, workspace_id, kind, seq, due_at)
      select id, workspace_id, kind, seq, due_at from jsonb_to_recordset(${json(sql, heads)})
        as h(id uuid, workspace_id text, kind text, seq int, due_at bigint) order by id
      on conflict (id) do update set seq = excluded.seq, due_at = excluded.due_at,
        changed_at = case when streams.changed_at > now() - interval '30 s' then streams.changed_at else now() end
      returning id),
    log as (
      insert into facts (stream_id, seq, workspace_id, submission_id, type, body, actor, at)
      select * from jsonb_to_recordset(${json(sql, changes.flatMap(factsOf))}) as f(stream_id uuid, seq int,
        workspace_id text, submission_id text, type text, body jsonb, actor text, at bigint)
      where (select count(*) from heads) > 0
      returning seq)
    ${rowsOf(sql, changes)}
    select told.facts, pg_notify(${FACTS_CHANNEL}, ${ids}), ${tellOfOffers(sql, jobs)}, ${addJobs(sql, jobs)}
    from (select count(*) as facts from log) told`;
}

/** The parts of the statement that write rows; each begins with a comma. Every change has some. */
const rowsOf = (sql: Sql | TransactionSql, changes: readonly Change[]) => [
  ...saveRuns(
    sql,
    changes.filter((change) => change.kind === "run"),
  ),
  ...saveConsultations(
    sql,
    changes.filter((change) => change.kind === "consultation"),
  ),
];

const toHead = ({ kind, after, dueAt }: Change) => ({
  ...{ id: after.id, workspace_id: after.workspaceId },
  ...{ kind, seq: after.seq, due_at: dueAt },
});

function factsOf({ before, entries }: Change) {
  const stream = { stream_id: before.id, workspace_id: before.workspaceId };
  const facts = entries.flatMap(({ submissionId, actor, at, facts: some }) =>
    some.map((body) => ({ ...stream, submission_id: submissionId, type: body.type, body, actor, at })),
  );
  return facts.map((fact, i) => ({ ...fact, seq: before.seq + 1 + i }));
}

/** Who waits for a step hears of it at once: a job would only say the same later. */
const tellOfOffers = (sql: Sql | TransactionSql, jobs: Change["jobs"]) =>
  jobs.some(isOffer) ? sql`pg_notify(${TASKS_CHANNEL}, '')` : sql`0`;

function addJobs(sql: Sql | TransactionSql, all: Change["jobs"]) {
  const jobs = all.filter((job) => !isOffer(job));
  return jobs.length === 0
    ? sql`0`
    : sql`(select count(*) from graphile_worker.add_jobs(array(
        select row(j.name, j.payload, null, null, null, null, j.priority, null)::graphile_worker.job_spec
        from jsonb_to_recordset(${json(sql, jobs)}) as j(name text, payload json, priority smallint))))`;
}

const isOffer = ({ name }: Change["jobs"][number]): boolean => name === "offer-step";

function saveRuns(sql: Sql | TransactionSql, changes: readonly ChangeOf<"run">[]) {
  const rows = changes.flatMap(({ before, after }) =>
    after.brief ? [{ isNew: before.seq === 0, row: fromRun(after, after.brief) }] : [],
  );
  const [fresh, known] = parted(rows);
  const [planned, changed] = parted(changes.flatMap(({ before, after }) => changedSteps(before, after)));
  const goals = changes.flatMap(({ before, after }) => (before.seq === 0 ? goalRow(after) : []));
  return [
    ...(fresh.length > 0 ? [insertRuns(sql, fresh)] : []),
    ...(known.length > 0 ? [updateRuns(sql, known)] : []),
    ...(planned.length > 0 ? [insertSteps(sql, planned)] : []),
    ...(changed.length > 0 ? [updateSteps(sql, changed)] : []),
    ...(goals.length > 0 ? [saveGoals(sql, goals)] : []),
  ];
}

function parted<T>(rows: readonly { readonly isNew: boolean; readonly row: T }[]): readonly [T[], T[]] {
  const of = (isNew: boolean) => rows.filter((one) => one.isNew === isNew).map((one) => one.row);
  return [of(true), of(false)];
}

const insertRuns = (sql: Sql | TransactionSql, runs: readonly RunRow[]) =>
  sql`, begun_runs as (
    insert into runs (id, workspace_id, seq, goal_id, status, brief, state, requested_at, ended_at)
    select * from jsonb_to_recordset(${json(sql, runs)}) as r(id uuid, workspace_id text, seq int, goal_id uuid,
      status text, brief jsonb, state jsonb, requested_at bigint, ended_at bigint))`;

/** What a run was asked for never changes, and is most of its row: it does not travel again. */
const updateRuns = (sql: Sql | TransactionSql, runs: readonly RunRow[]) =>
  sql`, changed_runs as (
    insert into runs (id, workspace_id, seq, goal_id, status, brief, state, ended_at)
    select id, workspace_id, seq, goal_id, status, '{}', state, ended_at
    from jsonb_to_recordset(${json(
      sql,
      runs.map(({ brief: _, ...row }) => row),
    )}) as r(id uuid, workspace_id text, seq int, goal_id uuid, status text, state jsonb, ended_at bigint)
    on conflict (id) do update set seq = excluded.seq, status = excluded.status, state = excluded.state,
      ended_at = excluded.ended_at)`;

/** Also for a step that was planned anew: a person took it over. */
const insertSteps = (sql: Sql | TransactionSql, steps: readonly StepRow[]) =>
  sql`, planned_steps as (
    insert into steps (run_id, workspace_id, key, position, status, agent, attempt, lease, worker, planned, state)
    select * from jsonb_to_recordset(${json(sql, steps)}) as s(run_id uuid, workspace_id text, key text, position int,
      status text, agent text, attempt int, lease text, worker uuid, planned jsonb, state jsonb)
    on conflict (run_id, key) do update set status = excluded.status, agent = excluded.agent,
      attempt = excluded.attempt, lease = excluded.lease, worker = excluded.worker, planned = excluded.planned,
      state = excluded.state)`;

const updateSteps = (sql: Sql | TransactionSql, steps: readonly StepRow[]) =>
  sql`, changed_steps as (
    insert into steps (run_id, workspace_id, key, position, status, agent, attempt, lease, worker, planned, state)
    select run_id, workspace_id, key, position, status, agent, attempt, lease, worker, '{}', state
    from jsonb_to_recordset(${json(
      sql,
      steps.map(({ planned: _, ...row }) => row),
    )}) as s(run_id uuid, workspace_id text, key text, position int, status text, agent text, attempt int,
      lease text, worker uuid, state jsonb)
    on conflict (run_id, key) do update set status = excluded.status, attempt = excluded.attempt,
      lease = excluded.lease, worker = excluded.worker, state = excluded.state)`;

/** The goal's row begins with its first run; a rework is a new run of the same goal. */
const saveGoals = (sql: Sql | TransactionSql, goals: readonly ReturnType<typeof goalRow>[number][]) =>
  sql`, begun_goals as (
    insert into goals (id, workspace_id, number, title, requested_by, channel_id, project_id, latest_run_id, created_at)
    select * from jsonb_to_recordset(${json(sql, goals)}) as g(id uuid, workspace_id text, number int, title text,
      requested_by text, channel_id text, project_id uuid, latest_run_id uuid, created_at bigint)
    on conflict (id) do update set latest_run_id = excluded.latest_run_id)`;

function goalRow({ id, workspaceId, brief, requestedAt }: Run) {
  if (!brief) return [];
  const { goalId, goalNumber: number, title, requestedBy, channel, projectId } = brief;
  return [
    {
      ...{ id: goalId, workspace_id: workspaceId, number, title, requested_by: requestedBy },
      ...{ channel_id: channel, project_id: projectId, latest_run_id: id, created_at: requestedAt },
    },
  ];
}

/** States are immutable, so a step that is the same object has not changed. */
function changedSteps(before: Run, after: Run) {
  return after.steps.flatMap((step, i) => {
    const old = before.steps[i];
    return old === step ? [] : [{ isNew: old?.agent !== step.agent, row: fromStep(after, step, i) }];
  });
}

function saveConsultations(sql: Sql | TransactionSql, changes: readonly ChangeOf<"consultation">[]) {
  if (changes.length === 0) return [];
  const rows = changes.map(({ after }) => fromConsultation(after));
  return [
    sql`, asked as (
    insert into consultations (id, workspace_id, seq, state, run_id, step_key, workflow_id, checkpoint_id, project_id,
      opened_at, body)
    select * from jsonb_to_recordset(${json(sql, rows)}) as c(id uuid, workspace_id text, seq int, state text,
      run_id uuid, step_key text, workflow_id text, checkpoint_id text, project_id uuid, opened_at bigint, body jsonb)
    on conflict (id) do update set seq = excluded.seq, state = excluded.state, body = excluded.body)`,
  ];
}

/** Our rows are plain data; postgres.js asks for an index signature that readonly types do not have. */
const json = (sql: Sql | TransactionSql, value: unknown) => sql.json(value as JSONValue);
