import type { Sql, TransactionSql } from "postgres";
import type { Consultation } from "#engine/consultation/consultation.ts";
import type { State, StreamKind } from "#engine/machines.ts";
import type { Run } from "#engine/run/run.ts";
import { type ConsultationRow, type RunRow, type StepRow, toRun } from "./rows.ts";

/** The states of these streams, by id. Rows of another workspace are not seen. */
export async function loadStates(
  sql: Sql | TransactionSql,
  streams: readonly { readonly id: string; readonly kind: StreamKind; readonly workspace_id: string }[],
): Promise<ReadonlyMap<string, State[StreamKind]>> {
  const ids = (kind: StreamKind) =>
    streams.filter((stream) => stream.kind === kind).map((stream) => stream.id);
  const [runs, consultations] = await Promise.all([
    loadRuns(sql, ids("run")),
    loadConsultations(sql, ids("consultation")),
  ]);
  const workspaces = new Map(streams.map((stream) => [stream.id, stream.workspace_id]));
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

/** Runs with their steps, in no special order. */
export async function loadRuns(sql: Sql | TransactionSql, ids: readonly string[]): Promise<readonly Run[]> {
  if (ids.length === 0) return [];
  const [runs, steps] = await Promise.all([
    sql<RunRow[]>`select * from runs where id = any(${[...ids]}::uuid[])`,
    sql<StepRow[]>`select * from steps where run_id = any(${[...ids]}::uuid[]) order by run_id, position`,
  ]);
  const byRun = Map.groupBy(steps, (step) => step.run_id);
  return runs.map((run) => toRun(run, byRun.get(run.id) ?? []));
}

async function loadConsultations(
  sql: Sql | TransactionSql,
  ids: readonly string[],
): Promise<readonly Consultation[]> {
  if (ids.length === 0) return [];
  const rows = await sql<ConsultationRow[]>`select * from consultations where id = any(${[...ids]}::uuid[])`;
  return rows.map((row) => row.body);
}
