import type { JSONValue, TransactionSql } from "postgres";
import type { Change, ChangeOf } from "#engine/ports.ts";
import type { Run } from "#engine/run/run.ts";
import { fromConsultation, fromRun, fromStep, type Head, type RunRow, type StepRow } from "./rows.ts";

/** Postgres takes at most 8000 bytes with a notification; a list of ids longer than this says only that there is news. */
const MOST_NAMED = 150;

/** The channel on which every process hears which logs have grown. */
export const FACTS_CHANNEL = "countersign_facts";

/** Rows, facts, jobs and the news of them: one round trip, and all or nothing. */
export async function saveChanges(
  tx: TransactionSql,
  changes: readonly Change[],
  heads: readonly Head[],
): Promise<void> {
  const changed = new Set(changes.map(({ after }) => after.id));
  const unused = heads.filter(({ id, seq }) => seq === 0 && !changed.has(id)).map(({ id }) => id);
  const runs = changes.filter((change) => change.kind === "run");
  const consultations = changes.filter((change) => change.kind === "consultation");
  await Promise.all([
    unused.length > 0 ? tx`delete from streams where id = any(${unused}::uuid[]) and seq = 0` : null,
    ...(runs.length > 0 ? saveRuns(tx, runs) : []),
    ...(consultations.length > 0 ? saveConsultations(tx, consultations) : []),
    ...(changes.length > 0 ? saveLog(tx, changes) : []),
  ]);
}

/** Facts take the numbers after the head's; the head, which we hold locked, moves on with them. */
function saveLog(tx: TransactionSql, changes: readonly Change[]): Promise<unknown>[] {
  const heads = changes.map(({ after, dueAt }) => ({ id: after.id, seq: after.seq, due_at: dueAt }));
  const facts = changes.flatMap(({ before, entries }) => {
    const stream = { stream_id: before.id, workspace_id: before.workspaceId };
    const listed = entries.flatMap(({ submissionId, actor, at, facts: some }) =>
      some.map((body) => ({ ...stream, submission_id: submissionId, type: body.type, body, actor, at })),
    );
    return listed.map((fact, i) => ({ ...fact, seq: before.seq + 1 + i }));
  });
  const jobs = changes.flatMap((change) => change.jobs);
  const ids = heads.length > MOST_NAMED ? "*" : heads.map(({ id }) => id).join(",");
  return [
    tx`insert into facts (stream_id, seq, workspace_id, submission_id, type, body, actor, at)
       select * from jsonb_to_recordset(${json(tx, facts)})
         as f(stream_id uuid, seq int, workspace_id text, submission_id text, type text, body jsonb, actor text, at bigint)`,
    tx`update streams set seq = h.seq, due_at = h.due_at, changed_at = now()
       from jsonb_to_recordset(${json(tx, heads)}) as h(id uuid, seq int, due_at bigint) where streams.id = h.id`,
    ...(jobs.length > 0
      ? [
          tx`select count(*) from graphile_worker.add_jobs(array(
               select row(j.name, j.payload, null, null, null, null, j.priority, null)::graphile_worker.job_spec
               from jsonb_to_recordset(${json(tx, jobs)}) as j(name text, payload json, priority smallint)))`,
        ]
      : []),
    tx`select pg_notify(${FACTS_CHANNEL}, ${ids})`,
  ];
}

function saveRuns(tx: TransactionSql, changes: readonly ChangeOf<"run">[]): Promise<unknown>[] {
  const rows = changes.flatMap(({ before, after }) =>
    after.brief ? [{ isNew: before.seq === 0, row: fromRun(after, after.brief) }] : [],
  );
  const [fresh, known] = parted(rows);
  const [planned, changed] = parted(changes.flatMap(({ before, after }) => changedSteps(before, after)));
  const goals = changes.flatMap(({ before, after }) => (before.seq === 0 ? goalRow(after) : []));
  return [
    ...(fresh.length > 0 ? [insertRuns(tx, fresh)] : []),
    ...(known.length > 0 ? [updateRuns(tx, known)] : []),
    ...(planned.length > 0 ? [insertSteps(tx, planned)] : []),
    ...(changed.length > 0 ? [updateSteps(tx, changed)] : []),
    ...(goals.length > 0 ? [saveGoals(tx, goals)] : []),
  ];
}

