import type { Sql, TransactionSql } from "postgres";
import type { Consultation } from "#engine/consultation/consultation.ts";
import type { State, StreamKind } from "#engine/machines.ts";
import type { StreamRef } from "#engine/ports.ts";
import type { Run } from "#engine/run/run.ts";
import { type ConsultationRow, type RunRow, type StepRow, toRun } from "./rows.ts";

/** The states of these streams, by id. Rows of another workspace are not seen. */
export async function loadStates(
  sql: Sql | TransactionSql,
  streams: readonly StreamRef[],
): Promise<ReadonlyMap<string, State[StreamKind]>> {
  const ids = (kind: StreamKind) =>
    streams.filter((stream) => stream.kind === kind).map((stream) => stream.id);
  const [runs, consultations] = await Promise.all([
    loadRuns(sql, ids("run")),
    loadConsultations(sql, ids("consultation")),
  ]);
  const workspaces = new Map(streams.map((stream) => [stream.id, stream.workspaceId]));
  const seen = [...runs, ...consultations].filter(
    ({ id, workspaceId }) => workspaces.get(id) === workspaceId,
  );
  return new Map(seen.map((state) => [state.id, state]));
}

/** A run as its rows say; null where this workspace has none with that id. */
export async function loadRun(sql: Sql, workspaceId: string, id: string): Promise<Run | null> {
  const [run] = await loadRuns(sql, [id]);
  return run?.workspaceId === workspaceId ? run : null;
}

/** A consultation as its row says; null where this workspace has none with that id. */
export async function loadConsultation(
  sql: Sql,
  workspaceId: string,
  id: string,
): Promise<Consultation | null> {
  const [consultation] = await loadConsultations(sql, [id]);
  return consultation?.workspaceId === workspaceId ? consultation : null;
}

/** Runs with their steps, in no special order. One statement, so that a run and its steps are of the same moment. */
export async function loadRuns(sql: Sql | TransactionSql, ids: readonly string[]): Promise<readonly Run[]> {
  if (ids.length === 0) return [];
  const rows = await sql<(RunRow & { readonly steps: readonly StepRow[] })[]>`
    select r.*, planned.steps from runs r cross join lateral (
      select coalesce(json_agg(s order by s.position), '[]') as steps from steps s where s.run_id = r.id) planned
    where r.id = any(${[...ids]}::uuid[])`;
  return rows.map(({ steps, ...run }) => toRun(run, steps));
}

async function loadConsultations(
  sql: Sql | TransactionSql,
  ids: readonly string[],
): Promise<readonly Consultation[]> {
  if (ids.length === 0) return [];
  const rows = await sql<ConsultationRow[]>`select * from consultations where id = any(${[...ids]}::uuid[])`;
  return rows.map((row) => row.body);
}