function parted<T>(rows: readonly { readonly isNew: boolean; readonly row: T }[]): readonly [T[], T[]] {
  const of = (isNew: boolean) => rows.filter((one) => one.isNew === isNew).map((one) => one.row);
  return [of(true), of(false)];
}

const insertRuns = (tx: TransactionSql, runs: readonly RunRow[]) =>
  tx`insert into runs (id, workspace_id, seq, goal_id, status, brief, state, requested_at, ended_at)
     select * from jsonb_to_recordset(${json(tx, runs)}) as r(id uuid, workspace_id text, seq int, goal_id uuid,
       status text, brief jsonb, state jsonb, requested_at bigint, ended_at bigint)`;

/** What a run was asked for never changes, and is most of its row: it does not travel again. */
const updateRuns = (tx: TransactionSql, runs: readonly RunRow[]) =>
  tx`update runs set seq = r.seq, status = r.status, state = r.state, ended_at = r.ended_at
     from jsonb_to_recordset(${json(
       tx,
       runs.map(({ id, seq, status, state, ended_at }) => ({ id, seq, status, state, ended_at })),
     )})
       as r(id uuid, seq int, status text, state jsonb, ended_at bigint) where runs.id = r.id`;

/** Also for a step that was planned anew: a person took it over. */
const insertSteps = (tx: TransactionSql, steps: readonly StepRow[]) =>
  tx`insert into steps (run_id, workspace_id, key, position, status, agent, attempt, lease, worker, planned, state)
     select * from jsonb_to_recordset(${json(tx, steps)}) as s(run_id uuid, workspace_id text, key text, position int,
       status text, agent text, attempt int, lease text, worker uuid, planned jsonb, state jsonb)
     on conflict (run_id, key) do update set status = excluded.status, agent = excluded.agent,
       attempt = excluded.attempt, lease = excluded.lease, worker = excluded.worker, planned = excluded.planned,
       state = excluded.state`;

const updateSteps = (tx: TransactionSql, steps: readonly StepRow[]) =>
  tx`update steps set status = s.status, attempt = s.attempt, lease = s.lease, worker = s.worker, state = s.state
     from jsonb_to_recordset(${json(
       tx,
       steps.map(({ planned: _, ...row }) => row),
     )}) as s(run_id uuid, key text,
       status text, attempt int, lease text, worker uuid, state jsonb)
     where steps.run_id = s.run_id and steps.key = s.key`;

/** The goal's row begins with its first run; a rework is a new run of the same goal. */
const saveGoals = (tx: TransactionSql, goals: readonly ReturnType<typeof goalRow>[number][]) =>
  tx`insert into goals (id, workspace_id, number, title, requested_by, channel_id, project_id, latest_run_id, created_at)
     select * from jsonb_to_recordset(${json(tx, goals)}) as g(id uuid, workspace_id text, number int, title text,
       requested_by text, channel_id text, project_id uuid, latest_run_id uuid, created_at bigint)
     on conflict (id) do update set latest_run_id = excluded.latest_run_id`;

function goalRow({ id, workspaceId, brief, requestedAt }: Run) {
  if (!brief) return [];
  const { goalId, goalNumber: number, title, requestedBy, channel, projectId } = brief;
  return [
    {
      ...{
        id: goalId,
        workspace_id: workspaceId,
        number,
        title,
        requested_by: requestedBy,
        channel_id: channel,
      },
      ...{ project_id: projectId, latest_run_id: id, created_at: requestedAt },
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

function saveConsultations(
  tx: TransactionSql,
  changes: readonly ChangeOf<"consultation">[],
): Promise<unknown>[] {
  const rows = changes.map(({ after }) => fromConsultation(after));
  return [
    tx`insert into consultations (id, workspace_id, seq, state, run_id, step_key, body)
       select * from jsonb_to_recordset(${json(tx, rows)}) as c(id uuid, workspace_id text, seq int, state text,
         run_id uuid, step_key text, body jsonb)
       on conflict (id) do update set seq = excluded.seq, state = excluded.state, body = excluded.body`,
  ];
}

/** Our rows are plain data; postgres.js asks for an index signature that readonly types do not have. */
const json = (tx: TransactionSql, value: unknown) => tx.json(value as JSONValue);
